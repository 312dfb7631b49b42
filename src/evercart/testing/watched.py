"""Streams of turns with guesses beside them, as a race hands them out, for a watch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate.drift.watched import released
from evercart.evaluate.race import Race
from evercart.evaluate.scored import Scored
from evercart.labels.turns import Turns
from evercart.testing.raced import Raced, Raw
from evercart.testing.streams import Times

Seen = tuple[Turns, Mapping[str, NDArray[np.float64]], Scored, int]


@dataclass(frozen=True)
class Watched:
    """Turns, guesses, what was scored of them, the live model's column."""

    raced: Raced = field(default_factory=Raced)
    current: int = 0

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> Seen:
        """Return hurting turns, scored."""
        return self._scored(self.raced.draw(seed, rows, durations_us))

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> Seen:
        """Return even turns, scored."""
        return self._scored(self.raced.steady(seed, rows, alive, span_us))

    def size(self, batch: Seen) -> int:
        """Return how many turns there are."""
        return len(batch[0])

    def rows(self, batch: Seen, start: int, stop: int) -> Seen:
        """Return the turns from `start` up to `stop`, with the questions that a race scores there."""
        turns, guesses, scored, current = batch
        row = released(turns, scored.number)
        part = scored.rows((row >= start) & (row < stop))
        return (*self.raced.rows((turns, guesses), start, stop), part, current)

    def ticks(self, batch: Seen) -> Times:
        """Return the tick of each turn."""
        return batch[0].tick

    def scramble(self, batch: Seen, row: int, seed: int) -> Seen:
        """Draw labels, features and guesses from `row` on again."""
        return self._scored(self.raced.scramble(batch[:2], row, seed))

    def said(self, batch: Seen, out: object) -> None:
        """Return None: an alarm says where it was noticed."""
        return

    def _scored(self, raw: Raw) -> Seen:
        race = Race(self.raced.names)
        return (*raw, race.step(race.start(), raw)[1], self.current)
