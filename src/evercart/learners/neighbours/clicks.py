"""Clicks: an index of recent clicks by session, by item, kept current by every click.

All clicks of the last `keep_us` (at most `most`) stand in one ring. A click knows the one before it in its
session, the one after it; an item knows its `m` newest clicks. Whatever looks for neighbours walks these links,
so there is one memory, however many ways there are to read it.

Source: Kersbergen, Sprangers and Schelter, "Serenade: low-latency session-based recommendation in e-commerce
at scale", SIGMOD 2022, section 4 (the index); here its oldest clicks leave one by one.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart import queue
from evercart.hashing import U64
from evercart.kernel import lean
from evercart.slots import Slots, add, find, release, reserve, slots, tall

HEAD, NEXT = queue.HEAD, queue.NEXT
PATH: Final = 64  # how many clicks back a session is looked through
NEVER: Final = -1.0e18

CLICK = np.dtype([
    ("us", np.int64),
    ("item", np.int32),  # slot
    ("session", np.int32),  # slot
    ("back", np.uint32),  # how many clicks of the log before this one the session's last one was, or 0
    ("ahead", np.uint32),  # the same for the next one
    ("place", np.int32),  # how many clicks the session had before
    ("first", np.int32),  # 1: the item was not among the session's last `PATH` clicks
])  # fmt: skip
ITEM = np.dtype([
    ("since_us", np.int64),  # of the oldest click since it was last unknown
    ("last_us", np.int64),
    ("popular", np.float64),  # log2 of the sum of 2 ** (us / half-life) over its clicks: compares without decay
    ("clicks", np.int64),  # in the window
    ("sessions", np.int64),  # in the window, counted by `first`
    ("ever", np.int64),  # clicks since it was last unknown
    ("left", np.int64),  # how often a session went on from it
    ("returned", np.int64),  # how often it then went back to an item it had been at
])  # fmt: skip
SESSION = np.dtype([
    ("since_us", np.int64),
    ("last", np.int64),  # number of its newest click
    ("clicks", np.int64),  # in the window
    ("ever", np.int64),  # since its first one
    ("distinct", np.int64),
    ("returns", np.int64),
    ("returned", np.int64),  # 1: its newest click was a return
])  # fmt: skip


class Ring(NamedTuple):
    """The clicks in the window; see queue.py."""

    click: NDArray[np.void]  # (power of two,) of CLICK


class Clicks(NamedTuple):
    """The index; rows of zeros where a slot is free. Bytes: 40 a click, 64 + 4 m an item, 56 a session, 30 a key."""

    items: Slots
    sessions: Slots
    item: NDArray[np.void]  # (capacity,) of ITEM
    session: NDArray[np.void]  # (capacity,) of SESSION
    newest: NDArray[np.uint32]  # (capacity of items, m) low words of click numbers; `ever` % m is the next place
    ring: Ring
    ends: NDArray[np.int64]  # (2,) see queue.py
    top: NDArray[np.int32]  # (listed,) slots of popular items, -1 where there are fewer

    def packed(self) -> Clicks:
        """Drop spare room; clicks are numbered from 0 again."""
        head = self.ends[HEAD]
        items, sessions = self.items.size, self.sessions.size
        session = self.session[:sessions].copy()
        session["last"] = np.where(session["clicks"] > 0, session["last"] - head, 0)
        return Clicks(
            self.items.packed(),
            self.sessions.packed(),
            self.item[:items],
            session,
            _straight(self.item[:items], self.newest[:items], head),
            queue.straight(self.ends, self.ring),
            self.ends - head,
            self.top,
        )

    def unpacked(self) -> Clicks:
        """Make room again."""
        newest = _turned(self.item, self.newest)
        tables = self._replace(items=self.items.unpacked(), sessions=self.sessions.unpacked(), newest=newest)
        return tables._tall()._replace(ring=queue.ringed(self.ends, self.ring))

    def roomy(self, rows: int, most: int) -> Clicks:
        """Return the index with room for so many further clicks; of a ring, never more than `most` are used."""
        more = min(rows, most + 1 - queue.length(self.ends))
        tables = self._replace(items=reserve(self.items, rows), sessions=reserve(self.sessions, rows))
        return tables._tall()._replace(ring=queue.roomy(self.ends, self.ring, max(more, 0)))

    def _tall(self) -> Clicks:
        """Give the arrays that stand beside slots the height of the slots."""
        items, sessions = len(self.items.keys), len(self.sessions.keys)
        return self._replace(
            item=tall(self.item, items), session=tall(self.session, sessions), newest=tall(self.newest, items)
        )


def _straight(item: NDArray[Any], newest: NDArray[np.uint32], head: int) -> NDArray[np.uint32]:
    """Return each item's clicks, newest first, numbered from the oldest click held; 0 where there are fewer."""
    m = newest.shape[1]
    place = (item["ever"][:, None] - 1 - np.arange(m)) % m
    lists = np.take_along_axis(newest, place, 1) - np.uint32(head & 0xFFFFFFFF)
    held = np.arange(m) < item["clicks"][:, None]
    return np.where(held, lists, np.uint32(0))


