"""What is sent back."""

from __future__ import annotations

import asyncio

from evercart.serve.reply import Reply


def sent(reply):
    messages = []

    async def send(message):
        messages.append(message)

    asyncio.run(reply.send(send))
    return messages


def test_json_has_its_type_its_length_its_status():
    start, body = sent(Reply.json({"ä": [1, None]}, 409, ((b"retry-after", b"1"),)))
    assert start["status"] == 409
    assert dict(start["headers"]) == {
        b"content-type": b"application/json",
        b"content-length": b"15",
        b"retry-after": b"1",
    }
    assert body["body"] == '{"ä":[1,null]}'.encode()


def test_text_is_utf8():
    start, body = sent(Reply.text("grün", status=503))
    assert (start["status"], body["body"]) == (503, "grün".encode())
    assert (b"content-type", b"text/plain; charset=utf-8") in start["headers"]
