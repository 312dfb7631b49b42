"""A rehearsal is told as it was, also where nothing came of it."""

from __future__ import annotations

from evercart.rehearsal.words import headlines, stretches, timeline
from evercart.testing.rehearsed import rehearsed


def test_a_drift_that_was_answered() -> None:
    noticed, promoted, worth = headlines(rehearsed())
    assert (noticed.title, noticed.big) == ("Noticed", "2.0 days after")
    assert noticed.small == "1970-01-22 23:59: alarm, loss moved from 1 to 9"
    assert (promoted.title, promoted.big) == ("Promoted by the gate", "other, 5.0 days after")
    assert promoted.small == "1970-01-25 23:59, 10 questions after the change: 9.00 nats that it loses less"
    assert (worth.big, worth.tone) == ("55.56 % less", "better")
    assert worth.small == "squared error than continual's, from the next day to the end: 150 in sum"


def test_a_drift_that_was_not() -> None:
    noticed, promoted, worth = headlines(rehearsed(answered=False))
    assert (noticed.big, promoted.big, worth.big) == ("by nobody", "nobody", "–")
    assert promoted.small.startswith("other, at the end: evidence: expected at least 5.10 nats")


def test_a_sabotage_that_was_answered() -> None:
    live, back, cost = headlines(rehearsed("sabotage"))
    assert (live.title, live.big) == ("Went live", "by force")
    assert live.small.startswith("1970-01-15 23:59: the gate had objected: evidence: expected at least 5.10 nats")
    assert (back.title, back.big) == ("Taken back by itself", "continual, 5.0 days after")
    assert (cost.title, cost.big, cost.tone) == ("What it cost", "125.00 % more", "worse")
    assert cost.small.endswith("from the change until it was taken back: 50 in sum")


def test_a_sabotage_that_was_not() -> None:
    _, back, cost = headlines(rehearsed("sabotage", answered=False))
    assert (back.big, back.tone) == ("nobody", "level")
    assert cost.small.endswith("from the change to the end: 200 in sum")


def test_the_timeline_is_in_order() -> None:
    lines = timeline(rehearsed("sabotage"))
    assert [line.us for line in lines] == sorted(line.us for line in lines)
    assert [line.what for line in lines] == [
        "continual is live: the app declares it",
        "the rehearsal begins",
        "the gate judges for the first time",
        "somebody makes other live by force",
        "the change",
        "noticed: alarm",
        "continual takes the place of other again, by itself",
        "the rehearsal ends",
    ]


def test_verdicts_alike_are_one_stretch() -> None:
    early, even = stretches(rehearsed())
    assert (early.verdicts, even.verdicts) == (1, 2)
    assert even.last.nats == 0.0
    assert even.from_us < even.last.us
