"""When to hold on."""

import numpy as np
import pytest

pytest.importorskip("torch")

from drawn import COLUMNS, blobs, lesson

from evercart.errors import UserError
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Binary, Classes
from evercart.learners.deep.mlp import Mlp
from evercart.remember.news import News

DEEP = Deep(COLUMNS, Mlp((16,)), Classes(6))


def since(lessons):
    return np.array([lessons])


def test_a_new_class_is_news_after_a_rest():
    trained = DEEP.start()
    trained.seen[:2] = 5
    old, new = (lesson(*blobs(4, 1, classes)) for classes in ((0, 1), (1, 2)))
    assert not News().due(trained, old, since(99))
    assert News().due(trained, new, since(8)) and not News().due(trained, new, since(7))


def test_every_so_often():
    deep = Deep(COLUMNS, Mlp((16,)), Binary())
    one = lesson(*blobs(4, 1, (0, 1)))
    assert [News(every=5).due(deep.start(), one, since(n)) for n in (4, 5)] == [False, True]


def test_never_is_refused():
    with pytest.raises(UserError, match=r"^news\.every: expected at least 1 without a head of classes, got 0$"):
        News().check(Deep(COLUMNS, Mlp((16,)), Binary()))
    with pytest.raises(UserError, match=r"^news\.every: expected 0 or more, got -1$"):
        News(-1)
    with pytest.raises(UserError, match=r"^news\.rest: expected at least 1, got 0$"):
        News(rest=0)
