"""Sources with their ranker, level with a log."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evercart.apps.recommend import next_click
from evercart.events.batch import Events
from evercart.fold import fingerprint
from evercart.following import Following
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.candidates import united
from evercart.recommending import whole_ticks
from evercart.units import SECOND_US

PARTS = next_click()


def _clicks(rows: int = 900) -> Events:
    rng = np.random.default_rng(2)
    session = np.sort(rng.integers(1, rows // 6, rows))
    us = np.sort(rng.integers(0, rows * SECOND_US // 2, rows))
    return Events.of(
        kind=np.ones(rows), logged_us=us, session=session, item=1 + (session + rng.integers(0, 5, rows)) % 40
    )


def _ring(events: Events) -> dict[str, str]:
    """Return the fingerprints of what the stages are after whole ticks, as the ring steps them."""
    stages = PARTS.stages()
    states = {name: fold.start() for name, fold in stages.items()}
    for batch in whole_ticks(events, PARTS.tick, 100):
        states["asks"], woven = stages["asks"].step(states["asks"], batch)
        states["source0"], offered = stages["source0"].step(states["source0"], woven)
        one = united([offered])
        states["lists"], turns = stages["lists"].step(states["lists"], (woven, (one.question, one.item, one.x)))
        states["ranker"], _ = stages["ranker"].step(states["ranker"], turns)
    return {name: fingerprint(states[name]) for name in ("asks", "source0", "lists", "ranker")}


@pytest.mark.parametrize("rows", [1, 7, 1000])
def test_it_stands_where_the_ring_stands_however_rows_come(rows: int) -> None:
    events = _clicks(300)
    following = Following(PARTS)
    for start in range(0, len(events), rows):
        following.take(events.rows(slice(start, start + rows)))
    following.take(Events({name: column[:0] for name, column in events.columns.items()}))
    closed = events.logged_us // SECOND_US + events.offset // 4096
    before = events.rows(closed < closed[-1])
    ring = _ring(before)
    assert fingerprint(following.state("ranker")) == ring["ranker"]
    late = Following(PARTS)
    late.take(before)
    assert {name: fingerprint(late.state(name)) for name in ("asks", "source0", "lists")} == {
        name: ring[name] for name in ("asks", "source0", "lists")
    }


def test_states_go_on_from_where_they_were() -> None:
    events = _clicks(200)
    whole, first = Following(PARTS), Following(PARTS)
    whole.take(events)
    first.take(events.rows(slice(0, 120)), learn=False)
    plain = Following(PARTS)
    plain.take(events.rows(slice(0, 120)))
    assert fingerprint(first.state("source0")) == fingerprint(plain.state("source0"))
    assert (first.at, first.us) == (120, int(events.logged_us[119]))


def test_time_passes_without_rows() -> None:
    events = _clicks(50)
    following = Following(PARTS)
    following.take(events)
    day_us = 86_400 * SECOND_US
    us = int(events.logged_us[-1]) + 61 * day_us
    question = Events.of(kind=[7], logged_us=[us], session=events["session"][-1:], item=events["item"][-1:], number=[0])
    following.wait(us)
    assert len(following.offered(question)) == 0
    assert following.state("source0").items.live == 0
    assert following.at == 50
    following.wait(0)
    assert following.us == int(events.logged_us[-1]) + 61 * day_us


def test_rows_that_say_nothing_of_a_session_are_no_rows() -> None:
    events = _clicks(20)
    nobody = Events({**events.columns, "session": np.zeros(20, np.uint64)})
    following = Following(PARTS)
    following.take(nobody, learn=False)
    assert (following.at, following.state("source0").items.live) == (20, 0)


class Ticking(Browsing):
    """A source that is learned by whole ticks."""

    grain = "tick"  # type: ignore[assignment, misc]


def test_time_may_pass_within_a_tick() -> None:
    following, events = Following(replace(PARTS, sources=(Ticking(),))), _clicks(50)
    following.take(events)
    us = int(events.logged_us[-1]) // SECOND_US * SECOND_US + SECOND_US - 1
    following.wait(us)
    assert following.us == us


def test_a_tick_that_time_closes_is_learned_like_one_that_a_row_closes() -> None:
    events, states = _clicks(300), []
    for waits in (False, True):
        following = Following(replace(PARTS, sources=(Ticking(),)))
        for start in range(0, len(events), 5):
            following.take(events.rows(slice(start, start + 5)))
            if waits and start + 5 < len(events):
                following.wait(int(events.logged_us[start + 5]))
        following.wait(following.us + 5 * SECOND_US)
        states.append({name: fingerprint(following.state(name)) for name in ("asks", "source0", "lists", "ranker")})
    assert states[0] == states[1]
