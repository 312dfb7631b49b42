"""Verdicts; the evidence that turns."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.losses import log_loss
from evercart.evaluate.race import Race
from evercart.gate.evidence import Evidence
from evercart.gate.judge import Turned, judge
from evercart.gate.rules import Better, EnoughLabels, FastEnough, Fresh
from evercart.gate.trial import Trial
from evercart.labels.turns import ASKED, HINT, SETTLED, Turns
from evercart.units import DAY_S, DAY_US

RULES = (EnoughLabels(), Better(), Fresh(), FastEnough())


def test_who_has_nothing_against_it_passes(good: Evidence) -> None:
    verdict = judge(RULES, good)
    assert verdict.promote
    assert verdict.objections == ()
    assert verdict.evidence is good


def test_every_objection_is_listed(good: Evidence) -> None:
    verdict = judge(RULES, replace(good, log_money=-1.0, behind=None))
    assert not verdict.promote
    assert verdict.objections == (
        "evidence: expected at least 5.10 nats that it loses less, got '-1.00 nats'",
        "offset: expected at most 10,000 events behind, got None",
    )


def test_a_gate_without_rules_lets_nobody_pass(good: Evidence) -> None:
    with pytest.raises(UserError, match=r"^gate\.rules: expected at least one rule, got \(\)$"):
        judge((), good)


def test_evidence_turns_by_either_kind_of_label(good: Evidence) -> None:
    turned, calm = Turned(0.05), replace(good, log_money=3.6)
    assert turned(calm) is None
    assert turned(calm, calm) is None
    assert turned(good) == "settled evidence: expected less than 3.69 nats that shadow loses less, got '9.00 nats'"
    assert turned(calm, good) == "early evidence: expected less than 3.69 nats that shadow loses less, got '9.00 nats'"


def test_a_level_is_a_chance() -> None:
    with pytest.raises(UserError, match=r"^turned\.level: expected a number between 0 and 1, got 0$"):
        Turned(0)


def poisoned(rng, questions):
    """Ask a year; from the middle on the champion says the opposite. Hints after a day, windows of a month."""
    logit = rng.normal(-1.0, 1.5, questions)
    y = rng.random(questions) < 1 / (1 + np.exp(-logit))
    asked = np.sort(rng.integers(0, 364 * DAY_US, questions))
    settled = asked + np.where(y, rng.integers(1, DAY_US, questions), 30 * DAY_US)
    hinted = np.flatnonzero(~y)
    number = np.concatenate([np.arange(questions), hinted, np.arange(questions)])
    us = np.concatenate([asked, asked[hinted] + DAY_US, settled])
    what = np.repeat([ASKED, HINT, SETTLED], [questions, len(hinted), questions])
    label = np.where(what == ASKED, np.nan, np.where(what == HINT, 0.0, y[number]))
    order = np.argsort(us, kind="stable")
    number, us, what, label = number[order], us[order], what[order].astype(np.int8), label[order]
    at, sign = np.arange(len(us)), np.where(asked[number] < 182 * DAY_US, 1, -1)
    x = logit[number]
    turns = Turns(
        what,
        at,
        at,
        us,
        number,
        label,
        label * np.nan,
        at + 1.0,
        number.astype(np.uint64) + np.uint64(1),
        x[:, None].astype(np.float32),
    )
    due = what == ASKED
    shadow = np.where(due, 1 / (1 + np.exp(-0.8 * x)), np.nan)
    current = np.where(due, 1 / (1 + np.exp(-sign * x)), np.nan)
    return turns, {"current": current, "shadow": shadow}


def test_a_poisoned_champion_steps_down_and_sooner_on_early_labels() -> None:
    turns, guesses = poisoned(np.random.default_rng(1), 6_000)
    days = []
    for early in (False, True):
        trial = Trial(("current", "shadow"), log_loss, clip=1.0, window_s=(1 if early else 30) * DAY_S)
        race = Race(trial.racers, early=early)
        raced, gathered = race.start(), trial.start()
        for day in range(364):
            here = turns.us // DAY_US == day
            part = (turns.rows(here), {name: guess[here] for name, guess in guesses.items()})
            raced, scored = race.step(raced, part)
            gathered, _ = trial.step(gathered, scored)
            if Turned()(trial.evidence(gathered, "shadow")):
                days.append(day)
                break
    settled, soon = days
    assert 182 + 30 < settled < 182 + 30 + 60
    assert 182 < soon < settled - 20
