"""The front: numbers, callers, errors, headers, lines in the log, whatever is sent."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

import httpx
import pytest
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route, Router

from evercart.serve.api import endpoints
from evercart.serve.body import Gone
from evercart.serve.front import OURS, Front
from evercart.serve.http import application
from evercart.serve.logs import ACCESS
from evercart.serve.problem import Busy
from evercart.serve.service import Service
from evercart.shop import Shop

HOME = "http://127.0.0.1:8321"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Shop.open(tmp_path / "shop", create=True) as shop:
        service = Service(shop)
        yield service
        service.access.stop()
        service.keys.close()


@asynccontextmanager
async def asking(app: Any) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=HOME) as client:
        yield client


def ask(app: Any, method: str, path: str, **options: Any) -> httpx.Response:
    async def send() -> httpx.Response:
        async with asking(app) as client:
            return await client.request(method, path, **options)

    return asyncio.run(send())


def with_keys(service: Service, *scopes: str) -> str:
    text = service.keys.create("site", scopes).text
    service.keys._next_look_s = 0  # as a second later
    return text


def fronted(service: Service, answer: Any, *methods: str) -> Front:
    """Return the front with one address of a test's own behind it."""
    return Front(Router([Route("/own/{name}", answer, methods=list(methods) or ["GET"])]), service)


def test_every_answer_has_a_number_and_what_keeps_browsers_honest(service: Service) -> None:
    app = application(service)
    for path in ("/healthz", "/nothing", "/"):
        headers = ask(app, "GET", path).headers
        assert re.fullmatch(r"[0-9a-f]{16}", headers["x-request-id"])
        assert headers.get_list("x-content-type-options") == ["nosniff"]
        assert headers.get_list("referrer-policy") == ["same-origin"]
        assert headers.get_list("cross-origin-resource-policy") == ["same-origin"]
        assert headers.get_list("cache-control") == ["no-store"]


def test_numbers_differ(service: Service) -> None:
    app = application(service)
    assert len({ask(app, "GET", "/healthz").headers["x-request-id"] for _ in range(20)}) == 20


@pytest.mark.parametrize("number", ["a", "A-1._b", "0" * 64])
def test_a_caller_s_own_number_is_taken(service: Service, number: str) -> None:
    app = application(service)
    assert ask(app, "GET", "/healthz", headers={"x-request-id": number}).headers["x-request-id"] == number
    assert ask(app, "GET", "/nothing", headers={"x-request-id": number}).json()["request"] == number


@pytest.mark.parametrize(
    "number", [b"", b"0" * 65, b"a b", b"a\r\nset-cookie: x=1", b"a\n", b"\xff", b"<b>", b'a"', b"a,b", b"../x"]
)
def test_other_numbers_are_not(service: Service, number: bytes) -> None:
    found = ask(application(service), "GET", "/healthz", headers={"x-request-id": number}).headers
    assert re.fullmatch(r"[0-9a-f]{16}", found["x-request-id"])
    assert "set-cookie" not in found


def test_what_leads_nowhere_is_told_as_json(service: Service) -> None:
    answer = ask(application(service), "GET", "/v1/nothing")
    assert answer.status_code == 404
    assert answer.json()["error"] == "address: expected one of the service's, got '/v1/nothing'"
    assert answer.json()["request"] == answer.headers["x-request-id"]


def test_a_wrong_method_is_told_with_the_right_ones(service: Service) -> None:
    answer = ask(application(service), "DELETE", "/healthz")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
    assert answer.json()["error"] == "method: expected one of GET HEAD, got 'DELETE'"
    both = ask(application(service), "PUT", "/login")
    assert both.headers["allow"] == "GET, HEAD, POST"


def test_head_is_get_without_a_body(service: Service) -> None:
    got, head = (ask(application(service), method, "/healthz") for method in ("GET", "HEAD"))
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"] == "6"


def test_errors_become_answers(service: Service) -> None:
    def answer(request: Any) -> Response:
        raise {"busy": Busy("queue: expected less", 2.2), "ours": KeyError("household-17")}[request.path_params["name"]]

    app = fronted(service, answer)
    busy = ask(app, "GET", "/own/busy")
    assert (busy.status_code, busy.headers["retry-after"]) == (503, "3")
    ours = ask(app, "GET", "/own/ours")
    assert (ours.status_code, ours.json()["error"]) == (500, OURS)
    assert "household" not in ours.text
    assert service.metrics.faults == 1


def test_wrong_keys_and_no_keys(service: Service) -> None:
    key = with_keys(service, "read")
    app = application(service)
    wrong = ask(app, "GET", "/healthz", headers={"authorization": "Bearer ev_00000000_secret"})
    assert (wrong.status_code, wrong.headers["www-authenticate"]) == (401, 'Bearer realm="evercart"')
    assert wrong.json()["error"] == "key: expected one that this shop knows, got one it does not"
    assert "secret" not in wrong.text
    assert ask(app, "GET", "/healthz").status_code == 200
    assert ask(app, "GET", "/healthz", headers={"authorization": f"Bearer {key}"}).status_code == 200


def test_without_keys_a_foreign_host_is_refused(service: Service) -> None:
    answer = ask(application(service), "GET", "/healthz", headers={"host": "evil.example"})
    assert answer.status_code == 403
    assert answer.json()["error"].startswith("host: expected a loopback name while the shop has no key")


