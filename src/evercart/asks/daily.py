"""Daily: one question a day for each key that is alive, at a stated time of day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.asks.recent import NONE, Recent, link, recent, unlink, wipe, with_room
from evercart.asks.weave import weave
from evercart.errors import require
from evercart.events.batch import DTYPES, Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.slots import add, find, release
from evercart.units import DAY_S, DAY_US, HOUR_S, SECOND_US
from evercart.zones import local_us, zone

_NO_DAY = np.iinfo(np.int64).min


class DailyState(NamedTuple):
    """Keys seen of late, with the day that was last asked about."""

    next: NDArray[np.int64]  # (1,) the next question's number
    day: NDArray[np.int64]  # (1,) the local day of the last row
    alive: Recent


@dataclass(frozen=True)
class Daily:
    """Ask once a local day, at the first row logged at or after `hour`, for each key seen within `alive_s`.

    Days on which nothing was logged are not asked about afterwards.

    >>> asks = Daily("order", by="item", hour=2)
    >>> rows = Events.of(kind=[2, 2], logged_us=[0, DAY_US], item=[7, 8])
    >>> asks.step(asks.start(), rows)[1]["item"].tolist()
    [7, 7, 8]
    """

    kind: str
    by: str
    hour: float = 0.0
    time_zone: str = "UTC"
    alive_s: float = 28 * DAY_S
    grain: ClassVar[Grain] = "event"
    own: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        kind_number(self.kind)
        zone(self.time_zone)
        require(0 <= self.hour < 24, "daily.hour", "at least 0, below 24", self.hour)
        require(self.alive_s > 0, "daily.alive_s", "more than 0", self.alive_s)
        require(DTYPES.get(self.by) == np.uint64, "daily.by", "a hashed column", self.by)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns it needs."""
        return (self.by,)

    def start(self) -> DailyState:
        """Return the state before the first row."""
        return DailyState(np.zeros(1, np.int64), np.full(1, _NO_DAY, np.int64), recent(1))

    def step(self, state: DailyState, batch: Events) -> tuple[DailyState, Events]:
        """Weave the day's questions before its first row."""
        alive = with_room(state.alive, len(batch))
        day = (local_us(batch.logged_us, self.time_zone) - round(self.hour * HOUR_S) * SECOND_US) // DAY_US
        turns = int(np.count_nonzero(np.diff(day))) + 1
        room = min(turns, len(batch)) * (alive.keys.live + len(batch))
        before, known = np.empty(room, np.int64), np.empty(room, np.uint64)
        seen = np.where(batch.kind == kind_number(self.kind), batch[self.by], np.uint64(0))
        alive_us = round(self.alive_s * SECOND_US)
        found = _days(alive, state.day, batch.logged_us, day, seen, alive_us, before, known)
        woven = weave(batch, before[:found], before[:found], {self.by: known[:found]}, int(state.next[0]))
        return DailyState(state.next + found, state.day, alive), woven


@kernel
def _days(
    state: Recent,
    last_day: NDArray[np.int64],
    logged_us: NDArray[np.int64],
    day: NDArray[np.int64],
    seen: NDArray[np.uint64],
    alive_us: int,
    before: NDArray[np.int64],
    known: NDArray[np.uint64],
) -> int:
    found = 0
    for row in range(len(logged_us)):
        now = logged_us[row]
        while state.ends[0] != NONE and now - state.last_us[state.ends[0]] > alive_us:
            slot = state.ends[0]
            unlink(state, slot)
            wipe(state, slot)
            release(state.keys, slot)
        if day[row] > last_day[0]:
            slot = state.ends[0]
            while last_day[0] != _NO_DAY and slot != NONE:
                before[found] = row
                known[found] = state.keys.keys[slot]
                found += 1
                slot = state.newer[slot]
            last_day[0] = day[row]
        if seen[row] != 0:
            slot = find(state.keys, seen[row])
            if slot == NONE:
                slot = add(state.keys, seen[row])
            else:
                unlink(state, slot)
            link(state, slot)
            state.last_us[slot] = now
    return found
