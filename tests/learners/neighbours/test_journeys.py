"""States that sessions pass through."""

from __future__ import annotations

import pytest

from evercart.hashing import U64
from evercart.learners.neighbours.journeys import BEGIN, Journeys, Rules, earn, forget, go, journeys, standing
from evercart.recent import NONE
from evercart.slots import find

RULES = Rules(kind=1, keep_us=100, gap_us=10, discount=0.5, least_rate=1e-6, prior=0.0, depths=1)


def walked(*steps: tuple[int, int, int]) -> Journeys:
    """Return the memory after (session, item, us) steps, each with a reward of 1."""
    memory = journeys(4, 3).roomy(len(steps))
    for session, item, us in steps:
        go(memory, U64(session), U64(item), 1.0, us, RULES)
    return memory


def value(memory: Journeys, state: int, item: int) -> float:
    """Return the value of a way from a state."""
    slot = find(memory.states.keys, U64(state))
    ways = memory.ways[slot]
    return float(ways["value"][ways["item"] == item].sum())


def test_every_session_begins_in_one_state() -> None:
    memory = walked((1, 10, 0), (2, 10, 1), (3, 11, 2))
    slot = find(memory.states.keys, BEGIN)
    assert memory.visits[slot] == 3
    assert memory.ways[slot]["times"].tolist() == [2, 1, 0, 0]


def test_what_follows_counts_from_the_next_time_on() -> None:
    memory = walked((1, 10, 0), (1, 11, 1), (2, 10, 2))
    assert value(memory, BEGIN, 10) == pytest.approx((1.0 + (1.0 + 0.5 * 1.0)) / 2)


def test_to_stay_is_no_step() -> None:
    memory = walked((1, 10, 0), (1, 10, 1), (1, 11, 2))
    slot = find(memory.states.keys, BEGIN)
    assert memory.ways[slot]["times"].tolist() == [1, 0, 0, 0]
    assert memory.depth.max() == 2


def test_a_late_reward_finds_its_step_while_the_path_holds_it() -> None:
    memory = walked((1, 10, 0), (1, 11, 1), (1, 12, 2))
    earn(memory, U64(1), U64(10), 7.0, RULES)
    assert value(memory, BEGIN, 10) == 8.0
    memory = walked((1, 10, 0), (1, 11, 1), (1, 12, 2), (1, 13, 3))
    earn(memory, U64(1), U64(10), 7.0, RULES)
    earn(memory, U64(5), U64(10), 7.0, RULES)
    assert value(memory, BEGIN, 10) == 1.0


def test_sessions_end_by_their_pause_states_by_theirs() -> None:
    memory = walked((1, 10, 0), (1, 11, 1))
    forget(memory, 12, RULES)
    assert find(memory.sessions.keys, U64(1)) == NONE
    assert standing(memory, NONE, 1) == BEGIN
    assert memory.states.keys.live == 2
    forget(memory, 102, RULES)
    assert memory.states.keys.live == 0
    assert not memory.ways["times"].any()
