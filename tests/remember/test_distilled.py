"""What a teacher says holds the network back, where the teacher knows."""

import numpy as np
import pytest

pytest.importorskip("torch")

from drawn import COLUMNS, blobs, lesson

from evercart.errors import UserError
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Binary, Classes
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.steps import AdamW
from evercart.remember.distilled import Distilled
from evercart.remember.news import News

DEEP = Deep(COLUMNS, Mlp((16,)), Classes(6), AdamW(0.01))


def course(cure):
    """Learn classes 0, 1, then 2, 3; return the learner and its memory."""
    trained, memory = DEEP.start(), cure.start(DEEP)
    for step, classes in enumerate([(0, 1)] * 20 + [(2, 3)] * 20):
        one = lesson(*blobs(32, step, classes))
        trained, memory = cure.learn(DEEP, trained, memory, one)
        trained = DEEP.seen(trained, one)
    return trained, memory


def test_the_teacher_is_the_network_before_the_new_classes():
    _, memory = course(Distilled())
    plain = DEEP.start()
    for step in range(20):
        plain = DEEP.learn(plain, lesson(*blobs(32, step, (0, 1))))
    assert np.array_equal(memory.weights, plain.weights) and (memory.seen > 0).tolist() == [True] * 2 + [False] * 4


def test_a_strong_teacher_keeps_what_is_said_of_old_classes():
    away = []
    for strength in (0.0, 30.0):
        trained, memory = course(Distilled(strength))
        x, _ = blobs(100, 77, (2, 3))
        said = [DEEP.margins(one, x)[:, :2] for one in (trained, trained._replace(weights=memory.weights))]
        now, then = (margins[:, 0] - margins[:, 1] for margins in said)
        away.append(np.abs(now - then).mean())
    assert away[1] < 0.5 * away[0]


def test_bad_settings():
    for bad, text in (
        ({"strength": -1}, "distilled.strength: expected 0 or more, got -1"),
        ({"heat": 0}, "distilled.heat: expected more than 0, got 0"),
    ):
        with pytest.raises(UserError) as caught:
            Distilled(**bad)
        assert str(caught.value) == text
    assert News() == Distilled().news
    with pytest.raises(UserError, match=r"^distilled\.apart: expected a head of classes, got Binary\(\)$"):
        Distilled(news=News(every=9), apart=True).start(Deep(COLUMNS, Mlp((16,)), Binary()))
