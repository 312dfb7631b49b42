"""Core: what both clients share."""

from __future__ import annotations

import inspect
import subprocess
import sys
from typing import Any

import pytest

import evercart
from evercart.client import AsyncClient, Client
from evercart.client.core import summed
from evercart.errors import UserError
from evercart.serve.wire import RefusedEvent, Taken

HEAVY = ("numpy", "numba", "pyarrow", "plotly", "jinja2", "starlette", "uvicorn", "safetensors")


def test_nothing_heavy_is_imported_for_a_client() -> None:
    code = f"import sys, evercart.client; print([m for m in {HEAVY!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_evercart_alone_imports_no_http() -> None:
    code = "import sys, evercart; print('httpx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_clients_are_public_names() -> None:
    assert evercart.Client is Client
    assert evercart.AsyncClient is AsyncClient


def test_both_clients_can_do_the_same() -> None:
    def verbs(kind: type) -> dict[str, Any]:
        found = {name: one for name, one in vars(kind).items() if inspect.isfunction(one) and not name.startswith("_")}
        return {name: inspect.signature(one) for name, one in found.items()}

    assert verbs(Client) == verbs(AsyncClient)
    assert {"event", "outcome", "send", "flush", "close", "recommend", "decide"} <= set(verbs(Client))


@pytest.mark.parametrize("url", ["127.0.0.1:8321", "ftp://shop", "http://", ""])
def test_an_address_is_one_of_http(url: str) -> None:
    with pytest.raises(UserError, match=r"^client.url: expected http://… or https://…, got "):
        Client(url)


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "schlüssel"])
def test_a_key_is_checked_but_never_shown(key: str) -> None:
    with pytest.raises(UserError) as caught:
        Client(key=key)
    assert str(caught.value) == "client.key: expected a key as `evercart key create` printed it, got 'something else'"


def test_a_key_is_not_in_what_is_printed() -> None:
    with Client("http://shop/", key="secret") as client:
        assert repr(client) == "Client('http://shop')"


def test_what_became_of_several_requests_is_summed() -> None:
    refused = RefusedEvent(1, "item", "a value", "null", "item: expected a value, got null")
    assert summed([Taken(2, 1, [], 7), Taken(1, 0, [refused], 9, orphans=1)]) == Taken(3, 1, [refused], 9, orphans=1)
    assert summed([]) == Taken(0, 0, [], 0)
