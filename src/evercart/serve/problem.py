"""Problems: errors of a caller, each with its HTTP status."""

from __future__ import annotations

from typing import ClassVar

from evercart.errors import UserError


class Problem(UserError):
    """What a caller did wrong, or has to wait for."""

    status: ClassVar[int] = 400
    retry_s: float | None = None  # after which it may help to ask again


class Unknown(Problem):
    """There is no such thing."""

    status = 404


class NotAllowed(Problem):
    """The caller is known, but may not do this."""

    status = 403


class WhoAreYou(Problem):
    """The caller is not known."""

    status = 401


class Conflict(Problem):
    """It cannot be done as things stand."""

    status = 409


class TooLarge(Problem):
    """More than one request may hold."""

    status = 413


class NoSuchForm(Problem):
    """The body is of a type that is not read here."""

    status = 415


class TooMany(Problem):
    """Asked too often, or more is waiting than may wait."""

    status = 429

    def __init__(self, text: str, retry_s: float = 1.0) -> None:
        super().__init__(text)
        self.retry_s = retry_s


class Busy(Problem):
    """The service cannot do it now."""

    status = 503

    def __init__(self, text: str, retry_s: float = 1.0) -> None:
        super().__init__(text)
        self.retry_s = retry_s
