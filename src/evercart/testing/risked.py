"""Risked: payments with a chance of fraud, as whoever acts on them takes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evercart.acting.actor import Risks
from evercart.chance import uniform
from evercart.testing.streams import Times, even_clock, hurting_clock


@dataclass(frozen=True)
class Risked:
    """Payments most of which are good; some have no amount."""

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> Risks:
        """Return payments whose places have gaps, whose times are tied."""
        place = np.cumsum(1 + (uniform(seed, np.arange(rows), "gap") * 3).astype(np.int64))
        return _risks(place, hurting_clock(seed, rows, durations_us), seed)

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> Risks:
        """Return payments at an even pace."""
        return _risks(np.arange(rows), even_clock(rows, alive, span_us, 1), seed)

    def size(self, batch: Risks) -> int:
        """Return how many payments there are."""
        return len(batch)

    def rows(self, batch: Risks, start: int, stop: int) -> Risks:
        """Return the payments from `start` up to `stop`."""
        return batch.rows(slice(start, stop))

    def ticks(self, batch: Risks) -> Times:
        """Return a tick for each payment."""
        return batch.place

    def scramble(self, batch: Risks, row: int, seed: int) -> Risks:
        """Draw all after a row again, but place and time; what is done about that row may know it."""
        other = _risks(batch.place, batch.us, seed)
        return Risks.concat([batch.rows(slice(row + 1)), other.rows(slice(row + 1, None))])

    def said(self, batch: Risks, out: Any) -> Times:
        """Return the payment itself, which `scramble` leaves: what is done about it may know nothing later."""
        return np.arange(len(batch))


def _risks(place: Times, us: Times, seed: int) -> Risks:
    draws = [uniform(seed, place, f"risk/{name}") for name in ("chance", "amount")]
    amount = np.where(draws[1] < 0.1, -1, (20_000 * draws[1]).astype(np.int64))
    return Risks(place, us, draws[0] ** 4, amount)
