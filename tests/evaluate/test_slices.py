"""Slices have edges that rise."""

import pytest

from evercart.errors import UserError
from evercart.evaluate.slices import Buckets
from evercart.features.columns import Column


def test_edges_must_rise():
    with pytest.raises(UserError, match=r"^buckets.edges: expected rising numbers, got \(2.0, 1.0\)$"):
        Buckets.of([Column("age")], "age", [2, 1])


def test_a_name_a_slice():
    with pytest.raises(UserError, match=r"^buckets.names: expected 2 names, got \('a',\)$"):
        Buckets(0, (1.0,), ("a",))


def test_unknown_column():
    with pytest.raises(UserError, match=r"^column: expected one of age, got 'years'$"):
        Buckets.of([Column("age")], "years", [1])
