"""Statuses: what an address may answer."""

from __future__ import annotations

from evercart.serve.described.statuses import about, headers, statuses
from evercart.serve.endpoint import Call, Endpoint
from evercart.serve.service import Service
from evercart.serve.wire import Promote, Rollback


async def _nothing(service: Service, call: Call) -> None:
    return None


def test_they_follow_from_what_an_address_takes() -> None:
    assert statuses(Endpoint("GET", "/a", "", "A.", _nothing)) == [200, 401, 403, 429]
    assert statuses(Endpoint("GET", "/a", "", "A.", _nothing, query=Rollback)) == [200, 400, 401, 403, 429]
    assert statuses(Endpoint("GET", "/a", "read", "A.", _nothing, statuses=(404,))) == [200, 401, 403, 404, 429]
    told = Endpoint("POST", "/a", "operate", "A.", _nothing, takes=Promote, statuses=(409,))
    assert statuses(told) == [200, 400, 401, 403, 409, 413, 415, 429]


def test_who_has_to_wait_is_told_how_long() -> None:
    assert list(headers(503)) == ["x-request-id", "retry-after"]
    assert list(headers(200)) == ["x-request-id"]


def test_every_status_has_words() -> None:
    assert about(404) == "There is no such thing."
    assert about(418) == "I'm a Teapot."
