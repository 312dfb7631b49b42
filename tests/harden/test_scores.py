"""Scores of clean rows stand beside those of attacked ones."""

import numpy as np
import pytest

pytest.importorskip("torch")

from dataclasses import replace

from ringed import DEEP, YES, clouds, taught

from evercart.errors import UserError
from evercart.harden.scores import Score, scores, strength, table
from evercart.harden.slopes import Fgsm, Pgd
from evercart.learners.deep.heads import Squared


def test_each_attack_then_the_worst_for_each_row():
    state, (x, y) = taught(), clouds(300, 2)
    found = scores(DEEP, state, x, y, {"fgsm": Fgsm(0.3), "pgd": Pgd(0.3, 10)}, 1)
    assert [one.name for one in found] == ["clean", "fgsm", "pgd", "worst of all"]
    guess = DEEP.head.guess(DEEP.margins(state, x), state.seen)
    assert found[0].right == (guess == y).mean() and {one.rows for one in found} == {300}
    assert found[3].right <= min(found[1].right, found[2].right) < found[0].right
    assert found[3].loss >= max(found[1].loss, found[2].loss) > found[0].loss


def test_other_heads():
    state, (x, y) = taught(YES, 600, 2), clouds(100, 2, 2)
    clean, struck = scores(YES, state, x, y, {"fgsm": Fgsm(0.5)}, 1)
    assert clean.right > 0.9 > struck.right
    squared = replace(YES, head=Squared())
    clean, struck = scores(squared, squared.start(), x, y, {"fgsm": Fgsm(0.5)}, 1)
    assert np.isnan(clean.right) and struck.loss > clean.loss


def test_no_rows():
    x, y = clouds(1, 2)
    with pytest.raises(UserError) as caught:
        scores(DEEP, DEEP.start(), x[:0], y[:0], {}, 1)
    assert str(caught.value) == "scores.x: expected at least one row, got 0"


def test_a_strength_among_whole_numbers():
    asked = []

    def right(most):
        asked.append(most)
        return 1 - most / 10

    assert strength(right, 0.35, (0, 10), 1) == 7
    assert len(asked) == len(set(asked))


def test_no_strength_suffices():
    with pytest.raises(UserError) as caught:
        strength(lambda _: 0.5, 0.3, (0, 1), 0.1)
    assert str(caught.value) == "strength.between: expected a strength at which at most 0.3 is right, got '0.500 at 1'"


def test_an_empty_table():
    with pytest.raises(UserError) as caught:
        table({})
    assert str(caught.value) == "table.named: expected at least one learner, got 0"
    assert "0.500 (2.000)" in table({"a": [Score("clean", 1, 0.5, 2.0)]})
