"""Verdicts, enrolments as rows of the log."""

from __future__ import annotations

import json
from dataclasses import replace

from evercart.events.check import check
from evercart.events.schema import FIELDS, SCHEMA
from evercart.gate.evidence import Evidence
from evercart.gate.judge import judge
from evercart.gate.records import enrolment_row, verdict_row
from evercart.gate.rules import EnoughLabels, Fresh


def test_a_refusal_holds_every_objection_with_its_evidence(good: Evidence) -> None:
    bad = replace(good, behind=None, whole=replace(good.whole, questions=7))
    row = verdict_row("spend", judge((EnoughLabels(), Fresh()), bad), 5)
    assert row.schema == SCHEMA
    (told,) = row.to_pylist()
    assert (told["app"], told["model"], told["current"]) == ("spend", "shadow", "current")
    assert (told["kind"], told["event_us"], told["passed"]) == (12, 5, 0)
    assert told["text"].split("\n") == [
        "labels: expected at least 1,000, got 7",
        "offset: expected at most 10,000 events behind, got None",
    ]
    assert json.loads(told["properties"]) == bad.figures()


def test_who_passes_has_no_text(good: Evidence) -> None:
    (told,) = verdict_row("spend", judge((EnoughLabels(),), good), 5).to_pylist()
    assert (told["passed"], told["text"]) == (1, None)


def test_no_sender_may_bring_such_rows(good: Evidence) -> None:
    us = 1_700_000_000_000_000
    for row in (
        verdict_row("spend", judge((EnoughLabels(),), good), us),
        enrolment_row("spend", "b", "a", "now", us),
    ):
        checked = check(row.set_column(0, "id", [["e1"]]).select(list(FIELDS)), now_us=us)
        assert [refusal.field for refusal in checked.bad] == ["kind"]  # only the system itself writes them
        assert row.schema == SCHEMA
