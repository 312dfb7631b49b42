"""Clicks: an index of recent clicks by session, by item, kept current by every click.

All clicks of the last `keep_us` (at most `most`) count. A session knows its last `PATH` items; an item knows the
session, the place in it, of its `m` newest clicks. Whatever looks for neighbours reads these two, so there is one
memory, however many ways there are to read it; the ring of clicks only says what must be forgotten next.

Source: Kersbergen, Sprangers and Schelter, "Serenade: low-latency session-based recommendation in e-commerce
at scale", SIGMOD 2022, section 4 (the index); here its oldest clicks leave one by one.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart import queue
from evercart.hashing import U64
from evercart.kernel import lean
from evercart.prefetch import prefetch
from evercart.slots import Slots, add, find, release, reserve, slots, tall

HEAD, NEXT = queue.HEAD, queue.NEXT
PATH: Final = 64  # clicks that are known of each session

CLICK = np.dtype([
    ("us", np.int64),
    ("item", np.int32),  # slot
    ("session", np.int32),  # slot
    ("first", np.int32),  # 1: the item was not among the session's last `PATH` clicks
])  # fmt: skip
ITEM = np.dtype([
    ("since_us", np.int64),  # of the oldest click since it was last unknown
    ("last_us", np.int64),
    ("popular", np.float64),  # log2 of the sum of 2 ** (us / half-life) over its clicks: compares without decay
    ("ever", np.int64),  # clicks since it was last unknown
    ("clicks", np.int32),  # in the window
    ("sessions", np.int32),  # in the window, counted by `first`
    ("left", np.int32),  # how often a session went on from it
    ("returned", np.int32),  # how often it then went back to an item it had been at
])  # fmt: skip
SESSION = np.dtype([
    ("last_us", np.int64),
    ("clicks", np.int32),  # in the window
    ("ever", np.int32),  # since its first one
    ("distinct", np.int32),
    ("returns", np.int32),
    ("returned", np.int32),  # 1: its newest click was a return
])  # fmt: skip


class Ring(NamedTuple):
    """The clicks in the window; see queue.py."""

    click: NDArray[np.void]  # (power of two,) of CLICK


class Clicks(NamedTuple):
    """The index; rows of zeros where a slot is free.

    Bytes: 20 a click, 48 + 8 m an item, 28 + 4 `PATH` a session, about 32 a key; the ring doubles as it grows.
    """

    items: Slots
    sessions: Slots
    item: NDArray[np.void]  # (capacity of items,) of ITEM
    newest: NDArray[np.int32]  # (capacity of items, m, 2) slot of a session, place in it; `ever` % m is the next
    session: NDArray[np.void]  # (capacity of sessions,) of SESSION
    path: NDArray[np.int32]  # (capacity of sessions, PATH) slots of items; `ever` % PATH is the next
    ring: Ring
    ends: NDArray[np.int64]  # (2,) see queue.py
    top: NDArray[np.int32]  # (listed,) slots of popular items, -1 where there are fewer

    def packed(self) -> Clicks:
        """Drop spare room, with what stands in lists beyond what is in the window."""
        items, sessions = self.items.size, self.sessions.size
        item, session = self.item[:items], self.session[:sessions]
        newest, path = self.newest[:items], self.path[:sessions]
        return Clicks(
            self.items.packed(),
            self.sessions.packed(),
            item,
            np.where(_stands(item, newest.shape[1])[:, :, None], newest, np.int32(0)),
            session,
            np.where(_stands(session, PATH), path, np.int32(0)),
            queue.straight(self.ends, self.ring),
            self.ends - self.ends[HEAD],
            self.top,
        )

    def unpacked(self) -> Clicks:
        """Make room again."""
        tables = self._replace(items=self.items.unpacked(), sessions=self.sessions.unpacked())
        return tables._tall()._replace(ring=queue.ringed(self.ends, self.ring))

    def roomy(self, rows: int, most: int) -> Clicks:
        """Return the index with room for so many further clicks; of a ring, never more than `most` are used."""
        more = min(rows, most - queue.length(self.ends))
        tables = self._replace(items=reserve(self.items, rows), sessions=reserve(self.sessions, rows))
        return tables._tall()._replace(ring=queue.roomy(self.ends, self.ring, max(more, 0)))

    def flat(self) -> Clicks:
        """Return a view of the same memory for kernels, lists end to end, so that any place can be asked for ahead."""
        return self._replace(newest=self.newest.reshape(-1, 2), path=self.path.reshape(-1))

    def _tall(self) -> Clicks:
        """Give the arrays that stand beside slots the height of the slots."""
        items, sessions = len(self.items.keys), len(self.sessions.keys)
        return self._replace(
            item=tall(self.item, items),
            newest=tall(self.newest, items),
            session=tall(self.session, sessions),
            path=tall(self.path, sessions),
        )


def _stands(of: NDArray[np.void], m: int) -> NDArray[np.bool_]:
    """Return which places of rings of m hold one of the newest, in the window, of each row: (rows, m)."""
    back = (of["ever"][:, None] - 1 - np.arange(m)) % m
    held: NDArray[np.bool_] = back < of["clicks"][:, None]
    return held


def clicks(m: int, listed: int) -> Clicks:
    """Return an empty index."""
    return Clicks(
        items=slots(),
        sessions=slots(),
        item=np.zeros(8, ITEM),
        newest=np.zeros((8, m, 2), np.int32),
        session=np.zeros(8, SESSION),
        path=np.zeros((8, PATH), np.int32),
        ring=Ring(np.zeros(8, CLICK)),
        ends=np.zeros(2, np.int64),
        top=np.full(listed, -1, np.int32),
    )


def oldest_us(index: Clicks) -> int | None:
    """Return the time of the oldest click that is kept; None where there is none.

    >>> oldest_us(clicks(m=2, listed=0)) is None
    True
    """
    if index.ends[HEAD] == index.ends[NEXT]:
        return None
    return int(index.ring.click["us"][int(index.ends[HEAD]) & (len(index.ring.click) - 1)])


@lean
def place_of(index: Clicks, number: int) -> int:
    """Return where in the ring a click stands."""
    return int(number & (len(index.ring.click) - 1))


@lean
def expire(index: Clicks, until_us: int) -> None:
    """Forget the clicks at or before a time."""
    while index.ends[HEAD] < index.ends[NEXT] and index.ring.click[place_of(index, index.ends[HEAD])].us <= until_us:
        _forget(index)


@lean
def _forget(index: Clicks) -> None:
    """Forget the oldest click; release its session, its item, where it was their last."""
    old = index.ring.click[place_of(index, index.ends[HEAD])]
    item, session = index.item[old.item], index.session[old.session]
    item.sessions -= old.first
    item.clicks -= 1
    session.clicks -= 1
    if session.clicks == 0:
        session.last_us = 0
        session.ever = session.distinct = session.returns = session.returned = 0
        release(index.sessions, old.session)
    if item.clicks == 0:
        item.since_us = item.last_us = item.ever = 0
        item.sessions = item.left = item.returned = 0
        item.popular = 0.0
        for i in range(len(index.top)):
            if index.top[i] == old.item:
                index.top[i] = -1
        release(index.items, old.item)
    index.ends[HEAD] += 1
    if index.ends[HEAD] == index.ends[NEXT]:
        index.ends[HEAD] = 0
        index.ends[NEXT] = 0


@lean
def at_path(session: int, place: int) -> int:
    """Return where a session's item at a place stands in a flat `path`."""
    return int(session * PATH + (place & (PATH - 1)))


