"""A server that fails as it is told."""

from __future__ import annotations

import httpx
import pytest

from evercart.testing.scripted import Scripted, busy, hangs_up, no
from evercart.testing.serving import listening


def test_it_follows_its_script_then_answers_always() -> None:
    app = Scripted([busy(429, "7"), hangs_up, no(403)])
    with listening(app) as url, httpx.Client(base_url=url) as client:
        first = client.post("/v1/events", json=[{"id": "a"}])
        assert (first.status_code, first.headers["retry-after"]) == (429, "7")
        with pytest.raises(httpx.RemoteProtocolError):
            client.get("/x?q=1")
        assert client.get("/x").status_code == 403
        assert client.post("/v1/events", json=[{}, {}]).json()["accepted"] == 2
    assert [(request.method, request.path, request.query) for request in app.came[:2]] == [
        ("POST", "/v1/events", ""),
        ("GET", "/x", "q=1"),
    ]
    assert app.came[0].events == [{"id": "a"}]
    assert app.came[0].headers["content-type"] == "application/json"
