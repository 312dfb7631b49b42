"""Texts are told apart over real HTTP: an answer, or a fault that says why."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pyarrow as pa
import pytest

from evercart.client import Client
from evercart.config import FILE
from evercart.serve.settings import Settings
from evercart.shop import Shop
from evercart.testing.chatting import WORDS, chatting
from evercart.testing.serving import served

SETTINGS = """\
name = "talk"
apps = ["classify"]
[classify]
texts = "ngrams"
features = 512
window_s = 14400
"""


@pytest.fixture(scope="module")
def talking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Return a shop of messages that has learned."""
    folder = tmp_path_factory.mktemp("talk") / "shop"
    with Shop.open(folder, create=True):
        (folder / FILE).write_text(SETTINGS)
    with Shop.open(folder) as shop:
        rows = chatting(400)
        shop.log.import_history("history", lambda skip: iter([rows.slice(skip)]))
        shop.run()
        yield shop


@pytest.fixture(scope="module")
def where(talking: Shop) -> Iterator[str]:
    with served(talking, Settings(wait_ms=10_000, deadline_ms=20_000)) as where:
        ends = time.monotonic() + 60
        while httpx.get(f"{where}/readyz").status_code != 200 and time.monotonic() < ends:
            time.sleep(0.05)
        yield where


def ask(where: str, body: Any) -> tuple[int, dict[str, Any]]:
    found = httpx.post(f"{where}/v1/classify/decide", json=body, timeout=30)
    return found.status_code, found.json()


def test_a_label_is_answered_logged_then_told(talking: Shop, where: str) -> None:
    status, said = ask(where, {"text": "parcel late please", "user": "u1", "id": "mine"})
    assert (status, said["decision"], said["app"], said["unit"]) == (200, "mine", "classify", "chance")
    assert (said["label"], said["unknown"], said["confirmed"], said["fallback"]) == ("delivery", False, True, "")
    assert said["guess"] == said["likely"][0]["chance"] > 0.4
    assert {one["label"] for one in said["likely"]} == set(WORDS)
    (at,) = talking.log.find(pa.chunked_array([["mine"]]))
    (row,) = talking.log.names(int(at), int(at) + 1).to_pylist()
    assert (row["app"], row["text"], row["user"], row["label"]) == ("classify", "parcel late please", "u1", None)
    assert (row["guess"], row["revision"]) == (said["guess"], said["revision"])
    assert json.loads(row["properties"])["label"] == "delivery"
    assert ask(where, {"text": "again", "id": "mine"})[0] == 409


def test_what_looks_like_nothing_known_is_flagged(where: str) -> None:
    status, said = ask(where, {"text": "zebra quixotic xylophone juxtaposed"})
    assert (status, said["unknown"]) == (200, True)


@pytest.mark.parametrize("text", ["a" * 200_000, "Привет 你好 hello مرحبا 🛒", " ", "\x00", "退款"])
def test_any_text_is_answered(where: str, text: str) -> None:
    status, said = ask(where, {"text": text})
    assert status == 200
    assert said["label"] in WORDS


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "body: object missing required field text"),
        ({"text": 5}, "body.text: expected str, got int"),
        ({"text": None}, "body.text: expected str, got null"),
        ({"text": ["a"]}, "body.text: expected str, got array"),
        ({"text": ""}, "decide classify.text: expected a text, got ''"),
        ({"text": "a", "label": "refund"}, "body: object contains unknown field label"),
    ],
)
def test_what_is_no_question_says_why(where: str, body: Any, text: str) -> None:
    status, said = ask(where, body)
    assert (status, said["error"]) == (400, text)


def test_more_than_a_megabyte_is_refused(where: str) -> None:
    status, said = ask(where, {"text": "a" * 1_000_001})
    assert 400 <= status < 500
    assert " expected " in said["error"]


def test_half_a_letter_is_refused(where: str) -> None:
    found = httpx.post(f"{where}/v1/classify/decide", content=b'{"text": "\\ud800"}')
    assert 400 <= found.status_code < 500


def test_the_document_knows_the_question_and_the_answer(where: str) -> None:
    paths = httpx.get(f"{where}/openapi.json").json()
    assert "/v1/classify/decide" in paths["paths"]
    assert {"label", "unknown", "likely"} <= set(paths["components"]["schemas"]["Guessed"]["properties"])


@pytest.mark.parametrize("path", ["/", "/apps/classify", "/decisions", "/decisions/page", "/try?app=classify"])
def test_pages_are_shown(where: str, path: str) -> None:
    ask(where, {"text": "where is my parcel", "id": "page"})
    found = httpx.get(f"{where}{path}", follow_redirects=True)
    assert found.status_code == 200, path
    if path == "/decisions/page":
        assert "The answer is a label" in found.text


def test_a_client_is_told_the_label(where: str) -> None:
    with Client(where) as shop:
        said = shop.decide("classify", text="money back")
        assert said.label == "refund"
        assert said.unknown is False
