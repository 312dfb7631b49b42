"""Logging in."""

from __future__ import annotations

import re

import httpx
import pytest

from evercart.serve.keystore import KeyStore
from evercart.serve.pages.login import onward
from evercart.serve.settings import Settings
from evercart.testing.serving import served


@pytest.mark.parametrize(
    "evil", ["//evil", "/\\evil", "https://evil", "javascript:alert(1)", "", "/a\r\nset-cookie: x", "/\t/evil"]
)
def test_nobody_is_sent_elsewhere(evil: str) -> None:
    assert onward(evil) == "/"


def test_a_shop_without_keys_says_how_the_first_is_made(empty) -> None:
    text = empty.get("/login").text
    assert "evercart key create NAME --scope read --scope operate" in text
    assert "<form method" not in text


def key_of(browser, *scopes: str) -> str:
    """Make the shop's first key."""
    keys = browser.service.keys
    text = keys.create("ann", scopes).text
    keys._next_look_s = 0  # as a second later
    return text


def token_of(page: httpx.Response) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', page.text)
    assert found
    return found[1]


def test_who_has_a_key_logs_in_looks_logs_out(empty) -> None:
    key = key_of(empty, "read")
    sent = empty.get("/?kind=order")
    assert (sent.status_code, sent.headers["location"]) == (303, "/login?next=/%3Fkind%3Dorder")
    page = empty.get("/login?next=/")
    answer = empty.post("/login", {"key": f" {key} ", "next": "/"}, csrf=token_of(page))
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly; SameSite=Lax" in cookie
    assert key not in cookie
    first = empty.get("/")
    assert first.status_code == 200
    assert "ann" in first.text
    assert empty.get("/login").status_code == 303

    wrong = empty.post("/logout", {}, csrf=token_of(page))
    assert wrong.status_code == 403
    out = empty.post("/logout", {}, csrf=token_of(first))
    assert (out.status_code, out.headers["location"]) == (303, "/login?said=logged_out")
    replayed = empty.get("/", headers={"cookie": cookie.split(";")[0]})
    assert replayed.status_code == 303


def test_a_wrong_key_is_told_and_five_of_them_lock_the_door(empty) -> None:
    key = key_of(empty, "read")
    token = token_of(empty.get("/login"))
    for _ in range(5):
        answer = empty.post("/login", {"key": "ev_00000000_<b>"}, csrf=token)
        assert answer.status_code == 401
        assert "key: expected one that this shop knows, got one it does not" in answer.text
        assert "ev_00000000" not in answer.text
        assert "set-cookie" not in answer.headers
    answer = empty.post("/login", {"key": key}, csrf=token)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
    assert "login: expected a pause of 10 s after 5 wrong keys" in answer.text


def test_no_other_site_logs_anyone_in(empty) -> None:
    key = key_of(empty, "read")
    token = token_of(empty.get("/login"))
    answer = empty.post("/login", {"key": key}, csrf=token, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_key_taken_back_ends_its_sessions(empty) -> None:
    key = key_of(empty, "read")
    empty.post("/login", {"key": key}, csrf=token_of(empty.get("/login")))
    assert empty.get("/").status_code == 200
    KeyStore(empty.service.keys.path.parent, empty.service.shop.clock).revoke("ann")
    empty.service.keys._next_look_s = 0
    assert empty.get("/").status_code == 303


@pytest.mark.parametrize(("proxies", "secure"), [(("127.0.0.1",), True), ((), False)])
def test_only_a_proxy_that_is_named_says_that_it_is_https(empty, proxies: tuple[str, ...], secure: bool) -> None:
    key = key_of(empty, "read")
    with served(empty.service.shop, Settings(proxies=proxies)) as url, httpx.Client(base_url=url) as client:
        client.headers.update({"x-forwarded-proto": "https", "x-forwarded-for": "203.0.113.7"})
        token = token_of(client.get("/login"))
        cookie = client.post("/login", data={"key": key, "csrf": token}).headers["set-cookie"]
        assert cookie.startswith("__Host-") == cookie.endswith("; Secure") == secure
