"""Models as tables, as plain objects."""

from __future__ import annotations

import json
import math

from rich.console import Console

from evercart import show_models
from evercart.evaluate.business import Measure
from evercart.learners.mean import Mean
from evercart.publish.difference import Difference, Norms
from evercart.publish.model import Model, Origin
from evercart.publish.moves import Current, Move
from evercart.publish.revision import Version

MODEL = Model.of("spend", "mean", Mean(), {}, ())
ANEW = MODEL.anew(Origin("ab" * 32, 5))
VERSION = Version("cd" * 32, MODEL.id, "spend", 1234, 0, 2_500_000, "f", {"loss": 0.25, "guess_us": 3.04}, "", None)
LIVE = {"spend": Current("spend", MODEL.id, 9, "", "", None)}


def printed(shown: object) -> str:
    console = Console(width=200, no_color=True)
    with console.capture() as captured:
        console.print(shown)
    return captured.get()


def test_versions() -> None:
    text = printed(show_models.versions(LIVE, {"spend": [MODEL, ANEW]}, {"spend": [VERSION]}, 3))
    assert "●" in text
    for part in ("mean", MODEL.id, "cdcdcdcdcdcd", "1,234", "1970-01-01", "0.25", "3.0", "2.5", "none kept"):
        assert part in text
    came = {MODEL.id: (Measure("revenue", 900, 12.5, math.nan),)}
    said = show_models.versions_json(LIVE, {"spend": [MODEL]}, {"spend": [VERSION]}, came)
    (model,) = json.loads(json.dumps(said))[0]["models"]
    assert model["versions"][0]["address"] == VERSION.address
    assert model["earned"] == [{"name": "revenue", "decisions": 900, "mean": 12.5, "error": None}]


def test_nothing_is_kept_yet() -> None:
    assert "see `evercart run`" in printed(show_models.versions({"spend": None}, {"spend": []}, {"spend": []}, 3))


def test_moves() -> None:
    assert show_models.move(Move("spend", "", "ab12", "first", "x", 5)) == "ab12 is live in spend."
    anew = Move("spend", "aa", "bb", "person", "x", 5, revision="cd" * 32, revision_offset=7)
    assert show_models.move(anew) == "bb is live in spend instead of aa, anew from revision cdcdcdcdcdcd at offset 7."
    assert show_models.move_json(anew)["revision_offset"] == 7


def test_differences() -> None:
    found = Difference("a" * 64, "b" * 64, {"offset": (1, 2)}, {}, {}, {}, {}, {"w": Norms(1.0, 2.0, 0.5)})
    text = show_models.difference(found)
    assert "about offset: 1 | 2" in text
    assert "norm w: 1 | 2, apart 0.5" in text
    assert show_models.difference_json(found)["norms"]["w"]["apart"] == 0.5
    none = Difference("a" * 64, "a" * 64, {}, {}, {}, {}, {}, {})
    assert "nothing differs" in show_models.difference(none)
