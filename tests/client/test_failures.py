"""Failures: what a client raises is what a user may catch as one."""

from __future__ import annotations

from evercart import UserError
from evercart.client import Failed, Full, Refused, Unreachable


def test_all_are_errors_that_a_user_can_cause() -> None:
    for kind in (Full, Refused, Unreachable):
        assert issubclass(kind, Failed)
    assert issubclass(Failed, UserError)


def test_a_refusal_says_what_the_service_said() -> None:
    refused = Refused("item: expected a value", 400, "r1")
    assert (str(refused), refused.status, refused.request) == ("item: expected a value", 400, "r1")
