"""Why an item is shown: what its score would miss most."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pytest

from evercart.asks.each import After
from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.labels.lists import Lists
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.traits import COLUMNS, TRAITS
from evercart.learners.ranker import Net, Ranker
from evercart.learners.reasons.english import ENGLISH
from evercart.learners.reasons.evidence import BROWSED, PRIOR
from evercart.learners.reasons.why import Why

RANKER = Ranker(COLUMNS, hidden=8)


class Learned(NamedTuple):
    net: Net
    x: np.ndarray


@pytest.fixture(scope="module")
def learned() -> Learned:
    """Return a ranker that has learned from sessions that move along a line, with x of many candidates."""
    rng = np.random.default_rng(5)
    rows, sessions = 1500, 120
    session = np.sort(rng.integers(1, sessions, rows))
    item = 1 + (session * 3 + rng.integers(0, 6, rows)) % 60
    plain = Events.of(kind=np.ones(rows), logged_us=np.arange(rows) * 7_000_000, session=session, item=item)
    asks, source = After("view", columns=("session", "item")), Browsing()
    _, woven = asks.step(asks.start(), plain)
    _, out = source.step(source.start(), woven)
    lists = Lists(len(COLUMNS))
    _, turns = lists.step(lists.start(), (woven, (out.question, out.item, out.x)))
    net, _ = RANKER.step(RANKER.start(), turns)
    return Learned(net, out.x[-600:])


def _by_hand(one: Learned, row: np.ndarray, kind: str) -> float:
    """Return the fall of a row's score with one kind of evidence made to read as where there is none."""
    changed = row.copy()
    for column, value in BROWSED[kind].items():
        changed[TRAITS.index(column)] = value
        if column in PRIOR:
            changed[TRAITS.index("prior")] -= np.float32(0.2 * PRIOR[column]) * row[TRAITS.index(column)]
    before, after = RANKER.guess(one.net, np.stack([row, changed]))
    return float(before - after)


def test_the_first_reason_is_what_the_score_would_miss_most(learned: Learned) -> None:
    why = Why((Browsing(),))
    found = why(learned.x, lambda x: RANKER.guess(learned.net, x), [""] * len(learned.x))
    kinds: set[str] = set()
    for row, reasons in zip(learned.x[::7], found[::7], strict=True):
        falls = {kind: _by_hand(learned, row, kind) for kind in BROWSED}
        there = {k for k in BROWSED if any(row[TRAITS.index(c)] != np.float32(v) for c, v in BROWSED[k].items())}
        wanted = sorted((k for k in there if falls[k] > 1e-6), key=lambda k: -falls[k])[:3]
        assert [one.fall for one in reasons][: len(wanted)] == pytest.approx([falls[k] for k in wanted], abs=1e-4)
        assert [one.kind for one in reasons][:1] == wanted[:1]
        kinds.update(one.kind for one in reasons)
    assert {"went_on", "neighbours"} <= kinds


def test_what_raises_the_score_when_gone_is_no_reason(learned: Learned) -> None:
    own = TRAITS.index("own")

    def against(x: np.ndarray) -> np.ndarray:
        return -x[:, own].astype(np.float64)

    returned = learned.x[learned.x[:, own] > 0][:3]
    assert Why((Browsing(),))(returned, against, [""] * 3) == [(), (), ()]
    ((one,),) = Why((Browsing(),))(returned[:1], lambda x: -against(x), [""])
    assert (one.kind, one.fall) == ("own", 1.0)
    assert re.match(r"you looked at it (just before|\d+ clicks ago)$", one.text)


def test_the_rule_that_put_it_there_comes_first(learned: Learned) -> None:
    found = Why((Browsing(),), most=2)(learned.x[:2], lambda x: RANKER.guess(learned.net, x), ["explored", ""])
    assert (found[0][0].text, found[0][0].fall) == (ENGLISH["explored"], 0.0)
    assert all(len(reasons) <= 2 for reasons in found)
    assert found[1][0].fall > 0


def test_nothing_shown_or_wanted_nothing_said(learned: Learned) -> None:
    score = lambda x: np.zeros(len(x))  # noqa: E731
    assert Why((Browsing(),))(learned.x[:0], score, []) == []
    assert Why((Browsing(),), most=0)(learned.x[:2], score, ["", ""]) == [(), ()]
    with pytest.raises(UserError, match=r"^why\.most: expected at least 0, got -1$"):
        Why((Browsing(),), most=-1)
