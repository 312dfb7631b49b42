"""Embeddings: two vectors an item, one as what was looked at, one as what comes next, learned click by click.

The chance of an item after a session is softmax(q · out), where q is the mean of the `into` vectors of the session's
last items. Each click steps against the gradient of -log softmax over the item and a few drawn from what was
clicked lately. A new item begins beside the mean of its category, so it is near what is like it before anyone
looked at it; what is drawn to be unlike is also tried as a neighbour, by which the lists of neighbours find their
way through the shop.

Source: Hidasi and Karatzoglou, "Recurrent neural networks with top-k gains for session-based recommendations", CIKM
2018, section 3 (sampled softmax, samples by popularity); steps by Duchi, Hazan and Singer, JMLR 12, 2011, with one
sum of squares a vector.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform_at
from evercart.hashing import U64, mix
from evercart.kernel import kernel, lean
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import Slots, add, find, held, release, reserve, slots, tall

RECENT = 1024  # clicks that are drawn from
_DRIFT = np.float32(0.05)  # of a category's mean towards each clicked item of it
_FIRST = np.float32(0.1)  # how far from that mean an item begins, in each column


class Embeddings(NamedTuple):
    """What is learned of each item; rows of zeros where a slot is free.

    Bytes: 8 * width + 8 * near + 60 an item, 8 * width + 32 a category.
    """

    items: Recent  # carries the category
    into: NDArray[np.float32]  # (capacity, width + 1) the last column is the sum of squared gradients
    out: NDArray[np.float32]  # (capacity, width + 1)
    near: NDArray[np.uint64]  # (capacity, near) keys of items that may come next, in no order; 0 where there are fewer
    groups: Slots
    size: NDArray[np.int64]  # (capacity of groups,) items
    mean: NDArray[np.float32]  # (capacity of groups, 2, width) of `into`, of `out`
    clicked: NDArray[np.uint64]  # (RECENT,) a ring of the items clicked last
    ever: NDArray[np.int64]  # (1,) clicks, for the ring

    def packed(self) -> Embeddings:
        """Drop spare room."""
        items, groups = self.items.keys.size, self.groups.size
        return Embeddings(
            self.items.packed(),
            self.into[:items],
            self.out[:items],
            self.near[:items],
            self.groups.packed(),
            self.size[:groups],
            self.mean[:groups],
            self.clicked,
            self.ever,
        )

    def unpacked(self) -> Embeddings:
        """Make room again."""
        return self._replace(items=self.items.unpacked(), groups=self.groups.unpacked())._tall()

    def roomy(self, more: int) -> Embeddings:
        """Return the table with room for so many more items."""
        return self._replace(items=with_room(self.items, more), groups=reserve(self.groups, more))._tall()

    def _tall(self) -> Embeddings:
        items, groups = len(self.items.keys.keys), len(self.groups.keys)
        return self._replace(
            into=tall(self.into, items),
            out=tall(self.out, items),
            near=tall(self.near, items),
            size=tall(self.size, groups),
            mean=tall(self.mean, groups),
        )


def embeddings(width: int, near: int) -> Embeddings:
    """Return an empty table."""
    empty = Embeddings(
        recent(1),
        np.zeros((0, width + 1), np.float32),
        np.zeros((0, width + 1), np.float32),
        np.zeros((0, near), np.uint64),
        slots(),
        np.zeros(0, np.int64),
        np.zeros((0, 2, width), np.float32),
        np.zeros(RECENT, np.uint64),
        np.zeros(1, np.int64),
    )
    return empty._tall()


@kernel
def meet_item(state: Embeddings, key: np.uint64, category: np.uint64, us: int, drawn: np.uint64) -> int:
    """Return the slot of an item about which there is a row; a new one begins near the mean of its category.

    category    0 where the row does not say
    drawn       the stream that first vectors are drawn from, by the item alone
    """
    is_new = find(state.items.keys, key) == NONE
    slot = touch(state.items, key, us)
    if category != U64(0) and state.items.carried[slot, 0] != category:
        _ungroup(state, slot)
        state.items.carried[slot, 0] = category
        state.size[add(state.groups, category)] += 1
    if is_new:
        width = state.into.shape[1] - 1
        group = _group(state, slot)
        for column in range(width):
            places = mix(drawn, key), 2 * column
            state.into[slot, column] = _FIRST * np.float32(uniform_at(places[0], places[1]) - 0.5)
            state.out[slot, column] = _FIRST * np.float32(uniform_at(places[0], places[1] + 1) - 0.5)
            if group != NONE:
                state.into[slot, column] += state.mean[group, 0, column]
                state.out[slot, column] += state.mean[group, 1, column]
    return slot


@lean
def _group(state: Embeddings, slot: int) -> int:
    category = state.items.carried[slot, 0]
    return int(find(state.groups, category)) if category != U64(0) else NONE


@kernel
def _ungroup(state: Embeddings, slot: int) -> None:
    group = _group(state, slot)
    if group == NONE:
        return
    state.size[group] -= 1
    if state.size[group] == 0:
        state.mean[group] = np.float32(0.0)
        release(state.groups, group)


@kernel
def forget_items(state: Embeddings, until_us: int, most: int) -> None:
    """Forget the items without a row since then; of more than `most`, those without one for longest."""
    while state.items.ends[0] != NONE and (
        state.items.links[state.items.ends[0]].last_us < until_us or held(state.items.keys) > most
    ):
        slot = state.items.ends[0]
        _ungroup(state, slot)
        state.into[slot] = np.float32(0.0)
        state.out[slot] = np.float32(0.0)
        state.near[slot] = U64(0)
        drop(state.items, slot)


@kernel
def query(state: Embeddings, path: NDArray[np.uint64], fading: float, q: NDArray[np.float32]) -> int:
    """Set q to the weighted mean of the items of a path, newest first; return how many of them are known."""
    q[:] = np.float32(0.0)
    total, weight, known = np.float32(0.0), np.float32(1.0), 0
    for key in path:
        slot = find(state.items.keys, key) if key != U64(0) else NONE
        if slot != NONE:
            for column in range(len(q)):
                q[column] += weight * state.into[slot, column]
            total += weight
            known += 1
        weight *= np.float32(fading)
    for column in range(len(q)):
        q[column] /= max(total, np.float32(1e-9))
    return known


@lean
def fits(q: NDArray[np.float32], out: NDArray[np.float32]) -> float:
    """Return q · out."""
    score = np.float32(0.0)
    for column in range(len(q)):
        score += q[column] * out[column]
    return float(score)


@kernel
def learn(
    state: Embeddings,
    path: NDArray[np.uint64],
    slot: int,
    drawn: np.uint64,
    offset: int,
    pace: tuple[float, float],
    samples: int,
) -> None:
    """Step for a click on an item after a path that is not empty.

    pace    rate, fading of the path's weights
    """
    rate, fading = pace
    width = state.into.shape[1] - 1
    q, back = np.empty(width, np.float32), np.zeros(width, np.float32)
    if query(state, path, fading, q) == 0:
        return
    slot_of, slope = np.empty(samples + 1, np.int64), np.empty(samples + 1)
    slot_of[0], found = slot, 1
    filled = min(state.ever[0], RECENT)
    for sample in range(samples if filled > 0 else 0):
        place = int(uniform_at(drawn, offset * samples + sample) * filled)
        other = find(state.items.keys, state.clicked[place])
        if other != NONE and other != slot:
            slot_of[found] = other
            found += 1
    hard = _slopes(state, q, slot_of, slope, found)
    for i in range(found):
        _step_out(state.out[slot_of[i]], q, back, np.float32(slope[i]), np.float32(rate))
    weight = np.float32(1.0)
    for key in path:
        known = find(state.items.keys, key) if key != U64(0) else NONE
        if known != NONE:
            _step_into(state.into[known], back, weight, np.float32(rate))
        weight *= np.float32(fading)
    last = find(state.items.keys, path[0])
    if last != NONE:
        _try(state, last, state.items.keys.keys[slot])
        if hard > 0:
            _try(state, last, state.items.keys.keys[slot_of[hard]])
    group = _group(state, slot)
    if group != NONE:
        for column in range(width):
            state.mean[group, 0, column] += _DRIFT * (state.into[slot, column] - state.mean[group, 0, column])
            state.mean[group, 1, column] += _DRIFT * (state.out[slot, column] - state.mean[group, 1, column])


@kernel
def note(state: Embeddings, item: np.uint64) -> None:
    """Put an item among those clicked last."""
    state.clicked[state.ever[0] % RECENT] = item
    state.ever[0] += 1


@lean
def _slopes(
    state: Embeddings, q: NDArray[np.float32], slot_of: NDArray[np.int64], slope: NDArray[np.float64], found: int
) -> int:
    """Set softmax minus truth; return which of those drawn fits best, 0 if none was drawn."""
    most, hard = -np.inf, 0
    for i in range(found):
        slope[i] = fits(q, state.out[slot_of[i]])
        most = max(most, slope[i])
        if i > 0 and (hard == 0 or slope[i] > slope[hard]):
            hard = i
    total = 0.0
    for i in range(found):
        slope[i] = np.exp(slope[i] - most)
        total += slope[i]
    for i in range(found):
        slope[i] = slope[i] / total - (1.0 if i == 0 else 0.0)
    return hard


@lean
def _step_out(
    out: NDArray[np.float32], q: NDArray[np.float32], back: NDArray[np.float32], slope: np.float32, rate: np.float32
) -> None:
    """Step what comes next; add what it says of the query to `back`."""
    square = np.float32(0.0)
    for column in range(len(q)):
        square += (slope * q[column]) ** 2
    out[len(q)] += square
    step = rate * slope / np.sqrt(np.float32(1e-6) + out[len(q)])
    for column in range(len(q)):
        back[column] += slope * out[column]
        out[column] -= step * q[column]


@lean
def _step_into(into: NDArray[np.float32], back: NDArray[np.float32], weight: np.float32, rate: np.float32) -> None:
    """Step one of the items of the query."""
    square = np.float32(0.0)
    for column in range(len(back)):
        square += (weight * back[column]) ** 2
    into[len(back)] += square
    step = rate * weight / np.sqrt(np.float32(1e-6) + into[len(back)])
    for column in range(len(back)):
        into[column] -= step * back[column]


@kernel
def _try(state: Embeddings, slot: int, key: np.uint64) -> None:
    """Put an item among the neighbours of another in place of the one that fits least, if it fits better."""
    near, width = state.near[slot], state.into.shape[1] - 1
    q = state.into[slot, :width]
    least, place = np.inf, -1
    for at in range(len(near)):
        if near[at] == key:
            return
        other = find(state.items.keys, near[at]) if near[at] != U64(0) else NONE
        value = fits(q, state.out[other]) if other != NONE else -np.inf
        if value < least:
            least, place = value, at
    mine = find(state.items.keys, key)
    if mine != slot and fits(q, state.out[mine]) > least:
        near[place] = key
