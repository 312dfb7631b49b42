"""The page of a rehearsal stands alone; it shows what really happened."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest

from evercart.rehearsal.page import rehearsal_page
from evercart.testing.rehearsed import rehearsed
from evercart.units import DAY_US

EVIL = "<img src=x onerror=alert(1)>"


def page(**more: Any) -> str:
    return rehearsal_page(rehearsed(question=EVIL, **more), EVIL, "2026-01-01 UTC")


def figure(html: str, name: str) -> Any:
    found = re.search(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


@pytest.mark.parametrize("what", ["drift", "sabotage"])
@pytest.mark.parametrize("answered", [True, False])
def test_nothing_is_asked_of_the_network_and_names_are_escaped(what: str, answered: bool) -> None:
    html = page(what=what, answered=answered)
    markup = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    assert "http:" not in markup
    assert "https:" not in markup
    assert EVIL not in html
    assert f"spend: a rehearsal of {what}" in markup
    assert "(seed 3):</b> nobody comes." in markup
    assert ("nobody" in re.findall(r'class="big \w+">([^<]*)<', markup)) is not answered


def test_the_score_of_who_is_live_is_drawn_first() -> None:
    drawn = figure(page(), "time")
    assert [one["name"] for one in drawn["data"]] == ["live", "continual", "other", "frozen"]
    assert drawn["data"][0]["x"][0] == "1970-01-01"
    assert drawn["data"][0]["y"][19] == 1.0
    assert drawn["data"][0]["y"][24] == pytest.approx((2 * 1 + 5 * 9) / 7)
    assert drawn["data"][0]["y"][-1] == 4.0
    assert drawn["data"][1]["y"][-1] == 9.0
    assert [note["text"] for note in drawn["layout"]["annotations"]] == ["the change", "other: gate"]
    assert len(drawn["layout"]["shapes"]) == 2


def test_evidence_is_drawn_beside_what_is_needed() -> None:
    drawn = figure(page(what="sabotage"), "evidence")["data"]
    assert [(one["name"], one["y"]) for one in drawn] == [
        ("other", [0.1, 0.2, 0.0]),
        ("needed by other", [5.1, 5.1, 5.1]),
    ]


def test_every_verdict_is_in_words() -> None:
    markup = page()
    assert "labels: expected at least 1,000, got 20" in markup
    assert "evidence: expected at least 5.10 nats" in markup


def test_a_move_interrupts_the_evidence() -> None:
    found = rehearsed("sabotage")
    again = found.verdicts[0]._replace(us=30 * DAY_US, nats=-1.0)
    html = rehearsal_page(replace(found, verdicts=(*found.verdicts, again)), "shop", "now")
    assert figure(html, "evidence")["data"][0]["y"] == [0.1, 0.2, 0.0, None, -1.0]
