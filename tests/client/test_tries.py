"""Tries: when a request is sent again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from evercart.client.asks import Ask
from evercart.client.failures import Failed, Refused, Unreachable
from evercart.client.tries import Answer, Lost, Patience, Send, read, tries
from evercart.errors import UserError

ASK: Ask[list[int]] = Ask("GET", "/a?user=secret", list[int])
GOOD = Answer(200, {}, b"[7]")
AWAY = Lost("ConnectError: refused", False)
CUT = Lost("ReadTimeout", True)


def _busy(status: int = 503, after: str = "") -> Answer:
    return Answer(status, {"retry-after": after} if after else {}, b'{"error": "queue: full", "request": "r1"}')


class Drive:
    """Answers tries from a list; time passes only where a client waits."""

    def __init__(self, *came: Answer | Lost, patience: Patience | None = None, ask: Ask[Any] = ASK) -> None:
        self.now_s, self.sent, self.waited = 0.0, [], []
        self._came, self._patience, self._ask = list(came), patience or Patience(), ask

    sent: list[float]
    waited: list[float]

    def run(self) -> Any:
        steps = tries(self._ask, self._patience, lambda: self.now_s, lambda: 1.0)
        step = next(steps)
        try:
            while True:
                if isinstance(step, Send):
                    self.sent.append(step.within_s)
                    step = steps.send(self._came.pop(0))
                else:
                    self.waited.append(step.s)
                    self.now_s += step.s
                    step = steps.send(None)
        except StopIteration as done:
            return done.value


@pytest.mark.parametrize("first", [AWAY, CUT, _busy(), _busy(429), Answer(502, {}, b""), Answer(504, {}, b"")])
def test_what_may_come_later_is_asked_again(first: Answer | Lost) -> None:
    drive = Drive(first, GOOD)
    assert drive.run() == [7]
    assert drive.waited == [0.1]


def test_pauses_double_up_to_a_bound() -> None:
    drive = Drive(*[AWAY] * 7, GOOD, patience=Patience(total_s=100, retries=9, most_s=1.0))
    assert drive.run() == [7]
    assert drive.waited == [0.1, 0.2, 0.4, 0.8, 1.0, 1.0, 1.0]


def test_the_service_says_how_long_to_wait() -> None:
    drive = Drive(_busy(429, "3"), GOOD)
    assert drive.run() == [7]
    assert drive.waited == [3.0]
    assert drive.sent == [10.0, 7.0]


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 415, 500, 302])
def test_a_no_is_a_no(status: int) -> None:
    drive = Drive(Answer(status, {"x-request-id": "r7"}, b'{"error": "item: expected a value", "request": "r7"}'))
    with pytest.raises(Refused, match=r"^item: expected a value$") as caught:
        drive.run()
    assert (caught.value.status, caught.value.request, drive.waited) == (status, "r7", [])


def test_tries_end() -> None:
    drive = Drive(*[AWAY] * 3, patience=Patience(retries=2))
    with pytest.raises(Unreachable, match=r"^GET /a: no answer in 3 tries: ConnectError: refused$"):
        drive.run()
    with pytest.raises(Refused, match=r"^queue: full$"):
        Drive(*[_busy()] * 3, patience=Patience(retries=2)).run()


def test_the_time_is_for_all_tries_together() -> None:
    drive = Drive(*[AWAY] * 9, patience=Patience(total_s=1.0, retries=9))
    with pytest.raises(Unreachable):
        drive.run()
    assert drive.waited == [0.1, 0.2, 0.4]
    assert sum(drive.waited) < 1.0
    waits_too_long = Drive(_busy(503, "60"))
    with pytest.raises(Refused, match="queue: full"):
        waits_too_long.run()
    assert waits_too_long.waited == []


@pytest.mark.parametrize(("came", "sent"), [([AWAY, GOOD], 2), ([CUT], 1), ([_busy(), GOOD], 2)])
def test_what_must_not_be_done_twice_is_only_sent_again_where_it_was_not_done(
    came: Sequence[Answer | Lost], sent: int
) -> None:
    drive = Drive(*came, ask=Ask("POST", "/move", list[int], b"{}", again=False))
    try:
        drive.run()
    except Unreachable as error:
        assert str(error) == "POST /move: no answer in 1 try: ReadTimeout"
    assert len(drive.sent) == sent


def test_an_answer_of_another_shape_is_told() -> None:
    with pytest.raises(Failed, match=r"^answer to GET /a: expected list, got 'Expected `array`, got `object`'$"):
        read(ASK, Answer(200, {}, b"{}"))
    with pytest.raises(Refused, match=r"^answer: expected done, got 'status 502'$"):
        read(ASK, Answer(502, {}, b"<html>"))


def test_patience_checks_itself() -> None:
    with pytest.raises(UserError, match=r"^client.timeout_s: expected more than 0, got 0$"):
        Patience(total_s=0)
    with pytest.raises(UserError, match=r"^client.retries: expected at least 0, got -1$"):
        Patience(retries=-1)
