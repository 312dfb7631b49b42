"""Streams of events with questions woven in, with or without the features of those questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.events.batch import Events
from evercart.events.kinds import number
from evercart.labels.turns import ASKED, Turns, tick_of
from evercart.testing.logged import KINDS, Logged, any_of
from evercart.testing.streams import Times
from evercart.units import SECOND_US

_DECISION: Final = number("decision")
_ADDED: Final = ("number", "decided")  # to the columns of the log
_QUESTION: Final = 0.4  # share of rows with a question before them
With = tuple[Events, NDArray[np.float32]]  # woven events, X of their questions


@dataclass(frozen=True)
class Woven:
    """Events with questions among them, for a table of features; with the kind "decision" the log holds some.

    A question stands just before a row of the log, at its offset and log time; half ask about that row's keys.
    """

    kinds: tuple[str, ...] = KINDS
    keys: int = 3

    @property
    def _logged(self) -> Logged:
        return Logged(self.kinds, keys=self.keys)

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> Events:
        """Return a hurting log with a question before two rows of five."""
        return self.weave(self._logged.draw(seed, max(1, rows * 5 // 7), durations_us), seed)

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> Events:
        """Return an even log with questions, none in its last stretch."""
        log = self._logged.steady(seed, rows, alive, span_us)
        return self.weave(log, seed, len(log) - len(self.kinds))

    def size(self, batch: Events) -> int:
        """Return how many rows there are, questions counted."""
        return len(batch)

    def rows(self, batch: Events, start: int, stop: int) -> Events:
        """Return the rows from `start` up to `stop`."""
        return batch.rows(slice(start, stop))

    def ticks(self, batch: Events) -> Times:
        """Return ticks of a second."""
        return tick_of(batch.logged_us, batch.offset, SECOND_US, 4096)

    def scramble(self, batch: Events, row: int, seed: int) -> Events:
        """Draw all from `row` on again, but the clock; if a question stands there it stays."""
        base = batch.rows(~_woven(batch))
        base = Events({name: column for name, column in base.columns.items() if name not in _ADDED})
        other = self.weave(self._logged.scramble(base, 0, seed), seed)
        kept = row + int(batch.asked[row])
        here = batch.offset[row]
        later = other.offset > here
        if not batch.asked[row] or _woven(batch)[row]:  # the row of the log at this place is drawn again
            again = (other.offset == here) & ~_woven(other)
            if not batch.asked[row]:  # where nothing was asked nothing is
                other.kind[again & (other.kind == _DECISION)] = number(self.kinds[0])
            later |= again
        return _numbered(Events.concat([batch.rows(slice(kept)), other.rows(later)]))

    def said(self, batch: Events, out: Any) -> Times:
        """Return where each question stands."""
        return np.flatnonzero(batch.asked)

    def weave(self, log: Events, seed: int, until: int | None = None) -> Events:
        """Return the log with questions before some of its rows, none of them from row `until` on."""
        rows = np.arange(len(log))
        before = rows[: until if until is not None else len(log)]
        before = before[uniform(seed, before, "question") < _QUESTION]
        about = np.where(uniform(seed, before, "about") < 0.5, before, any_of(seed, before))
        questions = log.rows(about)
        at = log.rows(before)
        columns = {
            **questions.columns,
            "offset": at.offset,
            "logged_us": at.logged_us,
            "event_us": at.logged_us,
            "kind": np.full(len(before), _DECISION, np.int16),
            "id": np.zeros(len(before), np.uint64),
            "decided": at["ref"],
        }
        parts = [Events(columns), Events({**log.columns, "decided": np.zeros(len(log), np.uint64)})]
        order = np.argsort(np.concatenate([2 * before, 2 * rows + 1]), kind="stable")
        return _numbered(Events.concat(parts).rows(order))


@dataclass(frozen=True)
class Answered:
    """Woven events with the features of their questions, for a fold that pairs questions with what came of them.

    width   columns of X
    """

    width: int = 2
    kinds: tuple[str, ...] = KINDS
    keys: int = 3

    @property
    def _woven(self) -> Woven:
        return Woven(self.kinds, self.keys)

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> With:
        """Return a hurting woven log with features."""
        return self._with_x(self._woven.draw(seed, rows, durations_us), seed)

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> With:
        """Return an even woven log with features."""
        return self._with_x(self._woven.steady(seed, rows, alive, span_us), seed)

    def size(self, batch: With) -> int:
        """Return how many rows there are, questions counted."""
        return len(batch[0])

    def rows(self, batch: With, start: int, stop: int) -> With:
        """Return the rows from `start` up to `stop`, with the features of the questions among them."""
        woven, x = batch
        first, last = (int(woven.asked[:place].sum()) for place in (start, stop))
        return woven.rows(slice(start, stop)), x[first:last]

    def ticks(self, batch: With) -> Times:
        """Return ticks of a second."""
        return self._woven.ticks(batch[0])

    def scramble(self, batch: With, row: int, seed: int) -> With:
        """Draw all from `row` on again, but the clock; a question that stands there keeps its features."""
        woven, x = batch
        kept = int(woven.asked[: row + 1].sum())
        mixed, other = self._with_x(self._woven.scramble(woven, row, seed), seed)
        other[:kept] = x[:kept]
        return mixed, other

    def said(self, batch: With, out: Turns) -> Times:
        """Return the question for a guess that is due, else the row after all that share the turn's offset."""
        woven = batch[0]
        asked = np.flatnonzero(woven.asked)
        due = out.what == ASKED
        place = np.searchsorted(woven.offset, out.offset, side="right")
        place[due] = asked[np.searchsorted(woven["number"][asked], out.number[due])]
        return place

    def _with_x(self, woven: Events, seed: int) -> With:
        cells = np.arange(int(woven.asked.sum()) * self.width).reshape(-1, self.width)
        return woven, uniform(seed, cells, "x").astype(np.float32)


def _numbered(woven: Events) -> Events:
    """Number the questions, those of the log among them."""
    asked = woven.kind == _DECISION
    return Events({**woven.columns, "number": np.where(asked, np.cumsum(asked) - 1, -1)})


def _woven(batch: Events) -> NDArray[np.bool_]:
    """Return which rows are questions that the log does not hold."""
    return np.asarray(batch.asked & (batch["id"] == 0))
