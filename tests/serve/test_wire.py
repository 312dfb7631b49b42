"""What goes over HTTP, as types."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from evercart.serve import wire
from evercart.serve.wire import Listed, Shown

LISTED = Listed("d", "recommend", [Shown("a", 1.5, 1, 0.5)], "m", "r", 0.5, 7, True)


def test_an_answer_survives_its_way():
    body = msgspec.json.encode(LISTED)
    assert msgspec.json.decode(body, type=Listed) == LISTED


def test_reasons_of_two_items_are_not_one_list():
    one, other = Shown("a", 1.0, 1, 1.0), Shown("b", 1.0, 2, 1.0)
    one.why.append(wire.Reason("because", 1.0))
    assert other.why == []


TYPES = [name for name, kind in vars(wire).items() if getattr(kind, "__module__", "") == wire.__name__]


@pytest.mark.parametrize("name", TYPES)
def test_each_type_says_what_it_is(name):
    assert getattr(wire, name).__doc__.rstrip().endswith(".")


def test_a_client_needs_no_more_than_msgspec():
    code = "import sys, evercart.serve.wire; print('numpy' in sys.modules, 'pyarrow' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["False", "False"]
