"""Errors of a caller, each with its HTTP status."""

from __future__ import annotations

import pytest

from evercart.errors import UserError
from evercart.serve import problem


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("Problem", 400),
        ("WhoAreYou", 401),
        ("NotAllowed", 403),
        ("Unknown", 404),
        ("Conflict", 409),
        ("TooLarge", 413),
        ("NoSuchForm", 415),
        ("TooMany", 429),
        ("Busy", 503),
    ],
)
def test_each_has_its_status(name, status):
    error = getattr(problem, name)("k: expected 1, got 2")
    assert (error.status, str(error)) == (status, "k: expected 1, got 2")
    assert isinstance(error, UserError)


def test_only_who_may_come_back_is_told_when():
    assert problem.Unknown("").retry_s is None
    assert problem.Busy("").retry_s == 1.0
    assert problem.TooMany("", 3.0).retry_s == 3.0
