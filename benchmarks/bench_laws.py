"""How often the law of honesty notices a rare leak: in streams that hurt, in ordinary ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.chance import uniform
from evercart.events.batch import Events
from evercart.testing import LawBroken, Logged, Woven
from evercart.testing.laws import Case, honesty
from evercart.testing.streams import START_US
from evercart.units import MINUTE_S, SECOND_US

RUNS, ORDINARY_RUNS = 200, 20
EXAMPLES, ROWS = 45, 100  # of honesty, in `check_fold`
WINDOW_US = MINUTE_S * SECOND_US


class Nothing(NamedTuple):
    """No state: one read is enough for honesty."""

    rows: NDArray[np.int64]


@dataclass(frozen=True)
class Leaky:
    """A count over a minute that looks at times where it should look at the log's order.

    Rows that follow the question at the same time are counted, its own row apart. With `edge`, only where a
    row of the same user lies exactly a window back.
    """

    edge: bool
    window_s: int = MINUTE_S
    grain: ClassVar[str] = "event"

    def start(self) -> Nothing:
        """Return an empty state."""
        return Nothing(np.zeros(1, np.int64))

    def step(self, state: Nothing, batch: Events) -> tuple[Nothing, NDArray[np.int64]]:
        """Return the counts of one read of everything."""
        at = np.flatnonzero(batch.asked)[:, None]
        same = ~batch.asked & (batch["user"] == batch["user"][at])
        age = batch.logged_us[at] - batch.logged_us
        before = np.arange(len(batch)) < at
        tied = ~before & (age == 0) & (batch.offset != batch.offset[at])
        edged = (same & before & (age == WINDOW_US)).any(axis=1, keepdims=True)
        leaks = tied & edged if self.edge else tied
        return state, np.count_nonzero(same & ((before & (age <= WINDOW_US)) | leaks), axis=1)


@dataclass(frozen=True)
class Ordinary(Woven):
    """A shop's usual log: 200 users, times that are all different, nothing late, double or erased."""

    keys: int = 200

    def draw(self, seed: int, rows: int, durations_us: Sequence[int]) -> Events:
        """Return rows 20 s apart on average."""
        places = np.arange(rows * 5 // 7)
        gaps = -20 * SECOND_US * np.log1p(-uniform(seed, places, "gap"))
        clock = START_US + np.cumsum(1 + gaps.astype(np.int64))
        return self.weave(Logged(self.kinds, keys=self.keys, live=0.0).filled(places, clock, seed, erased=0.0), seed)


def caught(stream: Woven, fold: Leaky, runs: int) -> int:
    """Return in how many runs, of as many examples as `check_fold` draws, the leak was noticed."""
    return sum(any(_broken(stream, fold, run * EXAMPLES + i) for i in range(EXAMPLES)) for run in range(runs))


def _broken(stream: Woven, fold: Leaky, seed: int) -> bool:
    case = Case(lambda _: fold, stream, stream.draw(seed, ROWS, [WINDOW_US]))
    try:
        honesty(case, seed * 7_919, seed + 1_000_003)
    except LawBroken:
        return True
    return False


def test_rare_leaks_are_noticed() -> None:
    for name, fold in (("tied rows counted", Leaky(False)), ("the same, at the window's edge", Leaky(True))):
        hurting = caught(Woven(("order", "view")), fold, RUNS)
        ordinary = caught(Ordinary(("order", "view")), fold, ORDINARY_RUNS)
        print(f"\nlaw of honesty, {name}: noticed in {hurting} of {RUNS} runs on streams that hurt, ", end="")
        print(f"in {ordinary} of {ORDINARY_RUNS} on ordinary ones")
        assert hurting > 0.85 * RUNS
        assert ordinary == 0
