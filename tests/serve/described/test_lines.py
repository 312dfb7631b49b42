"""Lines: addresses as curl commands."""

from __future__ import annotations

import json
import shlex
from typing import Any

from evercart.serve.described.lines import address, curl

PATH: dict[str, Any] = {"name": "item", "in": "path", "schema": {"examples": ["a/b"]}}
USER: dict[str, Any] = {"name": "user", "in": "query", "schema": {"examples": ["u&1"]}}
WHY: dict[str, Any] = {"name": "why", "in": "query", "schema": {"type": "boolean"}}


def test_an_address_takes_the_examples_in() -> None:
    assert address("/v1/similar/{item}", [PATH, USER, WHY]) == "/v1/similar/a%2Fb?user=u%261"


def test_a_shell_reads_the_line_as_it_was_meant() -> None:
    body = {"application/json": {"example": {"text": 'it\'s "so"'}}}
    said = {"parameters": [USER], "requestBody": {"content": body}, "security": [{"key": []}]}
    words = shlex.split(curl("http://shop:80", "/v1/a", "post", said))
    assert words[1:3] == ["-H", "authorization: Bearer $EVERCART_KEY"]
    assert json.loads(words[6]) == {"text": 'it\'s "so"'}
    assert words[-1] == "http://shop:80/v1/a?user=u%261"


def test_a_method_without_body_is_named() -> None:
    assert curl("http://shop", "/a", "post", {"parameters": []}) == "curl -X POST http://shop/a"
