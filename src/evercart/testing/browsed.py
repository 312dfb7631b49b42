"""Streams of woven events with lists of items beside their questions, for what recommends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.events.batch import Events
from evercart.labels.turns import ASKED
from evercart.testing.logged import any_of
from evercart.testing.streams import Times
from evercart.testing.woven import Woven

Listed = tuple[Events, tuple[NDArray[np.int64], NDArray[np.uint64], NDArray[np.float32]]]
KINDS = ("view", "order", "heartbeat")


@dataclass(frozen=True)
class Browsed(Woven):
    """Woven events for a source of candidates: it says several rows of a question, each with its number."""

    kinds: tuple[str, ...] = KINDS

    def said(self, batch: Events, out: Any) -> Times:
        """Return where the question of each row stands."""
        asked = np.flatnonzero(batch.asked)
        place: Times = asked[np.searchsorted(batch["number"][asked], out.question)]
        return place


@dataclass(frozen=True)
class Offered:
    """Woven events with `each` items offered to every question, some of them of the log's own, and their x.

    turns    whether the fold says `Turns`; if not, what it says may depend on the row it is said at
    """

    each: int = 3
    width: int = 2
    turns: bool = True
    kinds: tuple[str, ...] = KINDS

    @property
    def _woven(self) -> Woven:
        return Woven(self.kinds)

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> Listed:
        """Return a hurting woven log with lists."""
        return self._with_lists(self._woven.draw(seed, rows, durations_us), seed)

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> Listed:
        """Return an even woven log with lists."""
        return self._with_lists(self._woven.steady(seed, rows, alive, span_us), seed)

    def size(self, batch: Listed) -> int:
        """Return how many rows of the log there are, questions counted."""
        return len(batch[0])

    def rows(self, batch: Listed, start: int, stop: int) -> Listed:
        """Return the rows from `start` up to `stop`, with the lists of the questions among them."""
        woven, offered = batch
        first, last = (self.each * int(woven.asked[:place].sum()) for place in (start, stop))
        question, item, x = offered
        return woven.rows(slice(start, stop)), (question[first:last], item[first:last], x[first:last])

    def ticks(self, batch: Listed) -> Times:
        """Return ticks of a second."""
        return self._woven.ticks(batch[0])

    def scramble(self, batch: Listed, row: int, seed: int) -> Listed:
        """Draw all from `row` on again, but the clock; a question that stands there keeps its list."""
        woven, old = batch
        kept = self.each * int(woven.asked[: row + 1].sum())
        mixed, (question, item, x) = self._with_lists(self._woven.scramble(woven, row, seed), seed)
        item[:kept], x[:kept] = old[1][:kept], old[2][:kept]
        return mixed, (question, item, x)

    def said(self, batch: Listed, out: Any) -> Times | None:
        """Return the question for a guess that is due, else the row after all that share the turn's offset."""
        if not self.turns:
            return None
        woven = batch[0]
        asked = np.flatnonzero(woven.asked)
        due = out.what == ASKED
        place: Times = np.searchsorted(woven.offset, out.offset, side="right")
        place[due] = asked[np.searchsorted(woven["number"][asked], out.number[due])]
        return place

    def _with_lists(self, woven: Events, seed: int) -> Listed:
        asked = np.repeat(np.flatnonzero(woven.asked), self.each)
        place = np.where(np.arange(len(asked)) % self.each == 0, asked, any_of(seed, asked))  # its own item first
        cells = np.arange(len(asked) * self.width).reshape(-1, self.width)
        x = uniform(seed, cells, "x").astype(np.float32)
        return woven, (woven["number"][asked], woven["item"][place], x)
