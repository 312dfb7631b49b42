"""Hardened learners keep the laws; they hold where plain ones fall."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from ringed import DEEP, clouds, told
from test_edits import DEEP as READER
from test_edits import colours

from evercart.errors import UserError
from evercart.fold import fingerprint
from evercart.harden.blends import Beside, Trades
from evercart.harden.edits import Edits
from evercart.harden.embedded import Embedded
from evercart.harden.harden import Harden
from evercart.harden.scores import scores
from evercart.harden.slopes import Fgsm, Pgd
from evercart.harden.square import Square
from evercart.harden.words import Words
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Binary, Classes, Squared
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.steps import AdamW
from evercart.learners.deep.table import Table
from evercart.remember.distilled import Distilled
from evercart.remember.remembering import Remembering
from evercart.testing import Turned, check_fold
from evercart.testing.turned import COLUMNS

SMALL = Deep(COLUMNS, Mlp((16,)), batch=5)
LAWFUL = [
    (Harden(SMALL, Pgd(0.1, 3, 2)), Turned()),
    (Harden(replace(SMALL, head=Classes(2)), Pgd(0.5, 2, norm="2"), Trades(2.0)), Turned()),
    (Harden(replace(SMALL, head=Squared()), Fgsm(0.1), Beside(1.0)), Turned(labels="sum", holes=0.2)),
    (Harden(replace(SMALL, network=Mlp((16,), dropout=0.5)), Embedded("1", 1.0, 2)), Turned()),
    (Harden(SMALL, Square((1, 2), 0.1, 5)), Turned()),
    (Harden(SMALL, Edits(1, 2)), Turned()),
    (Harden(SMALL, Words((("a", "b"),), 1, 2)), Turned()),
]


@pytest.mark.parametrize(("learner", "stream"), LAWFUL)
def test_the_laws(learner, stream):
    width = len(learner.deep.places)
    if isinstance(learner.attack, Square):
        learner = replace(learner, attack=replace(learner.attack, shape=(1, width)))
    check_fold(lambda _: learner, stream, laws=("resume", "batching", "honesty"), examples=2)


@pytest.mark.parametrize("blend", [Beside(), Trades(3.0)])
def test_it_holds_where_the_plain_one_falls(blend):
    x, y = clouds(1000, 1)
    many = (np.tile(x, (4, 1)), np.tile(y, 4))
    hard = Harden(DEEP, Pgd(0.35, 5), blend)
    plain, _ = DEEP.step(DEEP.start(), told(*many))
    held, _ = hard.step(hard.start(), told(*many))
    fresh, attacks = clouds(400, 2), {"pgd": Pgd(0.35, 20, 2)}
    before, after = (scores(DEEP, one, *fresh, attacks, 1) for one in (plain, held.trained))
    assert after[1].right > before[1].right + 0.03 and after[1].loss < 0.8 * before[1].loss
    assert after[0].right > before[0].right - 0.05
    clean, struck = held.fought.losses()
    assert clean < struck


def test_a_share_of_0_learns_what_the_plain_one_would():
    deep = replace(DEEP, precision="float64")
    given, twin = told(*clouds(200, 1)), Harden(deep, Fgsm(0.3), Beside(0.0))
    plain, _ = deep.step(deep.start(), given)
    state, _ = twin.step(twin.start(), given)
    np.testing.assert_allclose(state.trained.weights, plain.weights, atol=1e-9)
    assert state.fought.losses()[1] > state.fought.losses()[0]


def test_lessons_before_the_step_are_what_is_counted():
    first, (x, y) = DEEP.start(), clouds(16, 1)
    state, _ = Harden(DEEP, Fgsm(0.0)).step(Harden(DEEP, Fgsm(0.0)).start(), told(x, y))
    margins = DEEP.margins(first, x)
    loss = -np.log((np.exp(margins) / np.exp(margins).sum(1, keepdims=True))[np.arange(16), y.astype(int)]).mean()
    assert state.fought.losses() == (pytest.approx(loss, rel=1e-5), pytest.approx(loss, rel=1e-5))


def test_numbers_that_blow_up_are_skipped():
    hard = Harden(Deep(COLUMNS, Mlp((16,)), Squared(), AdamW(), batch=1), Pgd(0.1, 2))
    x = np.ones((2, len(COLUMNS)), np.float32)
    state, _ = hard.step(hard.start(), told(x, np.array([1e300, 1.0]), 1))
    assert (state.trained.counts.skipped[0], state.trained.counts.learned[0]) == (1, 1)
    assert np.isfinite(state.fought.losses()).all()


def test_texts():
    hard = Harden(READER, Edits(1, 4))
    state, _ = hard.step(hard.start(), told(*colours(400, 1)))
    assert scores(READER, state.trained, *colours(100, 2), {"edits": Edits(1, 10)}, 1)[0].right == 1.0


def test_bad_settings():
    with pytest.raises(UserError) as caught:
        Harden(DEEP, Fgsm(0.1), keep=1.0)
    assert str(caught.value) == "harden.keep: expected 0 or more and less than 1, got 1.0"
    assert fingerprint(Harden(SMALL, Fgsm(0.1)).start()) and Binary().outputs == 1


def test_what_it_cannot_harden():
    deep = replace(SMALL, head=Classes(2))
    with pytest.raises(UserError) as told_:
        Harden(Remembering(deep, Distilled()), Fgsm(0.1))
    assert str(told_.value) == "harden.deep: expected a Deep learner, got 'Remembering'"
    with pytest.raises(UserError) as told_:
        Remembering(Harden(deep, Fgsm(0.1)), Distilled())
    assert str(told_.value) == "remembering.deep: expected a Deep learner, got 'Harden'"
    with pytest.raises(UserError) as told_:
        Harden(replace(deep, table=Table(64, 4)), Fgsm(0.1))
    text = "harden.deep: expected a learner that reads numbers alone, got 'one with a table of slots'"
    assert str(told_.value) == text
