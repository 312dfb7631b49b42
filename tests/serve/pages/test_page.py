"""What every page shares."""

from __future__ import annotations

import logging

import pytest

from evercart.serve import pages
from evercart.serve.caller import NOBODY, Caller
from evercart.serve.front import OURS
from evercart.serve.pages import page
from evercart.serve.pages.entrance import csrf_of
from evercart.serve.pages.page import CSP, Page


def test_each_page_forbids_what_is_not_of_this_service(empty) -> None:
    headers = empty.get("/").headers
    assert headers["content-security-policy"] == CSP
    assert "'unsafe-eval'" not in CSP
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"


def test_a_page_can_be_read_by_keyboard_and_by_ear(empty) -> None:
    text = empty.get("/").text
    assert '<html lang="en">' in text
    assert (
        text.index('class="skip" href="#main"') < text.index("<header") < text.index('<main id="main" tabindex="-1">')
    )
    assert text.count("<h1>") == 1
    assert '<nav aria-label="Pages">' in text
    assert '<a href="/" aria-current="page">' in text
    assert "<script>" not in text
    assert " onclick" not in text


def test_a_language_is_remembered(empty) -> None:
    assert '<html lang="zh">' in empty.get("/", headers={"accept-language": "zh-CN,en;q=0.5"}).text
    assert '<html lang="en">' in empty.get("/", headers={"accept-language": "de"}).text
    assert '<html lang="zh">' in empty.get("/?lang=zh").text
    assert '<html lang="zh">' in empty.get("/", headers={"accept-language": "de"}).text


def test_there_is_a_page_for_what_is_not_there(empty) -> None:
    answer = empty.get("/no%3Cb%3Ewhere")
    assert answer.status_code == 404
    assert "expected one of the service&#39;s, got &#39;/no&lt;b&gt;where&#39;" in answer.text
    said = empty.get("/nowhere", headers={"accept": "application/json"})
    assert (said.status_code, said.json()["error"]) == (404, "address: expected one of the service's, got '/nowhere'")


def test_who_may_not_is_told_so_who_is_not_known_logs_in(empty, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "page_caller", lambda service, request: Caller("till", "1", frozenset({"ingest"})))
    answer = empty.get("/")
    assert answer.status_code == 403
    assert "key: expected one with the scope read, got &#39;till&#39;" in answer.text
    monkeypatch.setattr(page, "page_caller", lambda service, request: NOBODY)
    answer = empty.get("/?a=1&b=%22")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/%3Fa%3D1%26b%3D%2522")


async def _fails(visit: page.Visit) -> page.Response:
    text = "the key of the safe is 1234"
    raise ValueError(text)


async def _echoes(visit: page.Visit) -> page.Response:
    return await visit.page("fault.html.j2", code=200, error=str(dict(visit.form)), number="")


@pytest.fixture
def acting(empty, monkeypatch: pytest.MonkeyPatch):
    """A service with two pages more."""
    more = (Page("GET", "/fails", "read", _fails), Page("POST", "/echo", "operate", _echoes))
    monkeypatch.setattr(pages, "PAGES", (*more, *pages.PAGES))
    return type(empty)(empty.service)


def test_a_fault_of_ours_is_no_secret_yet_tells_none(acting, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        answer = acting.get("/fails")
    assert answer.status_code == 500
    assert OURS.replace("'", "&#39;") in answer.text
    assert "1234" not in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert answer.headers["x-request-id"] in caplog.text


def test_a_form_of_another_site_is_refused(acting) -> None:
    token = csrf_of(acting.service, None)
    assert "&#39;a&#39;: &#39;&lt;b&gt;&#39;" in acting.post("/echo", {"a": "<b>"}, csrf=token).text
    for wrong in ("guessed", ""):
        answer = acting.post("/echo", {"a": "1"}, csrf=wrong)
        assert answer.status_code == 403
        assert "csrf: expected the token of the page that holds the form" in answer.text


def test_a_form_is_a_form(acting) -> None:
    answer = acting.send("POST", "/echo", content=b"{}", headers={"content-type": "application/json"})
    assert answer.status_code == 415
    many = acting.send("POST", "/echo", data={f"f{at}": "1" for at in range(600)})
    assert many.status_code == 400
    assert "form: expected at most 500 fields in UTF-8" in many.text


def test_a_greeting_says_only_what_the_language_file_says(empty) -> None:
    assert "You are logged out." in empty.get("/?said=logged_out").text
    assert "evil" not in empty.get("/?said=evil").text


def test_tokens_differ_between_services(empty) -> None:
    assert len(csrf_of(empty.service, None)) >= 32
