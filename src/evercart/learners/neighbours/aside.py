"""Aside: sessions that go on beside an index of clicks that stands still.

What a model learned only up to some moment would answer is asked of the index as it stood then; what is asked
about, the session itself, is known up to the question. So its path goes on in a row of its own, under a key that
stands beside the session's; no list of any item says a word of it, nobody's neighbour does it become.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from evercart.hashing import U64
from evercart.kernel import lean
from evercart.learners.neighbours.clicks import PATH, Clicks, at_path, was_at
from evercart.slots import add, find

_BESIDE: Final = 0x5851F42D4C957F2D


@lean
def beside(key: np.uint64) -> np.uint64:
    """Return the key under which a session goes on."""
    other = key ^ U64(_BESIDE)
    return other if other != U64(0) else key


@lean
def go_on(index: Clicks, key: np.uint64, named: np.uint64, us: int, half_us: float) -> None:
    """Add a click to a session's path alone; the caller has made room."""
    session = _row(index, key)
    item, here = add(index.items, named), index.session[session]
    thing = index.item[item]
    if thing.ever == 0:  # clicked by nobody before: all that is known of it is this
        thing.since_us = thing.last_us = us
        thing.popular = us / half_us
        thing.ever = 1
    first = 0 if was_at(index, session, item) else 1
    index.path[at_path(session, here.ever)] = item
    here.last_us = us
    here.clicks += 1
    here.ever += 1
    here.distinct += first
    here.returned = 1 - first
    here.returns += 1 - first


@lean
def _row(index: Clicks, key: np.uint64) -> int:
    """Return the slot in which a session goes on, from where the index knows it."""
    known = find(index.sessions, beside(key))
    if known >= 0:
        return int(known)
    old, new = find(index.sessions, key), add(index.sessions, beside(key))
    if old >= 0:
        was, now = index.session[old], index.session[new]  # records are views: fields are copied one by one
        now.last_us, now.clicks, now.ever = was.last_us, was.clicks, was.ever
        now.distinct, now.returns, now.returned = was.distinct, was.returns, was.returned
        for place in range(PATH):
            index.path[at_path(new, place)] = index.path[at_path(old, place)]
    return int(new)
