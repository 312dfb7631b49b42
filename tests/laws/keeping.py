"""What a check of the four laws is; folds that several kinds of checks need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pytest

from evercart.evaluate.drift.adwin import Adwin
from evercart.testing import Answered, Turned, check_fold
from evercart.testing.discovery import EXEMPT
from evercart.testing.turned import COLUMNS
from evercart.units import HOUR_S, SECOND_US

HOUR_US = HOUR_S * SECOND_US
PAYING = ("payment", "chargeback", "resolved", "decision")


class Check(NamedTuple):
    """One configuration of a fold, with the input it takes."""

    make: Callable[[Any], Any]
    stream: Any
    lives_us: int | None = None  # how long a row is remembered, where that is not the sum of its durations
    durations_us: tuple[int, ...] = ()  # that matter beside those of its configuration
    keeps_bytes: int | None = None  # what it may hold for good, where that is more than the little most do


def of(fold: Any, stream: Any, lives_us: int | None = None) -> Check:
    return Check(lambda _: fold, stream, lives_us)


class Told(Turned):
    """Turns, for a fold that says something of some of them only."""

    def said(self, batch: Any, out: Any) -> Any:
        return None


class Parted(Answered):
    """Questions of several apps, for a fold that keeps those of one."""

    def said(self, batch: Any, out: Any) -> Any:
        return None


def chatted(stream: Any = Answered) -> Any:
    """Return questions, messages, outcomes, with the features of the questions."""
    return stream(2, ("message", "outcome", "view"))


class Tripled:
    """A ranker given each turn as a list of three: the item itself, another, one that is never taken."""

    grain = "tick"

    def __init__(self, ranker: Any) -> None:
        self.ranker = ranker

    def start(self) -> Any:
        return self.ranker.start()

    def step(self, state: Any, turns: Any) -> Any:
        part = np.tile(np.arange(3), len(turns))
        many = turns.rows(np.repeat(np.arange(len(turns)), 3))

        def shared(y: Any) -> Any:
            return np.where(np.isnan(y), np.nan, np.where(part == 0, y, np.where(part == 1, 1 - y, 0.0)))

        x = many.x * (1.0 + part[:, None]).astype(np.float32)
        lists = replace(many, x=x, y=shared(many.y), was=shared(many.was))
        state, guesses = self.ranker.step(state, lists)
        return state, guesses.reshape(-1, 3)


NUMBERS = tuple(column for column in COLUMNS if column.is_number)
NERVOUS = Adwin(0.9, clock=2, least=1, grace=2)  # rings every few rows


def run(check: Check, exempt: tuple[str, ...], **more: Any) -> None:
    laws: Any = [law for law in ("resume", "batching", "honesty", "flat") if law not in exempt]
    more |= {} if check.keeps_bytes is None else {"keeps_bytes": check.keeps_bytes}
    check_fold(check.make, check.stream, laws=laws, lives_us=check.lives_us, durations_us=check.durations_us, **more)


def four_laws(checks: dict[type[Any], list[Check]]) -> Any:
    """Return a test that each of these keeps the four laws."""

    @pytest.mark.parametrize(("check", "exempt"), params(checks))
    def test(check: Check, exempt: tuple[str, ...]) -> None:
        run(check, exempt, examples=10)

    return test


def four_laws_for_longer(checks: dict[type[Any], list[Check]]) -> Any:
    """Return a slow test that each of these keeps them on more, longer streams."""

    @pytest.mark.slow
    @pytest.mark.parametrize(("check", "exempt"), params(checks))
    def test(check: Check, exempt: tuple[str, ...]) -> None:
        run(check, exempt, examples=100, rows=400)

    return test


def params(checks: dict[type[Any], list[Check]]) -> list[Any]:
    """Return each check with the laws that its fold need not keep."""
    return [
        pytest.param(check, EXEMPT.get(fold.__name__, ()), id=f"{fold.__name__}-{i}")
        for fold, each in checks.items()
        for i, check in enumerate(each)
    ]
