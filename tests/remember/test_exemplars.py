"""A memory stays in its budget, keeps each decision once, corrects what it kept."""

import numpy as np
import pytest

pytest.importorskip("torch")

from drawn import COLUMNS, blobs, lesson

from evercart.errors import UserError
from evercart.fold import pack
from evercart.labels.turns import CORRECTION, HINT
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Binary, Classes
from evercart.learners.deep.mlp import Mlp
from evercart.remember.exemplars import Exemplars
from evercart.remember.memories import Balanced, Reservoir

DEEP = Deep(COLUMNS, Mlp((16,)), Classes(6))
ROW = 16 + 4 * (8 + 6)


def kept(exemplars, *lessons):
    memory = exemplars.start(DEEP)
    for one in lessons:
        memory = exemplars.keep(memory, one, np.zeros((len(one.y), 6)))
    return memory


def test_the_budget_in_bytes():
    memory = Exemplars(10 * ROW + ROW - 1).start(DEEP)
    assert len(memory.y) == 10
    rows = sum(pack(memory)[name].nbytes for name in ("number", "y", "x", "margins"))
    assert rows == 10 * ROW
    with pytest.raises(UserError, match=rf"^exemplars\.budget_bytes: expected at least {ROW}, got 5$"):
        Exemplars(5).start(DEEP)


def test_each_decision_is_kept_once():
    x, y = blobs(8, 1)
    memory = kept(Exemplars(20 * ROW), lesson(x, y), lesson(x, y))
    assert memory.filled[0] == 8 and memory.offered[0] == 8
    assert sorted(memory.number[:8].tolist()) == list(range(8)) and (memory.number[8:] == -1).all()


def test_a_correction_corrects_the_row_kept_and_adds_none():
    x, y = blobs(4, 1)
    memory = kept(Exemplars(20 * ROW), lesson(x, y), lesson(x[:1], np.array([5.0]), 2, CORRECTION))
    assert memory.y[memory.number == 2].tolist() == [5.0]
    assert kept(Exemplars(20 * ROW), lesson(x, y, what=CORRECTION)).filled[0] == 0
    assert kept(Exemplars(20 * ROW), lesson(x, y, what=HINT)).filled[0] == 0


def test_balanced_however_unbalanced_the_stream():
    x, y = blobs(400, 1, (0,))
    z, w = blobs(12, 2, (1, 2))
    memory = kept(Exemplars(30 * ROW, Balanced()), lesson(x, y), lesson(z, w, 1000))
    sizes = np.bincount(memory.y.astype(int))
    assert sizes[1:].tolist() == np.bincount(w.astype(int))[1:].tolist() and sizes.sum() == 30


def test_a_reservoir_keeps_all_times_alike():
    x, y = blobs(40, 1)
    times = np.zeros(40)
    for seed in range(300):
        times[kept(Exemplars(10 * ROW, Reservoir(), seed), lesson(x, y)).number] += 1
    assert times.sum() == 3000 and abs(times[:20].sum() - 1500) < 120 and times.min() > 40


def test_means_are_of_all_rows_offered():
    x, y = blobs(50, 1)
    memory = kept(Exemplars(5 * ROW), lesson(x, y))
    for group in range(6):
        np.testing.assert_allclose(memory.means[group], x[y == group].mean(0), rtol=1e-5, atol=1e-6)


def test_draws_are_without_replacement_and_differ():
    exemplars = Exemplars(20 * ROW)
    memory = kept(exemplars, lesson(*blobs(20, 1)))
    first, second = exemplars.draw(memory, 8), exemplars.draw(memory, 8)
    assert len(set(first.tolist())) == 8 and first.tolist() != second.tolist()
    assert sorted(exemplars.draw(memory, 99).tolist()) == list(range(20))
    assert len(exemplars.draw(exemplars.start(DEEP), 8)) == 0


def test_yes_and_no_are_two_classes():
    deep, exemplars = Deep(COLUMNS, Mlp((16,)), Binary()), Exemplars(10 * (16 + 4 * 9), Balanced())
    y = np.r_[np.zeros(90), np.ones(5)]
    memory = exemplars.keep(exemplars.start(deep), lesson(blobs(95, 1)[0], y), np.zeros((95, 1)))
    assert memory.y.sum() == 5
