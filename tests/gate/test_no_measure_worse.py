"""A challenger that sells less does not go live."""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from typing import Any

import pytest

from evercart.errors import UserError
from evercart.evaluate.business import Measure
from evercart.gate.evidence import Evidence, Part
from evercart.gate.no_measure_worse import NoMeasureWorse

PART = Part("all", 5_000, 0.5, 0.4, 0.01)
EVIDENCE = Evidence("a", "b", 1, 5_000, 9.0, 0.1, PART, (), (0.0, 0.0))


def sold(champion: float, challenger: float, decisions: int = 1_000, error: float = 1.0) -> Evidence:
    """Return evidence about revenue."""
    one, other = (Measure("revenue", decisions, mean, error) for mean in (champion, challenger))
    return replace(EVIDENCE, business=((one,), (other,)))


def test_clearly_less_is_an_objection() -> None:
    text = "revenue: expected about 50 a decision as the champion's, got '40 over 1,000 decisions'"
    assert NoMeasureWorse()(sold(50.0, 40.0)) == text


@pytest.mark.parametrize(
    "fine",
    [
        EVIDENCE,
        sold(50.0, 46.0),
        sold(50.0, 60.0),
        sold(50.0, 40.0, decisions=199),
        sold(50.0, 40.0, error=math.nan),
        replace(EVIDENCE, business=((Measure("revenue", 900, 1.0, 0.0),), ())),
    ],
)
def test_what_is_not_clear_is_none(fine: Evidence) -> None:
    assert NoMeasureWorse()(fine) is None


def test_only_the_named_measures_count() -> None:
    assert NoMeasureWorse(measures=("retention",))(sold(50.0, 40.0)) is None


def test_figures_are_plain() -> None:
    said = json.loads(json.dumps(sold(50.0, 40.0, error=math.nan).figures()))
    assert said["business"][0] == [{"name": "revenue", "decisions": 1000, "mean": 50.0, "error": None}]


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"least": 0}, "no_measure_worse.least: expected at least 1, got 0"),
        (
            {"measures": ("joy",)},
            "no_measure_worse.measures: expected one of orders revenue margin retention satisfaction, got 'joy'",
        ),
    ],
)
def test_mistakes_are_told(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        NoMeasureWorse(**wrong)
