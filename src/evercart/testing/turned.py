"""Streams of turns: for learners, with guesses beside them for a race, judged for a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.evaluate.scored import Scored
from evercart.features.columns import Column
from evercart.hashing import hash_name
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED, Turns, tick_of
from evercart.testing.streams import Times, even_clock, hurting_clock

COLUMNS: Final = (Column("number"), Column("money", "minor"), Column("slot", slots=64), Column("word", slots=1000))
_NUMBERS: Final = np.array([0.0, 1.0, -0.5, 2.0, -3.25, 1e-3, 7.5], np.float32)
_SUMS: Final = np.array([0.0, 0.0, 1.99, 25.0, -4.5, 310.0])
_HINTED: Final = 0.25  # weight of a hint
_OPEN_ENDED: Final = (ASKED, ABANDONED)  # without a label
Raw = tuple[Turns, Mapping[str, NDArray[np.float64]]]


class _Plot(NamedTuple):
    """What happens in which row: the part of turns that scrambling leaves alone."""

    what: NDArray[np.int8]
    number: Times


@dataclass(frozen=True)
class Turned:
    """Questions, and labels learned as they settle; hints, corrections, abandoned questions among them.

    columns       what X holds
    labels        "yes": 0 or 1; "sum": any number
    tick_us       with tick_events: how ticks are cut; short, so that a few rows hold several
    """

    columns: tuple[Column, ...] = COLUMNS
    labels: Literal["yes", "sum"] = "yes"
    tick_us: int = 1_000_000
    tick_events: int = 8

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> Turns:
        """Return turns of a few questions at a time, half of them tied."""
        us = hurting_clock(seed, rows, durations_us)
        return self._filled(_plot(seed, rows), np.cumsum(uniform(seed, np.arange(rows), "offset") < 0.7), us, seed)

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> Turns:
        """Return turns at an even pace, `alive` questions open; all are settled by the end."""
        asks = rows // 2 + 1
        plot = _even_plot(asks, min(alive, asks))
        clock = even_clock(len(plot.what), 2 * alive, span_us, 1)
        return self._filled(plot, np.arange(len(clock)), clock, seed)

    def size(self, batch: Turns) -> int:
        """Return how many turns there are."""
        return len(batch)

    def rows(self, batch: Turns, start: int, stop: int) -> Turns:
        """Return the turns from `start` up to `stop`."""
        return batch.rows(slice(start, stop))

    def ticks(self, batch: Turns) -> Times:
        """Return the tick of each turn."""
        return batch.tick

    def scramble(self, batch: Turns, row: int, seed: int) -> Turns:
        """Draw labels from `row` on again, and the features of what is asked after it."""
        other = self._filled(_Plot(batch.what, batch.number), batch.offset, batch.us, seed)
        asked_at = _asked_at(batch)
        known = asked_at <= row
        told = np.arange(len(batch)) < row
        y = _corrected(batch.what, batch.number, np.where(told, batch.y, other.y), self.labels)
        return Turns(
            batch.what,
            batch.tick,
            batch.offset,
            batch.us,
            batch.number,
            y,
            _was(batch.what, batch.number, y),
            batch.weight,
            np.where(known, batch.key, other.key),
            np.where(known[:, None], batch.x, other.x),
        )

    def said(self, batch: Turns, out: Any) -> Times:
        """Return each turn itself: a guess may know its own question."""
        return np.arange(len(batch))

    def _filled(self, plot: _Plot, offset: Times, us: Times, seed: int) -> Turns:
        what, number = plot
        y = _corrected(what, number, self._labels(plot, seed), self.labels)
        was = _was(what, number, y)
        settling = np.isin(what, (SETTLED, CORRECTION))
        hinted = settling & np.isin(number, number[what == HINT]) & (what == SETTLED)
        weight = np.where(what == HINT, _HINTED, np.where(hinted, 1 - _HINTED, 1.0))
        names = np.array([hash_name(f"user-{i}", 1) for i in range(3)], np.uint64)
        return Turns(
            what,
            tick_of(us, offset, self.tick_us, self.tick_events),
            offset.astype(np.int64),
            us,
            number,
            y,
            was,
            np.where(what == ABANDONED, 0.0, weight),
            names[(uniform(seed, number, "key") * 3).astype(np.int64)],
            self._x(number, seed),
        )

    def _labels(self, plot: _Plot, seed: int) -> NDArray[np.float64]:
        u = uniform(seed, np.arange(len(plot.what)), "label")
        y = (u < 0.4).astype(np.float64) if self.labels == "yes" else _SUMS[(u * len(_SUMS)).astype(np.int64)]
        y[plot.what == HINT] = 0.0
        y[np.isin(plot.what, _OPEN_ENDED)] = np.nan
        return y

    def _x(self, number: Times, seed: int) -> NDArray[np.float32]:
        x = np.empty((len(number), len(self.columns)), np.float32)
        for at, column in enumerate(self.columns):
            u = uniform(seed, number, f"x/{at}")
            few = min(column.slots, 3)
            x[:, at] = (
                _NUMBERS[(u * len(_NUMBERS)).astype(np.int64)] if column.is_number else (u * few).astype(np.int64)
            )
        return x


@dataclass(frozen=True)
class Raced:
    """Turns with the guesses of racers beside them, for a race."""

    names: tuple[str, ...] = ("champion", "challenger")
    turned: Turned = Turned()

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> Raw:
        """Return hurting turns with guesses."""
        return self._with_guesses(self.turned.draw(seed, rows, durations_us), seed)

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> Raw:
        """Return even turns with guesses."""
        return self._with_guesses(self.turned.steady(seed, rows, alive, span_us), seed)

    def size(self, batch: Raw) -> int:
        """Return how many turns there are."""
        return len(batch[0])

    def rows(self, batch: Raw, start: int, stop: int) -> Raw:
        """Return the turns from `start` up to `stop`, with their guesses."""
        turns, guesses = batch
        return turns.rows(slice(start, stop)), {name: g[start:stop] for name, g in guesses.items()}

    def ticks(self, batch: Raw) -> Times:
        """Return the tick of each turn."""
        return batch[0].tick

    def scramble(self, batch: Raw, row: int, seed: int) -> Raw:
        """Draw labels, features and guesses from `row` on again."""
        turns, guesses = batch
        mixed, other = self._with_guesses(self.turned.scramble(turns, row, seed), seed)
        return mixed, {name: np.append(guesses[name][:row], other[name][row:]) for name in self.names}

    def said(self, batch: Raw, out: Scored) -> Times:
        """Return the row after which a question, with all asked before it, is no longer open."""
        turns = batch[0]
        ends = np.flatnonzero(np.isin(turns.what, (SETTLED, ABANDONED)))
        closed = np.full(int(turns.number.max(initial=-1)) + 1, len(turns), np.int64)
        closed[turns.number[ends]] = ends + 1
        return np.maximum.accumulate(closed)[out.number]

    def _with_guesses(self, turns: Turns, seed: int) -> Raw:
        due = turns.what == ASKED
        return turns, {name: np.where(due, uniform(seed, turns.number, name), np.nan) for name in self.names}


@dataclass(frozen=True)
class Judged:
    """Scored questions, for a report."""

    racers: int = 2
    slices: int = 1
    labels: Literal["yes", "sum"] = "yes"

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> Scored:
        """Return scored questions over some days."""
        hours = tuple(durations_us) or (3_600_000_000, 86_400_000_000)
        return self._filled(np.arange(rows), hurting_clock(seed, rows, hours), seed)

    def steady(self, seed: int, rows: int, alive: int, span_us: int) -> Scored:
        """Return scored questions at an even pace."""
        return self._filled(np.arange(rows), even_clock(rows, alive, span_us, 1), seed)

    def size(self, batch: Scored) -> int:
        """Return how many questions there are."""
        return len(batch)

    def rows(self, batch: Scored, start: int, stop: int) -> Scored:
        """Return the questions from `start` up to `stop`."""
        return batch.rows(slice(start, stop))

    def ticks(self, batch: Scored) -> Times:
        """Return a tick for each question."""
        return batch.number

    def scramble(self, batch: Scored, row: int, seed: int) -> Scored:
        """Draw all from `row` on again, but number and time."""
        other = self._filled(batch.number, batch.us, seed)
        return Scored.concat([batch.rows(slice(row)), other.rows(slice(row, None))])

    def said(self, batch: Scored, out: Any) -> None:
        """Return None: a row says which days it closes."""
        return

    def _filled(self, number: Times, us: Times, seed: int) -> Scored:
        u = uniform(seed, number, "label")
        sums = _SUMS[(u * len(_SUMS)).astype(np.int64)]
        return Scored(
            number,
            us,
            (u < 0.4).astype(np.float64) if self.labels == "yes" else sums,
            (uniform(seed, number, "key") * 3).astype(np.uint64) + np.uint64(1),
            (uniform(seed, number, "slice") * self.slices).astype(np.int16),
            uniform(seed, number[:, None] * self.racers + np.arange(self.racers), "guess"),
        )


def _plot(seed: int, rows: int) -> _Plot:
    """Return what happens in which row: asked first, then perhaps a hint, then settled once, then corrected."""
    act, pick = (uniform(seed, np.arange(rows), f"plot/{i}") for i in range(2))
    what, number = np.empty(rows, np.int8), np.empty(rows, np.int64)
    asked, fresh, closed = 0, [], []
    hinted: list[int] = []
    for row in range(rows):
        open_ones = fresh + hinted
        if act[row] < 0.45 or not open_ones:
            what[row], number[row] = ASKED, asked
            fresh.append(asked)
            asked += 1
        elif act[row] < 0.55 and fresh:
            what[row], number[row] = HINT, fresh.pop(int(pick[row] * len(fresh)))
            hinted.append(int(number[row]))
        elif act[row] < 0.65 and closed:
            what[row], number[row] = CORRECTION, closed[int(pick[row] * len(closed))]
        else:
            what[row], number[row] = SETTLED, open_ones[int(pick[row] * len(open_ones))]
            (fresh if number[row] in fresh else hinted).remove(int(number[row]))
            if act[row] > 0.97:
                what[row] = ABANDONED
            else:
                closed.append(int(number[row]))
    return _Plot(what, number)


def _even_plot(asks: int, alive: int) -> _Plot:
    """Return `asks` questions, each settled when `alive` more have been asked, or at the end."""
    numbers = np.arange(asks)
    when = np.concatenate([2 * numbers, 2 * (numbers + alive) + 1])
    order = np.argsort(when, kind="stable")
    what = np.repeat(np.array([ASKED, SETTLED], np.int8), asks)
    return _Plot(what[order], np.concatenate([numbers, numbers])[order])


def _asked_at(batch: Turns) -> Times:
    """Return for each turn the row at which its question was asked; -1 if it was not."""
    rows = np.full(int(batch.number.max(initial=-1)) + 1, -1, np.int64)
    asks = np.flatnonzero(batch.what == ASKED)
    rows[batch.number[asks]] = asks
    return rows[batch.number]


def _corrected(
    what: NDArray[np.int8], number: Times, y: NDArray[np.float64], labels: Literal["yes", "sum"]
) -> NDArray[np.float64]:
    """Return the labels with each correction differing from what it corrects."""
    y = y.copy()
    for row, before in _told(what, number):
        if what[row] == CORRECTION:
            y[row] = 1.0 - y[before] if labels == "yes" else y[row] + (y[row] == y[before])
    return y


def _was(what: NDArray[np.int8], number: Times, y: NDArray[np.float64]) -> NDArray[np.float64]:
    was = np.full(len(y), np.nan)
    for row, before in _told(what, number):
        if what[row] == CORRECTION:
            was[row] = y[before]
    return was


def _told(what: NDArray[np.int8], number: Times) -> list[tuple[int, int]]:
    """Return the corrections, each with the row of the label it corrects."""
    last: dict[int, int] = {}
    found = []
    for row in np.flatnonzero(np.isin(what, (SETTLED, CORRECTION))).tolist():
        if what[row] == CORRECTION:
            found.append((row, last[int(number[row])]))
        last[int(number[row])] = row
    return found
