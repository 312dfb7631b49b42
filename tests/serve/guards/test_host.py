"""A shop without keys is for this machine alone, whatever a browser is made to send."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from evercart.errors import UserError
from evercart.serve.guards.host import is_loopback, require_own, require_safe
from evercart.serve.keys import Keys
from evercart.serve.problem import NotAllowed

CLIENT = ("127.0.0.1", 40_000)
OWN: dict[str, dict[str, str]] = {
    "a program": {"host": "127.0.0.1:8321"},
    "a name": {"host": "localhost:8321"},
    "a name in capitals": {"host": "LOCALHOST:8321", "origin": "http://localhost:8321"},
    "the sixth version": {"host": "[::1]:8321"},
    "no port": {"host": "[::1]"},
    "another address of this machine": {"host": "127.9.9.9"},
    "our page": {"host": "localhost:8321", "origin": "http://localhost:8321", "sec-fetch-site": "same-origin"},
    "typed in": {"host": "localhost:8321", "sec-fetch-site": "none", "sec-fetch-mode": "navigate"},
    "a link elsewhere": {"host": "localhost:8321", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"},
}
TAIL = "while the shop has no key; see evercart key create, got"
FOREIGN: dict[str, tuple[dict[str, str], str]] = {
    "no host": ({}, f"host: expected a loopback name {TAIL} 'none'"),
    "a name made to lead here": (
        {"host": "evil.example:8321"},
        f"host: expected a loopback name {TAIL} 'evil.example:8321'",
    ),
    "a name that begins well": ({"host": "localhost.evil.example"}, "host: expected a loopback name"),
    "an address that begins well": ({"host": "127.0.0.1.evil.example"}, "host: expected a loopback name"),
    "an account before the name": ({"host": "localhost@evil.example"}, "host: expected a loopback name"),
    "all addresses": ({"host": "0.0.0.0:8321"}, "host: expected a loopback name"),
    "the neighbour": ({"host": "192.168.1.7:8321"}, "host: expected a loopback name"),
    "two ports": ({"host": "localhost:1:2"}, "host: expected a loopback name"),
    "no digits": ({"host": "localhost:\xb2"}, "host: expected a loopback name"),
    "a foreign page": (
        {"host": "localhost:8321", "origin": "https://evil.example"},
        f"origin: expected this service's own {TAIL} 'https://evil.example'",
    ),
    "another page of this machine": (
        {"host": "localhost:8321", "origin": "http://localhost:3000"},
        f"origin: expected this service's own {TAIL} 'http://localhost:3000'",
    ),
    "a page without an origin": ({"host": "localhost:8321", "origin": "null"}, f"{TAIL} 'null'"),
    "an empty origin": ({"host": "localhost:8321", "origin": ""}, f"{TAIL} ''"),
    "an image on a foreign page": (
        {"host": "localhost:8321", "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"},
        f"sec-fetch-site: expected same-origin or none {TAIL} 'cross-site'",
    ),
    "through a proxy": (
        {"host": "localhost:8321", "x-forwarded-for": "203.0.113.7"},
        f"x-forwarded-for: expected none {TAIL} 'one'",
    ),
}


def headers(said: dict[str, str]) -> dict[bytes, bytes]:
    return {name.encode(): value.encode("latin-1") for name, value in said.items()}


@pytest.mark.parametrize("case", OWN)
def test_own_requests_pass(case: str) -> None:
    require_own({"client": CLIENT}, headers(OWN[case]))


@pytest.mark.parametrize("case", FOREIGN)
def test_foreign_requests_are_refused(case: str) -> None:
    said, text = FOREIGN[case]
    with pytest.raises(NotAllowed) as caught:
        require_own({"client": CLIENT}, headers(said))
    assert text in str(caught.value)


def test_a_client_from_elsewhere_is_refused() -> None:
    with pytest.raises(NotAllowed) as caught:
        require_own({"client": ("192.168.1.7", 5)}, headers({"host": "localhost"}))
    assert str(caught.value) == f"client: expected this machine {TAIL} '192.168.1.7'"
    require_own({"client": None}, headers({"host": "localhost"}))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "localhost", "::1", "[::1]"])
def test_loopback(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "0.0.0.0", "::", "192.168.1.7", "shop.example", "localhost.", "127.1"])
def test_not_loopback(host: str) -> None:
    assert not is_loopback(host)


def test_without_keys_only_loopback_is_bound(tmp_path: Path) -> None:
    with closing(Keys(tmp_path)) as keys:
        require_safe("127.0.0.1", keys)
        with pytest.raises(UserError) as caught:
            require_safe("0.0.0.0", keys)
        assert str(caught.value) == f"--host: expected a loopback address {TAIL} '0.0.0.0'"


def test_with_keys_any_address_is_bound(tmp_path: Path) -> None:
    with closing(Keys(tmp_path)) as keys:
        keys.create("site", ["read"])
        keys.revoke("site")
    with closing(Keys(tmp_path)) as keys:
        require_safe("0.0.0.0", keys)
