"""Full rankings, scored click by click."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.evaluate.hits import Hits
from evercart.evaluate.ranking import Ranking
from evercart.events.batch import Events
from evercart.fold import pack, unpack
from evercart.units import HOUR_S, SECOND_US


def scored(rows: list[tuple[int, int, list[int] | None]], ranking: Ranking | None = None) -> tuple[Hits, float]:
    """Step over (session, item, list shown) rows a second apart; a row with a list is a question."""
    ranking = ranking or Ranking()
    asked = [row[2] is not None for row in rows]
    number = np.where(asked, np.cumsum(asked) - 1, -1)
    woven = Events.of(
        kind=np.where(asked, 7, 1),
        logged_us=np.arange(len(rows)) * SECOND_US,
        session=[row[0] for row in rows],
        item=[row[1] for row in rows],
        number=number,
    )
    question = np.concatenate([[n] * len(row[2] or []) for n, row in zip(number, rows, strict=True)]).astype(np.int64)
    item = np.array([one for row in rows for one in row[2] or []], np.uint64)
    state, hits = ranking.step(ranking.start(), (woven, question, item))
    return hits, ranking.coverage(state)


def test_sessions_interleave_and_first_clicks_are_not_scored() -> None:
    rows = [(1, 5, None), (1, 5, [6, 7]), (2, 8, None), (2, 8, [5]), (1, 7, None), (2, 6, None)]
    hits, _ = scored(rows)
    assert hits.number.tolist() == [0, 1]
    assert hits.rank.tolist() == [1, -1]


def test_only_the_first_k_count() -> None:
    rows = [(1, 5, None), (1, 5, [6, 7, 8]), (1, 8, None)]
    assert scored(rows, Ranking(k=2))[0].rank.tolist() == [-1]
    assert scored(rows, Ranking(k=3))[0].rank.tolist() == [2]


def test_it_tells_returns_unknown_items_and_places() -> None:
    rows = [(1, 5, None), (1, 5, [5]), (1, 6, None), (1, 6, [5]), (1, 5, None), (1, 5, []), (1, 6, None)]
    hits, _ = scored(rows)
    assert hits.known.tolist() == [False, True, True]
    assert hits.returned.tolist() == [False, True, True]
    assert hits.place.tolist() == [1, 2, 3]
    assert np.isnan(hits.novelty[2])


def test_novelty_tail_and_coverage_by_hand() -> None:
    rows = [(1, 5, None), (2, 5, None), (3, 5, None), (4, 6, None), (4, 6, [5, 6]), (4, 5, None)]
    hits, coverage = scored(rows)
    assert hits.novelty[0] == pytest.approx((-np.log2(3 / 4) + 2) / 2)
    assert hits.tail[0] == 0.5
    assert coverage == 1.0
    assert scored([(1, 5, None), (1, 6, None), (1, 6, [5])])[1] == 0.5


def test_a_session_is_forgotten_after_its_window() -> None:
    rows = [(1, 5, None), (1, 5, [6]), (2, 6, None), (2, 6, None), (2, 6, None), (1, 6, None)]
    assert len(scored(rows, Ranking(window_s=5, keep_s=5))[0]) == 1
    assert len(scored(rows, Ranking(window_s=4, keep_s=4))[0]) == 0


def test_items_have_an_age_answers_a_place_in_the_log() -> None:
    rows = [(1, 5, None), (1, 5, [5]), (1, 6, None), (2, 5, None), (2, 5, [6]), (2, 6, None)]
    hits, _ = scored(rows)
    assert hits.age_us.tolist() == [-1, 3 * SECOND_US]
    assert (hits.offset.tolist(), hits.item.tolist()) == ([2, 5], [6, 6])


def test_the_first_time_an_item_is_shown_is_noted() -> None:
    ranking = Ranking()
    woven = Events.of(
        kind=[1, 1, 7, 7],
        logged_us=np.array([0, 1, 2, 4]) * HOUR_S * SECOND_US,
        session=[1, 1, 1, 1],
        item=[5, 6, 6, 6],
        number=[-1, -1, 0, 1],
    )
    state, _ = ranking.step(ranking.start(), (woven, np.array([0, 1, 1]), np.array([5, 5, 9], np.uint64)))
    assert ranking.waited_h(state).tolist() == [2.0, np.inf]


BASKETS = Ranking("order", "user", k=3, window_s=3600, keep_s=3600, answers=3, back=4)


def _baskets(cut: int | None = None) -> Hits:
    """Step over two shoppers' baskets, one that holds an item twice, one too large; cut, packed where it is said."""
    rows = [(7, 1, 0), (2, 1, 11), (2, 1, 12), (2, 1, 11), (7, 2, 0), (2, 2, 12), (2, 1, 13), (2, 1, 14), (2, 1, 15)]
    rows += [(7, 1, 0), (2, 1, 12), (2, 1, 16), (2, 2, 11)]
    kind, user, item = (np.array(column) for column in zip(*rows, strict=True))
    number = np.where(kind == 7, np.cumsum(kind == 7) - 1, -1)
    woven = Events.of(kind=kind, logged_us=np.arange(len(rows)) * SECOND_US, user=user, item=item, number=number)
    question, shown = np.array([0, 0, 1, 2, 2, 2]), np.array([11, 13, 12, 15, 12, 16], np.uint64)
    state, found = BASKETS.start(), []
    for start, stop in ((0, cut or len(rows)), (cut or len(rows), len(rows))):
        state, hits = BASKETS.step(state, (woven.rows(slice(start, stop)), question, shown))
        state = unpack(BASKETS.start(), pack(state))
        found.append(hits)
    return Hits.concat(found)


def test_a_basket_answers_with_each_of_its_items_once() -> None:
    hits = _baskets()
    assert hits.number.tolist() == [0, 0, 1, 0, 2, 2, 1]
    assert hits.item.tolist() == [11, 12, 12, 13, 12, 16, 11]
    assert hits.rank.tolist() == [0, -1, 0, 1, 1, 2, -1]


def test_a_shopper_returns_to_what_was_bought_before() -> None:
    hits = _baskets()
    assert hits.returned.tolist() == [False] * 4 + [False, False, False]
    assert hits.place.tolist() == [1, 1, 1, 1, 2, 2, 1]
    longer = Ranking("order", "user", answers=3, back=8)
    woven = Events.of(kind=[7, 2, 7, 2], user=[1] * 4, item=[0, 5, 0, 5], number=[0, -1, 1, -1], logged_us=np.arange(4))
    again = longer.step(longer.start(), (woven, np.zeros(0, np.int64), np.zeros(0, np.uint64)))[1]
    assert again.returned.tolist() == [False, True]


@pytest.mark.parametrize("cut", range(1, 13))
def test_baskets_may_be_cut_anywhere(cut: int) -> None:
    one, other = _baskets(), _baskets(cut)
    assert all(getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in vars(one))
