"""Backtest: payments of a table scored in their order, each before its label is learned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.apps.fraud import fraud
from evercart.detecting.costed import costed
from evercart.detecting.reading import Payments, Told, payments
from evercart.detecting.streamed import streamed
from evercart.evaluate.detected import Detected
from evercart.units import MISSING

AMOUNT: Final = "amount"  # the plainest score: the larger, the more suspicious
Step = Callable[[str, float | None], None]  # which step, which part of it is done


def backtest(
    data: Path, mapping: Path | None, now_us: int, cpu_s: Callable[[], float], step: Step = lambda name, part: None
) -> Detected:
    """Score a table's payments one after the other, test then train, beside plain ones.

    data       a CSV, Parquet or JSON Lines file
    mapping    a map whose columns name `fraud`, `amount`; see `reading.told`
    """
    step("read the payments", None)
    found, how = payments(data, mapping, now_us)
    return detected(found, how, cpu_s, step)


def detected(found: Payments, how: Told, cpu_s: Callable[[], float], step: Step = lambda name, part: None) -> Detected:
    """Score payments one after the other."""
    parties = [name for name in found.parties if (found.parties[name] != 0).any()]
    delay_s = max(how.delay_s, 1.0)
    app = fraud(" ".join(parties) or "user", delay_s, delay_s, given=" ".join(found.numbers))
    step("score, learn", 0.0)
    ran = streamed(app, found, how.delay_s, cpu_s, lambda part: step("score, learn", part))
    guesses: dict[str, NDArray[np.float64]] = {
        **ran.guesses,
        AMOUNT: np.where(found.amount == MISSING, 0, found.amount),
    }
    about = {
        "payments": len(found.us),
        "frauds": int((found.label == 1).sum()),
        "unlabelled": int((found.label < 0).sum()),
        "refused": found.refused,
        "delay_s": how.delay_s,
        "parties": parties,
        "numbers": list(found.numbers),
    }
    card = next((found.parties[name] for name in ("card", "user") if name in parties), None)
    done = Detected(found.us, found.label, card, how.delay_s, guesses, ran.cpu_s, about, how.is_handbook)
    return replace(done, costs=costed(done, found.amount, how.terms))
