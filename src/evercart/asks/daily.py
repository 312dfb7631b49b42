"""Daily: one question a day for each key that is alive, at a stated time of day."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.asks.weave import LOGGED, names, weave
from evercart.errors import require
from evercart.events.batch import DTYPES, Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.kernel import kernel
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
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
        return tuple(dict.fromkeys((self.by, *LOGGED)))

    def start(self) -> DailyState:
        """Return the state before the first row."""
        return DailyState(np.zeros(1, np.int64), np.full(1, _NO_DAY, np.int64), recent(1))

    def step(self, state: DailyState, batch: Events) -> tuple[DailyState, Events]:
        """Weave the day's questions before its first row."""
        alive = with_room(state.alive, len(batch))
        day = (local_us(batch.logged_us, self.time_zone) - round(self.hour * HOUR_S) * SECOND_US) // DAY_US
        day = np.maximum(np.maximum.accumulate(day), state.day)  # where clocks are put back a day would come twice
        seen = np.where(batch.kind == kind_number(self.kind), batch[self.by], np.uint64(0))
        alive_us = round(self.alive_s * SECOND_US)
        before, known = [np.empty(0, np.int64)], [np.empty((0, 2), np.uint64)]
        ref = names(batch, "ref")
        firsts = np.flatnonzero(np.diff(day, prepend=state.day)) if len(batch) else np.empty(0, np.int64)
        for first, stop in pairwise([0, *firsts, len(batch)]):
            _see(alive, batch.logged_us[first:stop], seen[first:stop], ref[first:stop], alive_us)
            if stop < len(batch) and (stop > 0 or state.day[0] != _NO_DAY):
                _forget(alive, batch.logged_us[stop], alive_us)
                known.append(_alive(alive, np.empty((alive.keys.live, 2), np.uint64)))
                before.append(np.full(len(known[-1]), stop, np.int64))
        stands = np.concatenate(before)
        keys, decided = np.concatenate(known).T
        woven = weave(batch, stands, stands, {self.by: keys}, int(state.next[0]), decided)
        said = state.next + np.count_nonzero(woven.asked)
        return DailyState(said, day[-1:].copy() if len(batch) else state.day, alive), woven


@kernel
def _forget(state: Recent, now: int, alive_us: int) -> None:
    while state.ends[0] != NONE and now - state.links[state.ends[0]].last_us > alive_us:
        drop(state, state.ends[0])


@kernel
def _alive(state: Recent, out: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return who is alive with what was decided about them since they were asked about last."""
    slot = state.ends[0]
    for i in range(len(out)):
        out[i, 0] = state.keys.keys[slot]
        out[i, 1] = state.carried[slot, 0]
        state.carried[slot, 0] = 0
        slot = state.links[slot].newer
    return out


@kernel
def _see(
    state: Recent, logged_us: NDArray[np.int64], seen: NDArray[np.uint64], ref: NDArray[np.uint64], alive_us: int
) -> None:
    for row in range(len(logged_us)):
        _forget(state, logged_us[row], alive_us)
        if seen[row] != 0:
            slot = touch(state, seen[row], logged_us[row])
            if ref[row] != 0:
                state.carried[slot, 0] = ref[row]
