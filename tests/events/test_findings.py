"""First broken rules."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa

from evercart.events.findings import Findings, Refusal, numbered, shown

TABLE = numbered(pa.table({"a": [1, 2, 3, 4], "b": ["w", None, "y", "z"]}))


def test_nothing_noted_is_the_table_itself() -> None:
    assert Findings(4).split(TABLE) == (TABLE, ())


def test_the_first_rule_counts_and_refusals_come_by_row() -> None:
    findings = Findings(4)
    findings.note("b", "text", np.array([0, 1, 0, 1], bool), TABLE["b"])
    findings.note("a", "less", np.array([1, 1, 0, 0], bool), TABLE["a"])
    good, bad = findings.split(TABLE)
    assert good.to_pylist() == [{"a": 3, "b": "y", "row": 3}]
    assert bad == (
        Refusal(1, "a", "less", "1", '{"a": 1, "b": "w"}'),
        Refusal(2, "b", "text", "null", '{"a": 2}'),
        Refusal(4, "b", "text", "z", '{"a": 4, "b": "z"}'),
    )


def test_the_body_keeps_a_value_as_sent_that_is_shown_shortened() -> None:
    findings = Findings(1)
    findings.note("amount", "a number", np.ones(1, bool), pa.array(["9" * 500]))
    ((refusal,),) = (findings.split(numbered(pa.table({"amount": pa.nulls(1, pa.int64())})))[1],)
    assert refusal.value == "9" * 160 + "… (500 characters)"
    assert json.loads(refusal.body) == {"amount": "9" * 500}


def test_numbers_of_rows_are_kept_or_counted_from_one() -> None:
    assert TABLE["row"].to_pylist() == [1, 2, 3, 4]
    assert numbered(pa.table({"row": [7]}))["row"].to_pylist() == [7]
    assert shown(0.5) == "0.5"