@lean
def at_newest(index: Clicks, item: int, click: int) -> int:
    """Return where an item's click stands in a flat `newest`, by how many it had before."""
    m = len(index.newest) // len(index.item)
    return int(item * m + click % m)


@lean
def was_at(index: Clicks, session: int, item: int) -> bool:
    """Return whether an item is among a session's last `PATH` clicks in the window."""
    ever = index.session[session].ever
    for back in range(1, min(index.session[session].clicks, PATH) + 1):
        if index.path[at_path(session, ever - back)] == item:
            return True
    return False


@lean
def insert(index: Clicks, key: np.uint64, named: np.uint64, us: int, half_us: float, most: int) -> None:
    """Add a click of session `key` on item `named`; the caller has made room."""
    if index.ends[NEXT] - index.ends[HEAD] >= most:
        _forget(index)
    session, item = add(index.sessions, key), add(index.items, named)
    here, thing = index.session[session], index.item[item]
    first = 0 if was_at(index, session, item) else 1
    click = index.ring.click[place_of(index, index.ends[NEXT])]
    click.us, click.item, click.session, click.first = us, item, session, first
    index.ends[NEXT] += 1
    if here.clicks > 0:
        left = index.item[index.path[at_path(session, here.ever - 1)]]
        left.left += 1
        left.returned += 1 - first
    at = at_newest(index, item, thing.ever)
    index.newest[at, 0] = session
    index.newest[at, 1] = here.ever
    index.path[at_path(session, here.ever)] = item
    here.last_us = us
    here.clicks += 1
    here.ever += 1
    here.distinct += first
    here.returned = 1 - first
    here.returns += 1 - first
    thing.sessions += first
    _note(index, item, us, half_us)


@lean
def _note(index: Clicks, item: int, us: int, half_us: float) -> None:
    """Keep when an item was clicked, how often, how popular that makes it."""
    thing, halves = index.item[item], us / half_us
    if thing.ever == 0:
        thing.since_us = us
        thing.popular = halves
    else:
        thing.popular = halves + np.log2(1.0 + np.exp2(thing.popular - halves))
    thing.last_us = us
    thing.ever += 1
    thing.clicks += 1
    _list(index, item)


@lean
def _list(index: Clicks, item: int) -> None:
    """Put an item on the list of popular ones in place of the least popular, if it is more so."""
    least, place = np.inf, -1
    for i in range(len(index.top)):
        listed = index.top[i]
        if listed == item:
            return
        value = index.item[listed].popular if listed >= 0 else -np.inf
        if value < least:
            least, place = value, i
    if place >= 0 and index.item[item].popular > least:
        index.top[place] = item


@lean
def session_of(index: Clicks, key: np.uint64) -> int:
    """Return the slot of a session with clicks in the window, or -1."""
    return int(find(index.sessions, key)) if key != U64(0) else -1


@lean
def foresee_click(index: Clicks, key: np.uint64, named: np.uint64) -> None:
    """Ask for the rows of a coming click's session, of its item."""
    session, item = find(index.sessions, key), find(index.items, named)
    if session >= 0:
        prefetch(index.session, np.int64(session))
    if item >= 0:
        prefetch(index.item, np.int64(item))


@lean
def foresee_lists(index: Clicks, key: np.uint64, named: np.uint64) -> None:
    """Ask for the places where a coming click, whose rows are at hand, will be written."""
    session, item = find(index.sessions, key), find(index.items, named)
    if session >= 0:
        prefetch(index.path, np.int64(at_path(session, index.session[session].ever)))
    if item >= 0:
        prefetch(index.newest, np.int64(at_newest(index, item, index.item[item].ever)))
