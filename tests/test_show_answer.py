"""An answer as people read it."""

from __future__ import annotations

from rich.console import Console

from evercart.learners.reasons.why import Reason
from evercart.recommender import Answer, Answered
from evercart.show_answer import answer_json, answered

OWN = Reason("own", 1.5, "you looked at it 3 clicks ago")
ITEMS = (Answered("[red]tea[/red]", 2.5, 1, 1.0, (OWN, OWN)), Answered("名", -1.0, 2, 0.25, ()))


def _printed(answer: Answer, *, why: bool) -> str:
    console = Console(width=200)
    with console.capture() as caught:
        console.print(answered(answer, why=why))
    return caught.get()


def test_a_name_is_shown_as_it_is() -> None:
    said = _printed(Answer(ITEMS, "", {"bought already": 1200}, 7, 1), why=True)
    assert "[red]tea[/red]" in said
    assert "名" in said
    assert "you looked at it 3 clicks ago; you looked at it 3 clicks ago" in said
    assert "0.250" in said
    assert "left out: 1,200 bought already" in said


def test_what_was_not_asked_for_is_not_shown() -> None:
    said = _printed(Answer(ITEMS[:1], "", {}, 7, 1), why=False)
    assert "clicks ago" not in said
    assert "chance" not in said
    assert "left out" not in said


def test_an_empty_answer_is_its_reason() -> None:
    assert _printed(Answer((), "all 3 candidates were filtered: 3 erased", {"erased": 3}, 7, 1), why=True) == (
        "all 3 candidates were filtered: 3 erased\n"
    )


def test_json_has_what_an_answer_has() -> None:
    said = answer_json(Answer(ITEMS, "", {"erased": 1}, 7, 1), why=True)
    assert said["items"][0] == {
        "item": "[red]tea[/red]",
        "place": 1,
        "score": 2.5,
        "chance": 1.0,
        "why": [{"kind": "own", "fall": 1.5, "text": OWN.text}] * 2,
    }
    assert (said["empty"], said["removed"], said["next_offset"]) == ("", {"erased": 1}, 7)
    assert "why" not in answer_json(Answer(ITEMS, "", {}, 7, 1), why=False)["items"][0]