def test_each_address_wants_its_scope(service: Service) -> None:
    keys = {scope: service.keys.create(scope, [scope]).text for scope in ("ingest", "decide", "read", "operate")}
    service.keys._next_look_s = 0
    app = application(service)
    told = [one for one in endpoints(service) if one.scope]
    for one in told:
        path = one.path.replace("{", "").replace("}", "")
        for scope, key in keys.items():
            answer = ask(app, one.method, path, headers={"authorization": f"Bearer {key}"})
            refused = answer.status_code == 403
            assert refused == (scope != one.scope), (one.method, path, scope)
            if refused:
                text = f"key: expected one with the scope {one.scope}, got '{scope}'"
                assert answer.json()["error"] == text
        assert ask(app, one.method, path).status_code == 401, path
    assert told


def test_no_header_can_be_made_of_what_is_sent(service: Service) -> None:
    def answer(request: Any) -> Response:
        return PlainTextResponse("x", headers={"x-said": request.path_params["name"]})

    app = fronted(service, answer)
    assert ask(app, "GET", "/own/good").headers["x-said"] == "good"
    for evil in ("a%0d%0aset-cookie:%20x=1", "a%0aset-cookie:%20x=1", "a%0d", "a%00"):
        spoilt = ask(app, "GET", f"/own/{evil}")
        assert spoilt.status_code == 500
        assert "set-cookie" not in spoilt.headers
        assert "x-said" not in spoilt.headers


@pytest.mark.parametrize("name", ["shop.key", "keys.db", "session.key", "shop.toml"])
def test_no_path_leads_to_a_shop_s_secrets(service: Service, name: str) -> None:
    service.sessions.csrf(None)
    service.keys.create("site", ["read"])
    hidden = (Path(service.shop.folder) / name).read_bytes()
    app = application(service)
    for path in (
        f"/static/../{name}",
        f"/static/..%2f{name}",
        f"/static/%2e%2e/{name}",
        f"/static/%2e%2e%2f%2e%2e%2f{name}",
        f"/static/..%5c{name}",
        f"/static/0123456789abcdef/{name}",
        f"/static/0123456789abcdef/..%2f..%2f{name}",
        f"/static//{name}",
        f"{HOME}//{name}",
        f"/{name}",
        f"/static/%252e%252e/{name}",
        f"/static/..;/{name}",
        f"/{name}%00",
        f"/static/0123456789abcdef/{name}%00.css",
    ):
        answer = ask(app, "GET", path, headers={"authorization": ""})
        assert answer.status_code in (303, 401, 403, 404), path
        assert hidden not in answer.content


def test_a_line_for_each_request_that_names_nobody(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    key = with_keys(service, "read", "ingest")
    app = application(service)
    with caplog.at_level(logging.INFO, "evercart.access"):
        bearer = {"authorization": f"Bearer {key}", "x-request-id": "mine"}
        ask(app, "GET", "/v1/profile/household-17?item=secret-9", headers=bearer)
        ask(app, "POST", "/v1/events", headers=bearer, content=b"{")
        ask(app, "GET", "/household-17", headers=bearer)
        ask(app, "BREW", "/healthz", headers=bearer)
        service.access.stop()
    lines = [json.loads(record.getMessage()) for record in caplog.records if record.name == ACCESS.name]
    assert [line["id"] for line in lines] == ["mine"] * 4
    assert (lines[1]["route"], lines[1]["method"], lines[1]["bytes_in"]) == ("/v1/events", "POST", 1)
    assert (lines[2]["route"], lines[2]["status"]) == ("-", 404)
    assert (lines[3]["method"], lines[3]["status"]) == ("OTHER", 405)
    assert {line["key"] for line in lines} == {key.split("_")[1]}
    assert all(line["micros"] > 0 and line["bytes_out"] > 0 for line in lines)
    for word in ("household", "secret", key.split("_")[2]):
        assert word not in caplog.text


def test_requests_are_counted_by_template(service: Service) -> None:
    app = fronted(service, lambda request: PlainTextResponse("x"))
    for name in "abc":
        ask(app, "GET", f"/own/{name}")
    ask(app, "POST", "/own/a")
    assert service.metrics.requests == {("/own/{name}", "GET", 200): 3, ("/own/{name}", "POST", 405): 1}


def test_a_stream_is_counted_without_its_length(service: Service) -> None:
    async def news() -> AsyncIterator[bytes]:
        yield b"data: 1\n\n"

    app = fronted(service, lambda request: StreamingResponse(news(), media_type="text/event-stream"))
    assert ask(app, "GET", "/own/a").status_code == 200
    assert service.metrics.requests == {("/own/{name}", "GET", 200): 1}
    assert service.metrics.latencies == {}


def test_a_caller_that_went_away_is_noted(service: Service) -> None:
    def answer(request: Any) -> Response:
        raise Gone

    async def send(message: Any) -> None:
        raise AssertionError(message)

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": "/own/a", "headers": [(b"host", b"localhost")]}
    asyncio.run(fronted(service, answer)(scope | {"client": None, "query_string": b""}, receive, send))
    assert service.metrics.requests == {("/own/{name}", "GET", 499): 1}


def test_passing_the_front_is_cheap(service: Service) -> None:
    key = with_keys(service, "read")
    sizes = []

    async def nothing(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]})
        await send({"type": "http.response.body", "body": b"x"})

    async def send(message: Any) -> None:
        sizes.append(message)

    async def measure() -> float:
        front = Front(nothing, service)
        headers = [(f"x-header-{n}".encode(), b"value") for n in range(8)]
        headers.append((b"authorization", f"Bearer {key}".encode()))
        best = 1.0
        for _ in range(20):
            began = perf_counter()
            for _ in range(200):
                await front({"type": "http", "method": "GET", "headers": list(headers)}, None, send)  # type: ignore[arg-type]
            best = min(best, (perf_counter() - began) / 200)
        return best

    assert asyncio.run(measure()) < 100e-6  # about 15 µs on a quiet machine
