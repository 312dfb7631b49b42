"""Document: the service as OpenAPI has it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Struct
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from evercart.serve.described.document import document
from evercart.serve.endpoint import Call, Endpoint
from evercart.serve.service import Service
from evercart.serve.wire import Listed, Moved, Promote, Taken


class Query(Struct):
    """What is asked."""

    user: str | None = None
    app: str | None = None
    k: int = 20


async def _nothing(service: Service, call: Call) -> None:
    return None


TOLD = [
    Endpoint("POST", "/v1/events", "ingest", "Take events.", _nothing, gives=Taken, statuses=(503, 415)),
    Endpoint("GET", "/v1/recommend", "decide", "List items.", _nothing, query=Query, gives=Listed, tag="answers"),
    Endpoint("POST", "/v1/x/promote", "operate", "Move.", _nothing, takes=Promote, gives=Moved, tag="models"),
    Endpoint("GET", "/v1/similar/{item:path}", "read", "List.", _nothing, gives=list[Listed], tag="answers"),
    Endpoint("GET", "/healthz", "", "Live.", _nothing, tag="health"),
]


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return document(TOLD, apps={"spend": "What is spent.", "answers": "Ask."})


def test_it_is_valid(told: dict[str, Any]) -> None:
    validate(told, cls=OpenAPIV31SpecValidator)
    assert told["openapi"] == "3.1.0"
    assert [tag["name"] for tag in told["tags"]] == ["answers", "models", "health", "service"]


def test_parameters_come_from_path_with_query(told: dict[str, Any]) -> None:
    item = told["paths"]["/v1/similar/{item}"]["get"]["parameters"][0]
    assert (item["name"], item["in"], item["required"], item["schema"]["examples"]) == ("item", "path", True, ["i1"])
    user, app, k = told["paths"]["/v1/recommend"]["get"]["parameters"]
    assert user["schema"] == {"type": "string", "minLength": 1, "examples": ["u1"]}
    assert user["description"] == "Names a shopper."
    assert app["schema"]["examples"] == ["spend"]
    assert k["schema"] == {"type": "integer", "minimum": 1, "default": 20, "examples": [5]}


def test_bodies_come_from_types_with_an_example(told: dict[str, Any]) -> None:
    body = told["paths"]["/v1/x/promote"]["post"]["requestBody"]["content"]["application/json"]
    assert body == {"schema": {"$ref": "#/components/schemas/Promote"}, "example": {"model": "continual"}}
    assert len(told["paths"]["/v1/events"]["post"]["requestBody"]["content"]) == 3
    assert "requestBody" not in told["paths"]["/v1/recommend"]["get"]


def test_every_answer_is_told(told: dict[str, Any]) -> None:
    answers = told["paths"]["/v1/events"]["post"]["responses"]
    assert list(answers) == ["200", "400", "401", "403", "413", "415", "429", "503"]
    assert answers["200"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Taken"}
    assert answers["503"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/Fault"}
    assert told["paths"]["/healthz"]["get"]["responses"]["200"]["content"] == {
        "text/plain": {"schema": {"type": "string"}}
    }


def test_a_scope_wants_a_key(told: dict[str, Any]) -> None:
    asked = told["paths"]["/v1/recommend"]["get"]
    assert (asked["security"], asked["x-scope"]) == ([{"key": []}], "decide")
    assert "security" not in told["paths"]["/healthz"]["get"]


def test_where_there_are_no_keys_none_is_needed() -> None:
    told = document(TOLD, keyed=False)
    assert told["paths"]["/v1/recommend"]["get"]["security"] == [{"key": []}, {}]


def test_operations_have_names_of_their_own(told: dict[str, Any]) -> None:
    names = [one["operationId"] for item in told["paths"].values() for one in item.values()]
    assert names[:3] == ["post_v1_events", "get_v1_recommend", "post_v1_x_promote"]
    assert len(set(names)) == len(names)
