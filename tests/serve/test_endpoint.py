"""One address of the service."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Literal

import msgspec
import pytest

from evercart.serve.caller import LOCAL, NOBODY, Caller
from evercart.serve.endpoint import Endpoint
from evercart.serve.problem import NotAllowed, Problem, WhoAreYou
from evercart.serve.reply import Reply
from evercart.serve.settings import Settings


class Query(msgspec.Struct):
    k: int = 1
    way: Literal["up", "down"] = "up"


async def echo(service, call):
    return {"query": call.query and msgspec.structs.asdict(call.query), "path": call.path, "who": call.caller.name}


def answered(endpoint, *, caller=LOCAL, query=b"", body=b"", kind=b"application/json"):
    asgi = {"caller": caller, "request_id": "r", "query_string": query, "path_params": {"user": "u"}}
    asgi["headers"] = [(b"content-type", kind)]

    async def receive():
        return {"type": "http.request", "body": body}

    return asyncio.run(endpoint.answer(SimpleNamespace(settings=Settings()), asgi, receive))


def test_parameters_are_read_as_their_types():
    found = answered(Endpoint("GET", "/a", "", "Say.", echo, query=Query), query=b"k=7&way=down")
    assert msgspec.json.decode(found.body) == {"query": {"k": 7, "way": "down"}, "path": {"user": "u"}, "who": "local"}


def test_a_handler_may_answer_with_more_than_json():
    async def text(service, call):
        return Reply.text("plain")

    assert answered(Endpoint("GET", "/a", "", "Say.", text)).body == b"plain"


@pytest.mark.parametrize(
    ("query", "text"),
    [
        (b"k=x", "query.k: expected int, got str"),
        (b"way=left", "query.way: invalid enum value 'left'"),
        (b"j=1", "query.j: expected one of k way, got '1'"),
        (b"k=1&k=2", "query.k: expected one value, got '1, 2'"),
    ],
)
def test_parameters_that_are_none(query, text):
    with pytest.raises(Problem) as error:
        answered(Endpoint("GET", "/a", "", "Say.", echo, query=Query), query=query)
    assert str(error.value) == text


class Perhaps(msgspec.Struct):
    k: int | None = None
    name: str | None = None


def test_null_is_no_number_but_may_be_a_name():
    endpoint = Endpoint("GET", "/a", "", "Say.", echo, query=Perhaps)
    with pytest.raises(Problem, match=r"^query.k: expected a value, got 'null'$"):
        answered(endpoint, query=b"k=null")
    assert msgspec.json.decode(answered(endpoint, query=b"name=null").body)["query"] == {"k": None, "name": "null"}


def test_a_scope_is_needed():
    endpoint = Endpoint("GET", "/a", "operate", "Say.", echo)
    with pytest.raises(NotAllowed, match=r"^key: expected one with the scope operate, got 'till'$"):
        answered(endpoint, caller=Caller("till", "k1", frozenset({"ingest"})))
    with pytest.raises(WhoAreYou, match=r"^key: expected one with the scope operate, got 'none'$"):
        answered(endpoint, caller=NOBODY)
    assert answered(endpoint, caller=Caller("boss", "k2", frozenset({"operate"}))).status == 200


def test_an_address_for_everybody_needs_no_key():
    assert answered(Endpoint("GET", "/a", "", "Say.", echo), caller=NOBODY).status == 200
