"""Pairs of vectors multiply as a factorization machine says."""

from dataclasses import replace

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.deep_fm import DeepFm
from evercart.learners.deep.heads import Classes
from evercart.learners.deep.inputs import Inputs
from evercart.learners.deep.table import Table
from evercart.testing import Turned, check_fold
from evercart.testing.turned import COLUMNS

torch = pytest.importorskip("torch")

LEARNER = Deep(COLUMNS, DeepFm((16,)), batch=4, table=Table(2000, 5))


def test_against_all_pairs():
    module = DeepFm((16,)).module(Inputs(2, 3, 4), 1)
    x = torch.randn(5, 14)
    vectors = torch.cat([x[:, :2, None] * module.numbers, x[:, 2:].view(5, 3, 4)], 1)
    margins = module.bias + module.deep(module.pad(vectors.flatten(1)))[:, 0] + vectors[:, :, 0].sum(1)
    for one in range(5):
        for other in range(one):
            margins = margins + (vectors[:, one, 1:] * vectors[:, other, 1:]).sum(1)
    np.testing.assert_allclose(module(x)[:, 0].detach(), margins.detach(), rtol=1e-4, atol=1e-5)


def test_rows_alike(rows_alike):
    for width in (2, 5, 16, 17):
        rows_alike(replace(LEARNER, table=Table(2000, width)))


def test_the_laws():
    check_fold(lambda _: LEARNER, Turned(), laws=("resume", "batching", "honesty"), examples=4)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: DeepFm(()), "deep_fm.hidden: expected at least one layer, got ()"),
        (lambda: DeepFm((5,)), "deep_fm.hidden: expected multiples of 16, got 5"),
        (
            lambda: Deep((Column("a"),), DeepFm()).start(),
            "deep_fm: expected slot columns with a table, got '0 slot columns'",
        ),
        (lambda: replace(LEARNER, table=Table(8, 1)).start(), "deep_fm.table.width: expected at least 2, got 1"),
        (lambda: replace(LEARNER, head=Classes(3)).start(), "deep_fm.head: expected one output, got 3"),
    ],
)
def test_bad_settings(make, text):
    with pytest.raises(UserError) as caught:
        make()
    assert str(caught.value) == text
