"""Full rankings, scored click by click."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.evaluate.hits import Hits
from evercart.evaluate.ranking import Ranking
from evercart.events.batch import Events
from evercart.units import SECOND_US


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
