"""Bodies: what may be sent as events."""

from __future__ import annotations

from evercart.events.kinds import SENT, kind
from evercart.serve.described.bodies import ARROW, NDJSON, content, schemas
from evercart.serve.described.kinds import example_of, name_of


def test_events_are_told_by_content_type() -> None:
    told = content("/v1/events")
    assert told is not None
    assert list(told) == ["application/json", NDJSON, ARROW]
    assert told["application/json"]["examples"]["view"]["value"] == [example_of(kind("view"))]


def test_outcomes_are_of_one_kind() -> None:
    told = content("/v1/outcomes")
    assert told is not None
    assert told["application/json"]["schema"]["anyOf"][2] == {"$ref": "#/components/schemas/Outcome"}


def test_an_outcome_may_leave_its_kind_out() -> None:
    assert schemas(["/v1/outcomes"])["Outcome"]["required"] == ["id", "event_us", "ref"]


def test_other_addresses_have_none() -> None:
    assert content("/v1/apps") is None


def test_only_what_is_referred_to_is_told() -> None:
    assert schemas(["/v1/apps"]) == {}
    assert set(schemas(["/v1/events", "/v1/outcomes"])) == {"Event", "Outcome", *(name_of(one) for one in SENT)}
