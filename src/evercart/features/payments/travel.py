"""Travel: how fast a payer must have been to come here from where he paid last."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.features.columns import Column
from evercart.features.needs import HASHES, one_of
from evercart.features.slotted import slotted
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel, lean
from evercart.recent import NONE, Recent, drop, recent, seen, silent, touch, with_room
from evercart.units import DAY_S, HOUR_S, MINUTE_S, SECOND_US

SPEEDS: Final = (5.0, 30.0, 100.0, 300.0, 900.0, 3000.0)  # km/h: on foot, in town, by road, by rail, by air; by nobody
SINCE_S: Final = (10 * MINUTE_S, HOUR_S, 6 * HOUR_S, DAY_S)  # since a payment elsewhere
LOCATED: Final = ("latitude", "longitude")
_EARTH_KM: Final = 6371.0
_NEAR_KM: Final = 1.0  # so far apart is the same place: coordinates are rough
_LEAST_US: Final = 60 * SECOND_US  # no less time is told apart: clocks are rough, too
_FINE: Final = 1e6  # parts of a degree that are kept
_PLACE, _PLACE_US, _NORTH, _EAST, _THERE_US = range(5)  # what is carried of a payer


@dataclass(frozen=True)
class Travel:
    """A table, as `Table` is one: a fold from woven events to X, float32 (questions, columns).

    `speed` is the log of 1 + km/h on the shortest way over the earth; 0 where either payment has no coordinates.
    `moved_slot` needs no coordinates: 0 where nothing is known, 1 at the place of the last payment, from 2 on at
    another place, by the time since. A payment that lacks a place or coordinates leaves what was known before.

    payer, place    columns
    located         whether payments may have coordinates; without, there is no speed
    forget_s        how long after the last payment a payer is forgotten; each costs at most 80 bytes of packed state

    Source: Sinnott, "Virtues of the haversine", Sky and Telescope 68(2), 1984.
    """

    payer: str = "user"
    place: str = "place"
    located: bool = False
    forget_s: float = 180 * DAY_S
    name: ClassVar[str] = "travel"
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        for column in (self.payer, self.place):
            one_of("travel.payer, place", HASHES, column)
        require(self.payer != self.place, "travel.place", "another column than payer", self.place)
        require(self.forget_s > 0, "travel.forget_s", "more than 0", self.forget_s)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Return what each column of X means, under the table's name."""
        moved = Column("travel.moved_slot", slots=len(SINCE_S) + 3)
        speed = Column("travel.speed", "log km/h"), Column("travel.speed_slot", slots=len(SPEEDS) + 2)
        return (moved, *speed) if self.located else (moved,)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        return (self.payer, self.place, *(LOCATED if self.located else ()))

    def start(self) -> Recent:
        """Return a memory without a payment."""
        return recent(5)

    def step(self, state: Recent, woven: Events) -> tuple[Recent, NDArray[np.float32]]:
        """Return the memory after the rows; X, (questions, columns)."""
        pays = ~woven.asked & (woven.kind == kind_number("payment"))
        state = with_room(state, int(np.count_nonzero(pays)))
        said = _unknown(int(woven.asked.sum()))
        _walk(state, self._forget_us, woven.logged_us, pays, woven.asked, *self._where(woven), said)
        return state, self._x(said)

    def peek(self, state: Recent, asked: Events) -> NDArray[np.float32]:
        """Return X of questions, (questions, columns), each as if it were the next row; the state stays as it is."""
        said = _unknown(len(asked))
        _glance(state, self._forget_us, asked.logged_us, *self._where(asked), said)
        return self._x(said)

    @property
    def _forget_us(self) -> int:
        return round(self.forget_s * SECOND_US)

    def _where(self, rows: Events) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.float64]]:
        """Return payers, places, coordinates (rows, 2), NaN where either is missing or no place on earth."""
        at = np.full((len(rows), 2), np.nan)
        if self.located:
            at = np.column_stack([rows[name] for name in LOCATED])
            at[~((np.abs(at[:, 0]) <= 90) & (np.abs(at[:, 1]) <= 180))] = np.nan
        return rows[self.payer], rows[self.place], at

    def _x(self, said: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return X of what the kernel said: seconds since a payment elsewhere, km/h."""
        since_s, speed = said.T
        moved = slotted(since_s, (0.0, *SINCE_S))
        if not self.located:
            return moved[:, None].astype(np.float32)
        slot = slotted(speed, SPEEDS)
        return np.stack([moved, np.log1p(np.where(slot, speed, 0)), slot], 1).astype(np.float32)


def _unknown(questions: int) -> NDArray[np.float64]:
    return np.full((questions, 2), np.nan)


@kernel
def _walk(
    state: Recent,
    forget: int,
    us: NDArray[np.int64],
    pays: NDArray[np.bool_],
    asked: NDArray[np.bool_],
    payer: NDArray[np.uint64],
    place: NDArray[np.uint64],
    at: NDArray[np.float64],
    said: NDArray[np.float64],
) -> None:
    question = 0
    for row in range(len(us)):
        while silent(state, us[row], forget):
            drop(state, state.ends[0])
        if asked[row]:
            _say(state, forget, us[row], payer[row], place[row], at[row], said[question])
            question += 1
        elif pays[row] and payer[row] != U64(0):
            _pay(state, us[row], payer[row], place[row], at[row])


@kernel
def _glance(
    state: Recent,
    forget: int,
    us: NDArray[np.int64],
    payer: NDArray[np.uint64],
    place: NDArray[np.uint64],
    at: NDArray[np.float64],
    said: NDArray[np.float64],
) -> None:
    for row in range(len(us)):
        _say(state, forget, us[row], payer[row], place[row], at[row], said[row])


@kernel
def _pay(state: Recent, now: int, payer: np.uint64, place: np.uint64, at: NDArray[np.float64]) -> None:
    kept = state.carried[touch(state, payer, now)]
    if place != U64(0):
        kept[_PLACE], kept[_PLACE_US] = place, U64(now)
    if not np.isnan(at[0]):
        kept[_NORTH], kept[_EAST] = U64(round((at[0] + 90.0) * _FINE)), U64(round((at[1] + 180.0) * _FINE))
        kept[_THERE_US] = U64(now) + U64(1)  # 0: never


@kernel
def _say(
    state: Recent,
    forget: int,
    now: int,
    payer: np.uint64,
    place: np.uint64,
    at: NDArray[np.float64],
    to: NDArray[np.float64],
) -> None:
    """Write the seconds since a payment elsewhere, below 0 where the last was here; km/h. NaN: nothing is known."""
    slot = seen(state, payer, now, forget)
    if slot == NONE:
        return
    kept = state.carried[slot]
    if place != U64(0) and kept[_PLACE] != U64(0):
        to[0] = -1.0 if place == kept[_PLACE] else (now - np.int64(kept[_PLACE_US])) / SECOND_US
    if not np.isnan(at[0]) and kept[_THERE_US] != U64(0):
        north, east = kept[_NORTH] / _FINE - 90.0, kept[_EAST] / _FINE - 180.0
        away_km = max(_apart_km(north, east, at[0], at[1]) - _NEAR_KM, 0.0)
        since_us = max(float(now + 1 - np.int64(kept[_THERE_US])), float(_LEAST_US))
        since_us = max(float(now + 1 - np.int64(kept[_THERE_US])), float(_LEAST_US))
        to[1] = away_km / since_us * (HOUR_S * SECOND_US)


@lean
def _apart_km(north: float, east: float, other_north: float, other_east: float) -> float:
    """Return the distance of two points on the earth, given in degrees."""
    up, right = np.radians(other_north - north) / 2.0, np.radians(other_east - east) / 2.0
    across = np.cos(np.radians(north)) * np.cos(np.radians(other_north)) * np.sin(right) ** 2
    return float(2.0 * _EARTH_KM * np.arcsin(np.sqrt(min(np.sin(up) ** 2 + across, 1.0))))
