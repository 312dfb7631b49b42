"""Each rule objects in one text."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from evercart.errors import UserError
from evercart.gate.evidence import Evidence, Part
from evercart.gate.rules import Answers, Better, Calibrated, EnoughLabels, FastEnough, Fresh, NoSliceWorse

ALL = (EnoughLabels(), Better(), NoSliceWorse(), Fresh(), FastEnough(), Calibrated())
NAN = math.nan


def test_nothing_is_said_against_a_good_challenger(good: Evidence) -> None:
    assert [rule(good) for rule in ALL] == [None] * len(ALL)


def test_too_few_labels(good: Evidence) -> None:
    few = replace(good, whole=replace(good.whole, questions=999))
    assert EnoughLabels()(few) == "labels: expected at least 1,000, got 999"


def test_too_little_evidence(good: Evidence) -> None:
    rule = Better(0.01)
    assert rule(replace(good, log_money=5.0)) == (
        "evidence: expected at least 5.10 nats that it loses less, got '5.00 nats'"
    )
    assert rule(replace(good, log_money=5.11)) is None
    assert rule(replace(good, log_money=NAN)) is not None


def test_later_challengers_need_more(good: Evidence) -> None:
    assert Better(0.01)(replace(good, enrolled=10)) == (
        "evidence: expected at least 9.71 nats that it loses less, got '9.00 nats'"
    )


def test_disasters_behind_the_clip_are_seen(good: Evidence) -> None:
    worse = replace(good, whole=replace(good.whole, challenger=0.51))
    assert Better()(worse) == "mean loss: expected below the champion's 0.5, got '0.51'"


def test_a_worse_slice(good: Evidence) -> None:
    bad = Part("new", 1_000, 0.60, 0.62, 0.004)
    text = "slice new: expected a loss of about 0.6 as the champion's, got '0.62 on 1,000 questions'"
    rule = NoSliceWorse()
    assert rule(replace(good, slices=(bad, good.slices[1]))) == text
    assert rule(replace(good, slices=(bad, replace(bad, name="old")))) == f"{text}; {text.replace('new', 'old')}"
    assert rule(replace(good, slices=(replace(bad, questions=199),))) is None
    assert rule(replace(good, slices=(replace(bad, error=0.011),))) is None
    assert rule(replace(good, slices=(replace(bad, challenger=0.611),))) is None
    assert rule(replace(good, slices=(Part("none", 0, NAN, NAN, NAN),))) is None


def test_a_stale_challenger(good: Evidence) -> None:
    assert Fresh(10)(replace(good, behind=11)) == "offset: expected at most 10 events behind, got 11"
    assert Fresh(10)(replace(good, behind=None)) == "offset: expected at most 10 events behind, got None"
    assert Fresh(10)(replace(good, behind=10)) is None


def test_a_slow_challenger(good: Evidence) -> None:
    assert FastEnough(50)(replace(good, guess_us=51.25)) == "guess: expected at most 50 microseconds, got '51.25'"
    assert FastEnough(50)(replace(good, guess_us=NAN)) == "guess: expected at most 50 microseconds, got 'nan'"
    assert FastEnough(50)(replace(good, guess_us=None)) == "guess: expected at most 50 microseconds, got None"


def test_a_miscalibrated_challenger(good: Evidence) -> None:
    assert Calibrated(0.015)(replace(good, miscalibrated=(0.02, 0.025))) == (
        "calibration: expected at most 0.015 from the labels, or about the champion's 0.02, got '0.025'"
    )
    assert Calibrated(0.015)(replace(good, miscalibrated=(0.02, 0.02))) is None
    assert Calibrated(0.015)(replace(good, miscalibrated=(0.02, NAN))) is not None


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: EnoughLabels(0), "enough_labels.least: expected at least 1, got 0"),
        (lambda: Better(1.0), "better.level: expected a number between 0 and 1, got 1.0"),
        (lambda: NoSliceWorse(by=-1), "no_slice_worse.by: expected at least 0, got -1"),
        (lambda: NoSliceWorse(errors=-1), "no_slice_worse.errors: expected at least 0, got -1"),
        (lambda: NoSliceWorse(least=0), "no_slice_worse.least: expected at least 1, got 0"),
        (lambda: Fresh(-1), "fresh.most_behind: expected at least 0, got -1"),
        (lambda: FastEnough(0), "fast_enough.most_us: expected more than 0, got 0"),
        (lambda: Calibrated(-1), "calibrated.most: expected at least 0, got -1"),
    ],
)
def test_settings_are_checked(make, text) -> None:
    with pytest.raises(UserError) as raised:
        make()
    assert str(raised.value) == text


def test_a_challenger_that_fell(good: Evidence) -> None:
    assert Answers()(good) is None
    objection = Answers()(replace(good, silent=1_200))
    assert objection == "guesses: expected a number for each question, got 'none for 1,200 of them'"
