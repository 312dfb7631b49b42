"""Streams of payments to act on, beside what came of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evercart.acting.actor import Risks
from evercart.acting.bandit import Cases
from evercart.acting.costs import ACTIONS
from evercart.batch import Batch
from evercart.chance import uniform
from evercart.labels.turns import ASKED, SETTLED
from evercart.testing.streams import Times, even_clock, hurting_clock


@dataclass(frozen=True)
class Cased:
    """Payments of all sizes, of any chance of fraud, some of which are told of, not asked about.

    slots    how many slots each column has
    told     whether what came of payments is among them; else the rows are `Risks`
    """

    slots: tuple[int, ...] = ()
    told: bool = True

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> Any:
        """Return payments whose times are tied."""
        return self._at(hurting_clock(seed, rows, durations_us), seed)

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> Any:
        """Return payments at an even pace."""
        return self._at(even_clock(rows, alive, span_us, 1), seed)

    def size(self, batch: Batch) -> int:
        """Return how many rows there are."""
        return len(batch)

    def rows(self, batch: Any, start: int, stop: int) -> Any:
        """Return the rows from `start` up to `stop`."""
        return batch.rows(slice(start, stop))

    def ticks(self, batch: Any) -> Times:
        """Return a tick for each row."""
        place: Times = batch.place
        return place

    def scramble(self, batch: Any, row: int, seed: int) -> Any:
        """Draw all from `row` on again, but place, time."""
        other = self._at(batch.us, seed)
        return batch.concat([batch.rows(slice(row)), other.rows(slice(row, None))])

    def said(self, batch: Any, out: Any) -> None:
        """Return None: what comes out of a row may depend on it."""
        return

    def _at(self, us: Times, seed: int) -> Risks | Cases:
        place = np.arange(len(us))
        u = {name: uniform(seed, place, name) for name in ("chance", "amount", "what", "action", "lost")}
        chance, amount = u["chance"] ** 4, np.exp(12 * u["amount"]).astype(np.int64) - 1
        if not self.told:
            return Risks(place, us, chance, amount)
        asked = u["what"] < 0.5
        slots = [(uniform(seed, place, f"slot {at}") * size).astype(np.int64) for at, size in enumerate(self.slots)]
        return Cases(
            np.where(asked, ASKED, SETTLED).astype(np.int8),
            place,
            us,
            chance,
            amount,
            np.stack(slots, 1) if slots else np.zeros((len(us), 0), np.int64),
            np.where(asked, -1, (u["action"] * len(ACTIONS)).astype(np.int64)),
            np.where(asked, np.nan, 20_000 * (u["lost"] - 0.7)),
        )
