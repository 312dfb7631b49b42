"""Together: which items the same shoppers took, counted pair by pair as it happens.

Each item keeps a table of the items it was taken with, in buckets of `WAYS`; in a full bucket a newcomer takes the
place of the pair that was met least often. So counts are exact while a bucket holds all its pairs.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel, lean
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find, tall

WAYS: Final = 8
_SPREAD: Final = 0x9E3779B1
_AFTER: Final = 20  # items back that count as just before

THING = np.dtype([
    ("born", np.int64),  # which of all items ever met this is: a slot may be used again
    ("since_us", np.int64),
    ("popular", np.float64),  # log2 of the sum of 2 ** (us / half-life): compares without decay
    ("times", np.float32),  # shoppers who took it, as far as their paths remember
])  # fmt: skip
PAIR = np.dtype([
    ("born", np.int64),  # of the other item; 0: no pair
    ("item", np.int32),  # slot of the other item
    ("times", np.float32),  # shoppers who took both
    ("after", np.float32),  # how often, how closely the other one came after: sum of 1 / steps
    ("before", np.float32),
])  # fmt: skip
STEP = np.dtype([("born", np.int64), ("item", np.int32)])


class Together(NamedTuple):
    """Items, their pairs, each shopper's last items."""

    items: Recent
    thing: NDArray[np.void]  # (capacity of items,) of THING
    pairs: NDArray[np.void]  # (capacity of items, listed) of PAIR
    users: Recent
    path: NDArray[np.void]  # (capacity of users, path) of STEP, a ring by `steps`
    steps: NDArray[np.int64]  # (capacity of users,)
    births: NDArray[np.int64]  # (1,)
    top: NDArray[np.int32]  # (offered,) slots of popular items, NONE where there are fewer

    def packed(self) -> Together:
        """Drop spare room."""
        items, users = self.items.keys.size, self.users.keys.size
        return Together(
            self.items.packed(),
            self.thing[:items],
            self.pairs[:items],
            self.users.packed(),
            self.path[:users],
            self.steps[:users],
            self.births,
            self.top,
        )

    def unpacked(self) -> Together:
        """Make room again."""
        return self._replace(items=self.items.unpacked(), users=self.users.unpacked())._tall()

    def roomy(self, rows: int) -> Together:
        """Return the memory with room for so many further rows."""
        return self._replace(items=with_room(self.items, rows), users=with_room(self.users, rows))._tall()

    def _tall(self) -> Together:
        items, users = len(self.items.keys.keys), len(self.users.keys.keys)
        return self._replace(
            thing=tall(self.thing, items),
            pairs=tall(self.pairs, items),
            path=tall(self.path, users),
            steps=tall(self.steps, users),
        )


def together(listed: int, path: int, offered: int) -> Together:
    """Return a memory of nothing."""
    empty = Together(
        recent(1),
        np.zeros(0, THING),
        np.zeros((0, listed), PAIR),
        recent(1),
        np.zeros((0, path), STEP),
        np.zeros(0, np.int64),
        np.zeros(1, np.int64),
        np.full(offered, NONE, np.int32),
    )
    return empty._tall()


@lean
def lives(state: Together, item: int, born: int) -> bool:
    """Return whether a slot still holds the item it held when this was noted."""
    return bool(born > 0 and state.thing[item].born == born)


@kernel
def forget(state: Together, until_us: int) -> None:
    """Forget shoppers, items last seen before a time; pairs with them die with their births."""
    while state.users.ends[0] != NONE and state.users.links[state.users.ends[0]].last_us < until_us:
        slot = state.users.ends[0]
        for at in range(state.path.shape[1]):
            state.path[slot, at].born = state.path[slot, at].item = 0
        state.steps[slot] = 0
        drop(state.users, slot)
    while state.items.ends[0] != NONE and state.items.links[state.items.ends[0]].last_us < until_us:
        slot = state.items.ends[0]
        thing = state.thing[slot]
        thing.born = thing.since_us = 0
        thing.popular = 0.0
        thing.times = np.float32(0.0)
        for at in range(state.pairs.shape[1]):
            _empty(state.pairs[slot, at])
        for at in range(len(state.top)):
            if state.top[at] == slot:
                state.top[at] = NONE
        drop(state.items, slot)


@lean
def _empty(pair: Any) -> None:
    pair.born = pair.item = 0
    pair.times = pair.after = pair.before = np.float32(0.0)


@kernel
def take(state: Together, user: np.uint64, named: np.uint64, us: int, half_us: float) -> None:
    """Count that a shopper took an item; the caller has made room."""
    item = _met(state, named, us, half_us)
    owner = touch(state.users, user, us)
    length, steps = state.path.shape[1], state.steps[owner]
    born = state.thing[item].born
    if steps > 0 and state.path[owner, (steps - 1) % length].born == born:
        return
    again = False
    for back in range(2, min(steps, length) + 1):
        again |= state.path[owner, (steps - back) % length].born == born
    for back in range(1, min(steps, length) + 1):
        step = state.path[owner, (steps - back) % length]
        if step.born != born and lives(state, step.item, step.born):
            near = 1.0 / back if back <= _AFTER else 0.0
            _count(state, item, step.item, not again, 0.0, near)
            _count(state, step.item, item, not again, near, 0.0)
    state.thing[item].times += np.float32(0.0 if again else 1.0)
    state.path[owner, steps % length].item = item
    state.path[owner, steps % length].born = born
    state.steps[owner] += 1


@lean
def _met(state: Together, named: np.uint64, us: int, half_us: float) -> int:
    """Return an item's slot, a new one if it has none; keep how popular it is."""
    new = find(state.items.keys, named) == NONE
    item = touch(state.items, named, us)
    thing, halves = state.thing[item], us / half_us
    if new:
        state.births[0] += 1
        thing.born, thing.since_us, thing.popular = state.births[0], us, halves
    else:
        thing.popular = halves + np.log2(1.0 + np.exp2(thing.popular - halves))
    _list(state, int(item))
    return int(item)


@lean
def _list(state: Together, item: int) -> None:
    """Put an item on the list of popular ones in place of the least popular, if it is more so."""
    place, least = NONE, float(state.thing[item].popular)
    for at in range(len(state.top)):
        if state.top[at] == item:
            return
        popular = state.thing[state.top[at]].popular if state.top[at] != NONE else -np.inf
        if popular < least:
            place, least = at, popular
    if place != NONE:
        state.top[place] = item


@lean
def _count(state: Together, item: int, other: int, first: bool, after: float, before: float) -> None:
    """Add to the pair of an item with another one."""
    buckets = state.pairs.shape[1] // WAYS
    begin = ((other * _SPREAD >> 8) % buckets) * WAYS
    born, place, least = state.thing[other].born, begin, np.inf
    for at in range(begin, begin + WAYS):
        pair = state.pairs[item, at]
        if pair.born == born:
            place, least = at, -1.0
            break
        worth = pair.times if lives(state, pair.item, pair.born) else -0.5
        if worth < least:
            place, least = at, worth
    pair = state.pairs[item, place]
    if least != -1.0:
        pair.born, pair.item = born, other
        pair.times = pair.after = pair.before = np.float32(0.0)
    pair.times += np.float32(1.0 if first else 0.0)
    pair.after += np.float32(after)
    pair.before += np.float32(before)