def _turned(item: NDArray[Any], lists: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return what `_straight` returned as it was, but for the numbers."""
    m = lists.shape[1]
    newest = np.zeros_like(lists)
    np.put_along_axis(newest, (item["ever"][:, None] - 1 - np.arange(m)) % m, lists, 1)
    return newest


def clicks(m: int, listed: int) -> Clicks:
    """Return an empty index."""
    return Clicks(
        items=slots(),
        sessions=slots(),
        item=np.zeros(8, ITEM),
        session=np.zeros(8, SESSION),
        newest=np.zeros((8, m), np.uint32),
        ring=Ring(np.zeros(8, CLICK)),
        ends=np.zeros(2, np.int64),
        top=np.full(listed, -1, np.int32),
    )


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
    number = index.ends[HEAD]
    old = index.ring.click[place_of(index, number)]
    item, session = index.item[old.item], index.session[old.session]
    if old.ahead != 0:
        index.ring.click[place_of(index, number + old.ahead)].back = 0
    item.sessions -= old.first
    item.clicks -= 1
    session.clicks -= 1
    if session.clicks == 0:
        session.since_us = session.last = session.ever = session.distinct = session.returns = session.returned = 0
        release(index.sessions, old.session)
    if item.clicks == 0:
        item.since_us = item.last_us = item.sessions = item.ever = item.left = item.returned = 0
        item.popular = 0.0
        index.newest[old.item, :] = 0
        for i in range(len(index.top)):
            if index.top[i] == old.item:
                index.top[i] = -1
        release(index.items, old.item)
    index.ends[HEAD] = number + 1
    if index.ends[HEAD] == index.ends[NEXT]:
        index.ends[HEAD] = 0
        index.ends[NEXT] = 0


@lean
def was_at(index: Clicks, session: int, item: int) -> bool:
    """Return whether an item is among a session's last `PATH` clicks in the window."""
    state = index.session[session]
    if state.clicks == 0:
        return False
    number, left = state.last, PATH
    while left > 0:
        click = index.ring.click[place_of(index, number)]
        if click.item == item:
            return True
        if click.back == 0:
            return False
        number -= click.back
        left -= 1
    return False


@lean
def insert(index: Clicks, key: np.uint64, named: np.uint64, us: int, half_us: float, most: int) -> None:
    """Add a click of session `key` on item `named`; the caller has made room."""
    if index.ends[NEXT] - index.ends[HEAD] >= most:
        _forget(index)
    session, item = add(index.sessions, key), add(index.items, named)
    here, thing = index.session[session], index.item[item]
    number = index.ends[NEXT]
    again = was_at(index, session, item)
    click = index.ring.click[place_of(index, number)]
    click.us, click.item, click.session = us, item, session
    click.back, click.ahead = 0, 0
    click.place, click.first = here.ever, 0 if again else 1
    if here.clicks > 0:
        back = index.ring.click[place_of(index, here.last)]
        click.back = back.ahead = number - here.last
        left = index.item[back.item]
        left.left += 1
        left.returned += 1 if again else 0
    else:
        here.since_us = us
    here.last = number
    here.clicks += 1
    here.ever += 1
    here.distinct += click.first
    here.returned = 1 - click.first
    here.returns += here.returned
    _note(index, item, number, us, half_us)
    thing.sessions += click.first
    index.ends[NEXT] = number + 1


@lean
def _note(index: Clicks, item: int, number: int, us: int, half_us: float) -> None:
    """Keep what an item's new click says of the item."""
    thing = index.item[item]
    index.newest[item, thing.ever % index.newest.shape[1]] = np.uint32(number & 0xFFFFFFFF)
    halves = us / half_us
    if thing.ever == 0:
        thing.since_us = us
        thing.popular = halves
    else:
        thing.popular = halves + np.log2(1.0 + 2.0 ** (thing.popular - halves))
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
        value = index.item[listed].popular if listed >= 0 else NEVER
        if value < least:
            least, place = value, i
    if place >= 0 and index.item[item].popular > least:
        index.top[place] = item


@lean
def session_of(index: Clicks, key: np.uint64) -> int:
    """Return the slot of a session with clicks in the window, or -1."""
    return int(find(index.sessions, key)) if key != U64(0) else -1
