"""Words are replaced by others of their group, no more than allowed."""

import numpy as np
import pytest

pytest.importorskip("torch")

from ringed import told
from test_edits import DEEP, LONG, colours, text

from evercart.errors import UserError
from evercart.harden.attack import Target, wrong
from evercart.harden.edits import spelled
from evercart.harden.words import Words

GROUPS = (("red", "rose", "blu"), ("blue", "navy"))


def test_words_of_groups_alone_change():
    state, (x, y) = DEEP.step(DEEP.start(), told(*colours(600, 1)))[0], colours(40, 2)
    target, rows = Target(DEEP, state, wrong(DEEP, y)), np.arange(40)
    struck = Words(GROUPS, 1)(target, x, 1).x
    assert target.harms(struck, rows).mean() > target.harms(x, rows).mean()
    for before, after in zip(map(text, x), map(text, struck), strict=True):
        (old, thing), (new, same) = before.split(), after.split()
        assert same == thing and any(old in group and new in group for group in GROUPS)
    assert (struck != x).any(1).mean() > 0.5


def test_a_text_without_such_words_stays():
    x = spelled(["green shoe", ""], LONG)
    target = Target(DEEP, DEEP.start(), wrong(DEEP, np.zeros(2)))
    np.testing.assert_array_equal(Words(GROUPS, 3)(target, x, 1).x, x)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"most": -1}, "words.most: expected 0 or more, got -1"),
        ({"tries": 0}, "words.tries: expected at least 1, got 0"),
    ],
)
def test_bad_settings(bad, message):
    with pytest.raises(UserError) as caught:
        Words(**{"others": GROUPS, "most": 1, **bad})
    assert str(caught.value) == message
