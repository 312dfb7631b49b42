"""Messages as they go between two processes."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from evercart.serve.answering.passed import Answered, Asked, Replies, Told
from evercart.serve.answering.question import Question, Said, Status
from evercart.serve.wire import Shown

SHOWN = Shown("a", 0.5, 1, 1.0)
ROW = {"id": "d", "user": None, "event_us": 1 << 50, "chance": 0.25, "x": b"\x00\xff"}


@pytest.mark.parametrize(
    "reply",
    [
        Answered(3, Said(b'{"confirmed":false}', "popular", ROW)),
        Answered(4, None, "id: expected one that is not in the log, got 'd'", taken=True),
        Told(Status(9, {"spend": ("m", "r")}, {"recommend": [SHOWN]}, {"recommend": 20})),
    ],
)
def test_a_reply_comes_out_as_it_went_in(reply: Any) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(reply), type=Replies) == reply


def test_a_question_comes_out_as_it_went_in() -> None:
    asked = Asked(1, 7, 6, Question("spend", "d", {"user": "u", "amount": 5}, 3, True, True, True))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(asked), type=Asked) == asked
