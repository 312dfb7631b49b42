"""Failures: why a request was not done."""

from __future__ import annotations

from evercart.errors import UserError


class Failed(UserError):
    """What a client raises."""


class Unreachable(Failed):
    """Nobody answered within the time."""


class Full(Failed):
    """More events wait in the client than may wait."""


class Refused(Failed):
    """The service answered that it will not; the text is the service's own.

    status     of HTTP
    request    number of the request in the service's log; "" where the answer bears none
    """

    def __init__(self, text: str, status: int, request: str = "") -> None:
        super().__init__(text)
        self.status, self.request = status, request
