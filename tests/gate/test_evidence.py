"""Evidence as plain values."""

from __future__ import annotations

import json
import math
from dataclasses import replace

from evercart.gate.evidence import Evidence, Part

PART = Part("all", 0, math.nan, math.nan, math.nan)


def test_figures_are_json_without_nan() -> None:
    found = Evidence("a", "b", 1, 0, 0.0, math.nan, PART, (replace(PART, champion=0.5),), (0.1, math.nan))
    text = json.dumps(found.figures(), allow_nan=False)
    assert json.loads(text)["slices"] == [
        {"name": "all", "questions": 0, "champion": 0.5, "challenger": None, "error": None}
    ]
    assert json.loads(text)["miscalibrated"] == [0.1, None]
