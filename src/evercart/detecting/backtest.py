"""Backtest: payments of a table scored in their order, each before its label is learned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.apps.fraud import fraud
from evercart.detecting.costed import costed
from evercart.detecting.raided import Raid, Raided
from evercart.detecting.reading import Payments, Told, payments
from evercart.detecting.reasoned import gathered
from evercart.detecting.streamed import FROZEN, Streamed, streamed
from evercart.evaluate.detected import Detected
from evercart.evaluate.robust import Robust, bars
from evercart.units import DAY_US, MISSING

AMOUNT: Final = "amount"  # the plainest score: the larger, the more suspicious
ALERTS: Final = 0.01  # of a day's payments get an alert
Step = Callable[[str, float | None], None]  # which step, which part of it is done


def backtest(
    data: Path,
    mapping: Path | None,
    now_us: int,
    cpu_s: Callable[[], float],
    step: Step = lambda name, part: None,
    raid: Raid | None = None,
) -> Detected:
    """Score a table's payments one after the other, test then train, beside plain ones; attack some of the frauds.

    data       a CSV, Parquet or JSON Lines file
    mapping    a map whose columns name `fraud`, `amount`; see `reading.told`
    """
    step("read the payments", None)
    found, how = payments(data, mapping, now_us)
    return detected(found, how, cpu_s, step, raid)


def detected(
    found: Payments,
    how: Told,
    cpu_s: Callable[[], float],
    step: Step = lambda name, part: None,
    raid: Raid | None = None,
) -> Detected:
    """Score payments one after the other."""
    parties = [name for name in found.parties if (found.parties[name] != 0).any()]
    delay_s = max(how.delay_s, 1.0)
    hardened = raid is not None and raid.frauds > 0
    named, given = " ".join(parties) or "user", " ".join(found.numbers)
    app = fraud(named, delay_s, delay_s, given=given, located=bool(found.located), hardened=hardened)
    step("score, learn", 0.0)
    ran = streamed(app, found, how.delay_s, cpu_s, lambda part: step("score, learn", part), raid)
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
        "located": bool(found.located),
    }
    card = next((found.parties[name] for name in ("card", "user") if name in parties), None)
    done = Detected(found.us, found.label, card, how.delay_s, guesses, ran.cpu_s, about, how.is_handbook)
    return replace(done, costs=costed(done, found.amount, how.terms), attacked=_attacked(found, ran, raid))


def _attacked(found: Payments, ran: Streamed, raid: Raid | None) -> dict[str, Any]:
    """Return what attacks did to each racer that was attacked, with their terms; nothing where none was made."""
    robust = {name: attacked(found, ran.guesses[name], made) for name, made in ran.raided.items() if made}
    if not robust or raid is None:
        return {}
    frauds = max(len(made) for made in ran.raided.values())
    terms = {
        "frauds": frauds,
        "budget": raid.budget,
        "seed": raid.seed,
        "alert_rate": ALERTS,
        "prices": asdict(raid.prices),
    }
    first = next(name for name in ran.raided if name in robust)
    bar = robust[first].bar
    caught = [one.because for one, at in zip(ran.raided[first], bar, strict=True) if one.clean >= at]
    return {**terms, "reasons": gathered(caught), "racers": {name: one.summary() for name, one in robust.items()}}


def attacked(found: Payments, guess: NDArray[np.float64], made: list[Raided]) -> Robust:
    """Return what is known of frauds that were made again; what is good is of the payments that are compared.

    guess    (payments,) scores of the racer that was attacked, NaN where none was made
    """
    rows = np.array([one.number for one in made])
    later = np.isfinite(guess) & (np.arange(len(guess)) >= FROZEN * len(guess))
    return Robust(
        clean=np.array([one.clean for one in made]),
        struck=np.array([one.score for one in made]),
        bar=bars(found.us // DAY_US, guess, rows, ALERTS),
        good=guess[later & (found.label == 0)],
        all_frauds=int((later & (found.label == 1)).sum()),
        cost=np.array([one.cost for one in made]),
        ways=tuple(one.ways for one in made),
    )
