"""What a request carries, within bounds."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from evercart.serve.body import Gone, read_json, received
from evercart.serve.problem import NoSuchForm, Problem, TooLarge
from evercart.serve.settings import Settings


class Question(msgspec.Struct):
    user: str
    k: int = 3


def came(*messages, headers=(), **settings):
    left = list(messages)

    async def receive():
        return left.pop(0)

    found = asyncio.run(received({"headers": list(headers)}, receive, Settings(**settings)))
    return found, len(left)


def part(body, more=False):
    return {"type": "http.request", "body": body, "more_body": more}


def test_parts_are_put_together():
    headers = [(b"content-type", b"Application/JSON; charset=utf-8")]
    assert came(part(b"ab", True), part(b"c"), headers=headers)[0] == ("application/json", b"abc")


def test_more_than_may_be_is_refused_before_it_is_read():
    with pytest.raises(TooLarge, match=r"^body: expected at most 1,000 bytes, got '9,999'$"):
        came(part(b"x"), headers=[(b"content-length", b"9999")], body_mb=0.001)


def test_a_length_that_lies_helps_nobody():
    with pytest.raises(TooLarge, match=r"^body: expected at most 1,000 bytes, got 'more'$"):
        came(part(b"x" * 900, True), part(b"x" * 900, True), headers=[(b"content-length", b"5")], body_mb=0.001)


def test_a_caller_who_leaves():
    with pytest.raises(Gone):
        came(part(b"x", True), {"type": "http.disconnect"})


def test_json_of_a_type():
    assert read_json(b'{"user": "a"}', "application/json", Question, 8) == Question("a", 3)


@pytest.mark.parametrize(
    ("body", "kind", "error", "text"),
    [
        (b"{}", "text/html", NoSuchForm, "content-type: expected application/json, got 'text/html'"),
        (b"{}", "", NoSuchForm, "content-type: expected application/json, got 'none'"),
        (b"{}", "application/json", Problem, "body: object missing required field user"),
        (b'{"user": 1}', "application/json", Problem, "body.user: expected str, got int"),
        (b'{"user": "a", "k": "b"}', "application/json", Problem, "body.k: expected int, got str"),
        (b"{", "application/json", Problem, "body: expected JSON, got 'Input data was truncated'"),
    ],
)
def test_what_is_none(body, kind, error, text):
    with pytest.raises(error) as found:
        read_json(body, kind, Question, 8)
    assert str(found.value) == text


@pytest.mark.parametrize(("written", "k"), [(b"5", 5), (b"5.0", 5), (b"1e3", 1000)])
def test_a_whole_number_is_one_however_it_is_written(written, k):
    assert read_json(b'{"user": "a", "k": %s}' % written, "application/json", Question, 8).k == k


@pytest.mark.parametrize("written", [b"5.5", b'"5"', b"1e300"])
def test_what_is_no_whole_number_stays_none(written):
    with pytest.raises(Problem, match=r"^body\.k: expected int, got (float|str)$"):
        read_json(b'{"user": "a", "k": %s}' % written, "application/json", Question, 8)


def test_depth_is_bounded_on_every_way():
    deep = b'{"user": 1, "z": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    with pytest.raises(Problem, match=r"^body: expected JSON nested at most 8 deep, got 'deeper'$"):
        read_json(deep, "application/json", Question, 8)
