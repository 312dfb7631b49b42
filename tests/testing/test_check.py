"""check_fold draws, shrinks, says which law; a thing that is no fold is told so."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.testing import LawBroken, Woven, check_fold

WOVEN = Woven(("order", "view"))


class Seen(NamedTuple):
    rows: NDArray[np.int64]


@dataclass(frozen=True)
class Count:
    """Say how many rows came before each question; `peeks` counts the row after it too."""

    peeks: int = 0
    grain: ClassVar[str] = "event"

    def start(self) -> Seen:
        return Seen(np.zeros(1, np.int64))

    def step(self, state: Seen, batch: Events) -> tuple[Seen, NDArray[np.int64]]:
        counted = state.rows[0] + np.cumsum(~batch.asked)
        ahead = np.minimum(np.arange(len(batch)) + self.peeks, len(batch) - 1)
        said = (counted + (batch["quantity"][ahead] if self.peeks else 0))[batch.asked]
        return Seen(state.rows + np.count_nonzero(~batch.asked)), said.astype(np.int64)


def test_a_sound_fold_passes() -> None:
    check_fold(lambda _: Count(), WOVEN)


def test_a_broken_one_is_shrunk_to_a_few_rows() -> None:
    with pytest.raises(LawBroken) as caught:
        check_fold(lambda _: Count(peeks=1), WOVEN, laws=("honesty",), rows=200)
    notes = "".join(getattr(caught.value, "__notes__", []))
    size = re.search(r"size=(\d+)", notes)
    assert size is not None
    assert int(size.group(1)) <= 6


def test_only_the_laws_named_are_checked() -> None:
    check_fold(lambda _: Count(peeks=1), WOVEN, laws=("resume", "flat"))


def test_the_factory_sees_the_input_whole() -> None:
    seen: list[int] = []

    def make(events: Events) -> Count:
        seen.append(len(events))
        return Count()

    check_fold(make, WOVEN, laws=("honesty",), examples=5, rows=40)
    assert len(set(seen)) > 3


def test_durations_may_be_added_to_those_found() -> None:
    gaps: list[tuple[int, ...]] = []

    @dataclass(frozen=True)
    class Listening(Woven):
        def draw(self, seed: int, rows: int, durations_us: Any) -> Events:
            gaps.append(tuple(durations_us))
            return super().draw(seed, rows, durations_us)

    @dataclass(frozen=True)
    class Windowed(Count):
        window_s: int = 5

    check_fold(lambda _: Windowed(), Listening(), laws=("batching",), examples=1, durations_us=(7,))
    assert gaps[-1] == (5_000_000, 7)


def test_what_is_no_fold_is_told() -> None:
    class Empty:
        grain = "event"

        def start(self) -> None:
            return None

    with pytest.raises(UserError, match=r"^fold: expected start, step, grain, got 'Empty without step'$"):
        check_fold(lambda _: Empty(), WOVEN)  # type: ignore[arg-type,return-value]
