"""Edits change so many characters, the ones that do most harm."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from ringed import told

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.harden.attack import Target, wrong
from evercart.harden.edits import Edits, _add, _drop, _flip, _swap, spelled
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Classes
from evercart.learners.deep.ngrams import Ngrams
from evercart.learners.deep.steps import AdamW

LONG = 12
DEEP = Deep(tuple(Column(f"c{at}") for at in range(LONG)), Ngrams((1, 2), 256, 8, 16), Classes(2), AdamW(1e-2))
WORDS = ["red shoe", "blue shoe", "red hat", "blue hat"]


def text(row):
    return "".join(chr(int(code)) for code in row if code)


def colours(rows, seed):
    """Return texts whose colour is their label."""
    which = np.random.default_rng(seed).integers(4, size=rows)
    return spelled([WORDS[at] for at in which], LONG), (which % 2).astype(np.float64)


@pytest.mark.parametrize(
    ("edit", "wanted"),
    [
        (_flip, ["xbc", "abx", "axcd"]),
        (_swap, ["bac", "abc", "acbd"]),
        (_drop, ["bc", "ab", "acd"]),
        (_add, ["xabc", "abxc", "axbc"]),
    ],
)
def test_each_kind(edit, wanted):
    x, letter = spelled(["abc", "abc", "abcd"], 4), np.full(3, ord("x"), np.float32)
    assert [text(row) for row in edit(x, np.array([0, 2, 1]), letter)] == wanted


def test_characters_beyond_ascii_survive():
    assert text(spelled(["价格 🛒é"], 8)[0]) == "价格 🛒é"


def test_few_edits_that_harm():
    state, (x, y) = DEEP.step(DEEP.start(), told(*colours(600, 1)))[0], colours(60, 2)
    target, rows = Target(DEEP, state, wrong(DEEP, y)), np.arange(60)
    clean, hurt = target.harms(x, rows), []
    for most in (0, 1, 2):
        struck = Edits(most, 20)(target, x, 1).x
        assert ((struck != x).sum(1) <= most).all()
        hurt.append(target.harms(struck, rows).mean())
    assert clean.mean() == hurt[0] < hurt[1] < hurt[2]
    again = target.harms(Edits(2, 20, restarts=3)(target, x, 1).x, rows).mean()
    assert again >= hurt[2]


def test_an_empty_text_stays_empty():
    target = Target(DEEP, DEEP.start(), wrong(DEEP, np.zeros(1)))
    assert not Edits(3, kinds=("flip", "swap", "drop", "add"))(target, spelled([""], LONG), 1).x.any()


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        ({"most": -1}, "edits.most: expected 0 or more, got -1"),
        ({"tries": 0}, "edits.tries: expected at least 1, got 0"),
        ({"restarts": 0}, "edits.restarts: expected at least 1, got 0"),
        ({"kinds": ()}, "edits.kinds: expected one or more of flip swap drop add, got ()"),
        ({"kinds": ("turn",)}, "edits.kinds: expected one or more of flip swap drop add, got 'turn'"),
        ({"letters": ""}, "edits.letters: expected at least one, got ''"),
    ],
)
def test_bad_settings(bad, message):
    with pytest.raises(UserError) as caught:
        replace(Edits(1), **bad)
    assert str(caught.value) == message
