"""Journeys: the states that sessions pass through, with the value of every step that was ever taken from them.

A state is the last item with how deep the session is; the state before a session's first item is the same for all.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.hashing import U64, mix
from evercart.kernel import kernel, lean
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find, tall

BEGIN: Final = U64(0x9FB21C651E98DF25)  # the state of a session without an item
WAY = np.dtype([
    ("item", np.uint64),  # 0: no way
    ("times", np.float32),
    ("value", np.float32),  # of going there: reward now, discounted reward later
])  # fmt: skip
STEP = np.dtype([("state", np.uint64), ("item", np.uint64)])


class Journeys(NamedTuple):
    """States with the ways from them; sessions with their last steps."""

    states: Recent
    visits: NDArray[np.float32]  # (capacity of states,)
    ways: NDArray[np.void]  # (capacity of states, listed) of WAY
    sessions: Recent
    steps: NDArray[np.void]  # (capacity of sessions, path) of STEP, a ring by `depth`
    depth: NDArray[np.int64]  # (capacity of sessions,)

    def packed(self) -> Journeys:
        """Drop spare room."""
        states, sessions = self.states.keys.size, self.sessions.keys.size
        return Journeys(
            self.states.packed(),
            self.visits[:states],
            self.ways[:states],
            self.sessions.packed(),
            self.steps[:sessions],
            self.depth[:sessions],
        )

    def unpacked(self) -> Journeys:
        """Make room again."""
        return self._replace(states=self.states.unpacked(), sessions=self.sessions.unpacked())._tall()

    def roomy(self, rows: int) -> Journeys:
        """Return the memory with room for so many further rows."""
        return self._replace(states=with_room(self.states, rows), sessions=with_room(self.sessions, rows))._tall()

    def _tall(self) -> Journeys:
        states, sessions = len(self.states.keys.keys), len(self.sessions.keys.keys)
        return self._replace(
            visits=tall(self.visits, states),
            ways=tall(self.ways, states),
            steps=tall(self.steps, sessions),
            depth=tall(self.depth, sessions),
        )


class Rules(NamedTuple):
    """The settings as kernels take them."""

    kind: int
    keep_us: int
    gap_us: int
    discount: float
    least_rate: float
    prior: float
    depths: int


def journeys(listed: int, path: int) -> Journeys:
    """Return a memory of nothing."""
    empty = Journeys(
        recent(1),
        np.zeros(0, np.float32),
        np.zeros((0, listed), WAY),
        recent(1),
        np.zeros((0, path), STEP),
        np.zeros(0, np.int64),
    )
    return empty._tall()


@kernel
def forget(memory: Journeys, now: int, rules: Rules) -> None:
    """Forget sessions that paused too long, states nobody passed through."""
    while memory.sessions.ends[0] != NONE and now - _last_us(memory.sessions) > rules.gap_us:
        slot = memory.sessions.ends[0]
        memory.depth[slot] = 0
        for at in range(memory.steps.shape[1]):
            memory.steps[slot, at].state = memory.steps[slot, at].item = U64(0)
        drop(memory.sessions, slot)
    while memory.states.ends[0] != NONE and now - _last_us(memory.states) > rules.keep_us:
        slot = memory.states.ends[0]
        memory.visits[slot] = np.float32(0.0)
        for at in range(memory.ways.shape[1]):
            way = memory.ways[slot, at]
            way.item = U64(0)
            way.times = way.value = np.float32(0.0)
        drop(memory.states, slot)


@lean
def _last_us(keys: Recent) -> int:
    return int(keys.links[keys.ends[0]].last_us)


@lean
def standing(memory: Journeys, session: int, depths: int) -> np.uint64:
    """Return the key of the state that a session is in."""
    if session == NONE or memory.depth[session] == 0:
        return BEGIN
    depth, path = memory.depth[session], memory.steps.shape[1]
    last = memory.steps[session, (depth - 1) % path].item
    return mix(last, U64(min(depth, depths)))


@kernel
def go(memory: Journeys, key: np.uint64, item: np.uint64, reward: float, now: int, rules: Rules) -> None:
    """Take a session's next step; its value moves towards the reward, then the best that may follow.

    To stay where one is is no step, brings nothing.
    """
    found = find(memory.sessions.keys, key)
    if found != NONE and memory.depth[found] > 0:
        last = memory.steps[found, (memory.depth[found] - 1) % memory.steps.shape[1]].item
        if last == item:
            touch(memory.sessions, key, now)
            return
    state = standing(memory, found, rules.depths)
    session = touch(memory.sessions, key, now)
    step = memory.steps[session, memory.depth[session] % memory.steps.shape[1]]
    step.state, step.item = state, item
    memory.depth[session] += 1
    later = best(memory, find(memory.states.keys, standing(memory, session, rules.depths)))
    slot = touch(memory.states, state, now)
    memory.visits[slot] += np.float32(1.0)
    at = _way(memory, slot, item)
    way = memory.ways[slot, at]
    way.times += np.float32(1.0)
    way.value += np.float32(_rate(way.times, rules) * (reward + rules.discount * later - way.value))


@kernel
def earn(memory: Journeys, key: np.uint64, item: np.uint64, reward: float, rules: Rules) -> None:
    """Give a reward that came later to the session's newest step to the item, if it is still known."""
    session = find(memory.sessions.keys, key)
    if session == NONE:
        return
    depth, path = memory.depth[session], memory.steps.shape[1]
    for back in range(1, min(depth, path) + 1):
        step = memory.steps[session, (depth - back) % path]
        if step.item == item:
            slot = find(memory.states.keys, step.state)
            at = known_way(memory, slot, item) if slot != NONE else NONE
            if at != NONE:
                way = memory.ways[slot, at]
                way.value += np.float32(_rate(way.times, rules) * reward)
            return


@lean
def _rate(times: float, rules: Rules) -> float:
    return float(max(1.0 / (times + rules.prior), rules.least_rate))


@lean
def best(memory: Journeys, slot: int) -> float:
    """Return the highest value of a way from a state; 0 where none is known."""
    most = 0.0
    if slot != NONE:
        for at in range(memory.ways.shape[1]):
            if memory.ways[slot, at].item != U64(0):
                most = max(most, float(memory.ways[slot, at].value))
    return most


@lean
def known_way(memory: Journeys, slot: int, item: np.uint64) -> int:
    """Return where a state's way to an item stands, or NONE."""
    for at in range(memory.ways.shape[1]):
        if memory.ways[slot, at].item == item:
            return at
    return NONE


@lean
def _way(memory: Journeys, slot: int, item: np.uint64) -> int:
    """Return where a state's way to an item stands; a new one takes the place of the one gone least often."""
    place, least = 0, np.inf
    for at in range(memory.ways.shape[1]):
        way = memory.ways[slot, at]
        if way.item == item:
            return at
        times = way.times if way.item != U64(0) else -1.0
        if times < least:
            place, least = at, times
    way = memory.ways[slot, place]
    way.item = item
    way.times = way.value = np.float32(0.0)
    return place
