"""Hours: how usual the hour of a payment is for its payer."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.features.columns import Column
from evercart.features.needs import HASHES, one_of
from evercart.features.slotted import slotted
from evercart.fold import Grain
from evercart.kernel import kernel, lean
from evercart.recent import NONE, Recent, drop, recent, seen, silent, touch, with_room
from evercart.slots import tall
from evercart.units import DAY_S, DAY_US, HOUR_S, SECOND_US
from evercart.zones import local_us, zone

HOURS: Final = 24
EDGES: Final = (-2.0, -1.5, -1.0, -0.6, -0.3, 0.0, 0.3, 0.6, 1.0, 1.5)  # of `usual`; slot 0: of whom nothing is known
_NARROW: Final = (24 / (2 * np.pi * 1.5)) ** 2  # hours count for each other as by a von Mises of 1.5 hours
_EVEN: Final = 24.0  # payments, spread evenly, that all payers begin with: no hour is impossible


class HoursState(NamedTuple):
    """When each payer paid, when all did: payments by hour of the day, fading."""

    payers: Recent
    counts: NDArray[np.float64]  # (capacity of payers, 24) as of the payer's last payment
    town: NDArray[np.float64]  # (24,) of all payers, as of `town_us`
    town_us: NDArray[np.int64]  # (1,)

    def packed(self) -> HoursState:
        """Drop spare room."""
        return self._replace(payers=self.payers.packed(), counts=self.counts[: self.payers.keys.size])

    def unpacked(self) -> HoursState:
        """Make room again."""
        return self._replace(payers=self.payers.unpacked())._tall()

    def roomy(self, payments: int) -> HoursState:
        """Return the state with room for so many further payments, each of a new payer."""
        return self._replace(payers=with_room(self.payers, payments))._tall()

    def _tall(self) -> HoursState:
        return self._replace(counts=tall(self.counts, len(self.payers.keys.keys)))


@dataclass(frozen=True)
class Hours:
    """A table, as `Table` is one: a fold from woven events to X, float32 (questions, columns).

    `usual` is the log of how often the payer pays about this hour, over how often all do; 0 where nothing is known of
    him. Midnight is as near to 23:00 as to 1:00. A payer who is new is taken for one like all.

    payer        the column that says whose hours count
    zone         whose clock the hours are of
    half_life_s  after which a payment counts half
    worth        payments at the hours of all that a payer begins with
    forget_s     how long after the last payment a payer is forgotten; each costs at most 260 bytes of packed state
    """

    payer: str = "user"
    zone: str = "UTC"
    half_life_s: float = 60 * DAY_S
    worth: float = 4.0
    forget_s: float = 180 * DAY_S
    name: ClassVar[str] = "hours"
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        one_of("hours.payer", HASHES, self.payer)
        zone(self.zone)
        require(self.half_life_s > 0, "hours.half_life_s", "more than 0", self.half_life_s)
        require(self.worth > 0, "hours.worth", "more than 0", self.worth)
        require(self.forget_s > 0, "hours.forget_s", "more than 0", self.forget_s)

    @cached_property
    def columns(self) -> tuple[Column, ...]:
        """Return what each column of X means, under the table's name."""
        return Column("hours.usual", "log"), Column("hours.usual_slot", slots=len(EDGES) + 2)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        return (self.payer,)

    def start(self) -> HoursState:
        """Return a memory without a payment."""
        return HoursState(recent(0), np.zeros((0, HOURS)), np.zeros(HOURS), np.zeros(1, np.int64))._tall()

    def step(self, state: HoursState, woven: Events) -> tuple[HoursState, NDArray[np.float32]]:
        """Return the memory after the rows; X, (questions, columns)."""
        pays = ~woven.asked & (woven.kind == kind_number("payment"))
        state = state.roomy(int(np.count_nonzero(pays)))
        usual = np.full(int(woven.asked.sum()), np.nan, np.float32)
        _walk(state, self._rule, woven.logged_us, self._hour(woven), pays, woven.asked, woven[self.payer], usual)
        return state, _said(usual)

    def peek(self, state: HoursState, asked: Events) -> NDArray[np.float32]:
        """Return X of questions, (questions, columns), each as if it were the next row; the state stays as it is."""
        usual = np.full(len(asked), np.nan, np.float32)
        _glance(state, self._rule, asked.logged_us, self._hour(asked), asked[self.payer], usual)
        return _said(usual)

    @cached_property
    def _rule(self) -> tuple[float, float, int]:
        return self.half_life_s * SECOND_US, self.worth, round(self.forget_s * SECOND_US)

    def _hour(self, rows: Events) -> NDArray[np.float64]:
        """Return the hour of the day, a broken number from 0 to 24."""
        return (local_us(rows.logged_us, self.zone) % DAY_US) / (HOUR_S * SECOND_US)


