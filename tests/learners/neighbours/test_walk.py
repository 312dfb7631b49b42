"""What is found around a session, by hand."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import log

from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.traits import TRAITS

ROWS = [(1, 10, 0), (1, 11, 1), (1, 12, 2), (2, 10, 3), (2, 11, 4), (3, 12, 5), (3, 13, 6), (9, 10, 7)]


def said(fold: Browsing, rows: list[tuple[int, int, int]]) -> dict[int, dict[str, float]]:
    """Return the traits of each candidate of the last question, by item."""
    _, out = fold.step(fold.start(), log(rows))
    last = out.question == out.question.max(initial=-1)
    return {int(item): dict(zip(TRAITS, x, strict=True)) for item, x in zip(out.item[last], out.x[last], strict=True)}


def test_transitions_count_what_came_next_later_before() -> None:
    found = said(Browsing(hops=0, listed=0), [*ROWS, (9, -10, 8)])
    assert set(found) == {11, 12}
    assert found[11]["next_log"] == pytest.approx(np.log1p(2))
    assert found[11]["next_of_best"] == 1.0
    assert found[12]["later_of_best"] == 1.0
    assert found[12]["next_of_best"] == 0.0


def test_a_neighbour_counts_more_if_it_is_newer_shorter_nearer() -> None:
    found = said(Browsing(hops=0, listed=0, half_s=3), [*ROWS, (9, -10, 8)])
    old, new = 2 ** (-6 / 3) / 5, 2 ** (-4 / 3) / 4
    near = {item: np.expm1(traits["near_log"]) / 10 for item, traits in found.items()}
    assert near[11] == pytest.approx((old + new) / 2, rel=1e-5)
    assert near[12] == pytest.approx(old / 3, rel=1e-5)


def test_the_second_step_finds_what_no_neighbour_has() -> None:
    found = said(Browsing(listed=0), [*ROWS, (9, -10, 8)])
    assert found[13]["only_hop"] == 1.0
    assert found[13]["hop_of_best"] > 0
    assert found[13]["near_of_best"] == 0.0


def test_own_items_are_offered_but_not_the_current_one() -> None:
    found = said(Browsing(listed=0), [(9, 10, 0), (9, 11, 1), (9, 12, 2), (9, 10, 3), (9, -10, 4)])
    assert set(found) == {11, 12}
    assert found[12]["own_last_but_one"] == 1.0
    assert found[11]["own_two_before"] == 1.0
    assert found[11]["own_as_then"] == 1.0


def test_an_unknown_session_is_answered_from_its_item() -> None:
    found = said(Browsing(hops=0, listed=0), [*ROWS, (77, -10, 8)])
    assert set(found) == {11, 12}


def test_of_nothing_known_the_popular_remain() -> None:
    found = said(Browsing(listed=2), [*ROWS, (77, -99, 8)])
    assert len(found) == 2


def test_an_empty_shop_offers_nothing() -> None:
    assert said(Browsing(), [(1, -5, 0)]) == {}


def test_a_session_of_one_item_repeated_thousands_of_times() -> None:
    rows = [(1, 10, second) for second in range(3000)]
    assert said(Browsing(), [*rows, (2, 11, 3001), (1, -10, 3002)]).keys() == {11}


def test_no_second_step_is_taken_where_the_first_found_enough() -> None:
    found = said(Browsing(listed=0, enough=2), [*ROWS, (9, -10, 8)])
    assert set(found) == {11, 12}
