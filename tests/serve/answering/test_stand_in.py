"""What is answered where no model is at hand."""

from __future__ import annotations

import msgspec

from evercart.apps.spend import spend
from evercart.serve.answering.question import Question
from evercart.serve.answering.stand_in import LATE, defaulted, popular, unlisted
from evercart.serve.wire import Guessed, Listed, Shown

SHOWN = [Shown(name, 1.0, place, 1.0) for place, name in enumerate("abcd", 1)]


def test_a_list_of_nothing_says_why() -> None:
    said = unlisted(Question("recommend", "d1", {"user": "u"}), 7, LATE)
    answer = msgspec.json.decode(said.json, type=Listed)
    assert (answer.items, answer.fallback, answer.empty) == ([], "default", "no answer within the deadline")
    assert (said.row["id"], said.row["user"], said.row["event_us"], said.row["feature_offset"]) == ("d1", "u", 7, 0)


def test_what_is_popular_has_as_many_places_as_are_asked_for() -> None:
    def items(asked: Question) -> list[str]:
        said = popular(asked, SHOWN, 3, 9, 7)
        assert said.fallback == "popular"
        return [one.item for one in msgspec.json.decode(said.json, type=Listed).items]

    assert items(Question("recommend", "d", {"item": "b"})) == ["a", "b", "c"]
    assert items(Question("recommend", "d", {"item": "b"}, k=2)) == ["a", "b"]
    assert items(Question("recommend", "d", {"item": "b"}, beside=True)) == ["a", "c", "d"]


def test_places_are_counted_where_one_is_left_out() -> None:
    said = popular(Question("recommend", "d", {"item": "a"}, beside=True), SHOWN, 2, 9, 7)
    assert [(one.item, one.place) for one in msgspec.json.decode(said.json, type=Listed).items] == [("b", 1), ("c", 2)]


def test_a_stated_default() -> None:
    said = defaulted(Question("spend", "d", {"user": "u"}), spend(unit="$"), 12.5, 4, 7)
    answer = msgspec.json.decode(said.json, type=Guessed)
    assert (answer.guess, answer.unit, answer.fallback, answer.model) == (12.5, "$", "default", "")
    assert (said.row["guess"], said.row["feature_offset"], said.row["user"]) == (12.5, 4, "u")