def _said(usual: NDArray[np.float32]) -> NDArray[np.float32]:
    slot = slotted(usual, EDGES)
    return np.stack([np.where(slot, usual, 0), slot], 1).astype(np.float32, copy=False)


@kernel
def _walk(
    state: HoursState,
    rule: tuple[float, float, int],
    us: NDArray[np.int64],
    hour: NDArray[np.float64],
    pays: NDArray[np.bool_],
    asked: NDArray[np.bool_],
    payer: NDArray[np.uint64],
    usual: NDArray[np.float32],
) -> None:
    question = 0
    for row in range(len(us)):
        while silent(state.payers, us[row], rule[2]):
            state.counts[state.payers.ends[0], :] = 0.0
            drop(state.payers, state.payers.ends[0])
        if asked[row]:
            usual[question] = _usual(state, rule, us[row], hour[row], payer[row])
            question += 1
        elif pays[row] and payer[row] != 0:
            _pay(state, rule, us[row], int(hour[row]), payer[row])


@kernel
def _glance(
    state: HoursState,
    rule: tuple[float, float, int],
    us: NDArray[np.int64],
    hour: NDArray[np.float64],
    payer: NDArray[np.uint64],
    usual: NDArray[np.float32],
) -> None:
    for row in range(len(us)):
        usual[row] = _usual(state, rule, us[row], hour[row], payer[row])


@lean
def _left(rule: tuple[float, float, int], us: int) -> float:
    return float(np.exp2(-us / rule[0]))


@kernel
def _pay(state: HoursState, rule: tuple[float, float, int], now: int, hour: int, payer: np.uint64) -> None:
    known = seen(state.payers, payer, now, rule[2])
    before_us = state.payers.links[known].last_us if known != NONE else now
    slot = touch(state.payers, payer, now)
    state.counts[slot, :] *= _left(rule, now - before_us)
    state.counts[slot, hour] += 1.0
    state.town[:] *= _left(rule, now - state.town_us[0])
    state.town[hour] += 1.0
    state.town_us[0] = now


@kernel
def _usual(state: HoursState, rule: tuple[float, float, int], now: int, hour: float, payer: np.uint64) -> float:
    """Return the log of the payer's share of this hour over that of all; NaN where nothing is known of him."""
    slot = seen(state.payers, payer, now, rule[2])
    if slot == NONE:
        return np.nan
    own, everyone, whole = 0.0, 0.0, 0.0
    for at in range(HOURS):
        weight = np.exp(_NARROW * (np.cos((hour - at - 0.5) * (2.0 * np.pi / HOURS)) - 1.0))
        own += weight * state.counts[slot, at]
        everyone += weight * (state.town[at] + _EVEN / HOURS)
        whole += weight
    share = everyone / (state.town.sum() + _EVEN) / whole
    left = _left(rule, now - state.payers.links[slot].last_us)
    paid = state.counts[slot].sum() * left
    return float(np.log((own * left / whole + rule[1] * share) / (paid + rule[1]) / share))
