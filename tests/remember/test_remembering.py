"""Cures keep the laws; what each costs and buys is seen where two classes come at a time."""

import numpy as np
import pytest

pytest.importorskip("torch")

from drawn import COLUMNS as WIDE
from drawn import in_steps

from evercart.learners.by_tick import ByTick
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Binary, Classes, Squared
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.steps import AdamW
from evercart.remember.dark import Dark
from evercart.remember.distilled import Distilled
from evercart.remember.elastic import Elastic
from evercart.remember.exemplars import Exemplars
from evercart.remember.lda import Lda
from evercart.remember.memories import Balanced, Herded, Recent, Reservoir
from evercart.remember.news import News
from evercart.remember.projected import Projected
from evercart.remember.remembering import Remembering
from evercart.remember.replay import Replay
from evercart.remember.ridge import Ridge
from evercart.testing import Turned, check_fold
from evercart.testing.turned import COLUMNS

OFTEN = News(every=3, rest=1)


def few(memory):
    return Exemplars(200, memory)


CURES = [
    (Binary(), Replay(few(Reservoir()), draws=4, rounds=2)),
    (Squared(), Replay(few(Recent()), draws=4)),
    (Classes(2), Replay(few(Herded()), draws=4, apart=True)),
    (Classes(2), Dark(few(Balanced()), draws=4, apart=True)),
    (Binary(), Distilled(news=OFTEN)),
    (Classes(2), Distilled(news=News(rest=1), apart=True)),
    (Squared(), Elastic(news=OFTEN, look=2)),
    (Binary(), Projected(few(Reservoir()), draws=4)),
]


@pytest.mark.parametrize(("head", "cure"), CURES)
def test_the_laws(head, cure):
    learner = Remembering(Deep(COLUMNS, Mlp((16,)), head, batch=3), cure)
    stream = Turned(labels="sum" if head == Squared() else "yes")
    check_fold(lambda _: learner, stream, laws=("resume", "batching", "honesty"), examples=4)


@pytest.mark.parametrize("model", [Lda(len(COLUMNS), 2), Ridge(len(COLUMNS), 2, 16)])
def test_the_laws_of_analytic_heads(model):
    check_fold(lambda _: ByTick(model), Turned(), laws=("resume", "batching", "honesty"), examples=4)


PLAIN = Deep(WIDE, Mlp((32,)), Classes(6), AdamW(0.01), batch=16)
KEPT = Exemplars(60 * (16 + 4 * 14), Balanced())


def test_without_a_cure_only_the_last_classes_are_left():
    assert in_steps(PLAIN) < 0.45


@pytest.mark.parametrize(
    ("cure", "least"),
    [
        (Replay(KEPT), 0.9),
        (Replay(KEPT, apart=True), 0.9),
        (Dark(KEPT), 0.9),
        (Dark(KEPT, apart=True), 0.9),
    ],
)
def test_with_sixty_rows_kept_old_classes_stay(cure, least):
    assert in_steps(Remembering(PLAIN, cure)) > least


@pytest.mark.parametrize("model", [Lda(8, 6), Ridge(8, 6, 128, width=4.0)])
def test_analytic_heads_forget_nothing(model):
    assert in_steps(ByTick(model), rows=200) > 0.9


def test_peeking_asks_the_learner():
    from drawn import asked, blobs

    learner = Remembering(PLAIN, Replay(KEPT))
    state, questions = learner.start(), asked(blobs(5, 1)[0])
    np.testing.assert_array_equal(learner.peek(state, questions), PLAIN.peek(state.trained, questions))
