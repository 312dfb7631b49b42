"""Lock-out: who showed wrong keys has to wait, longer each time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from evercart.errors import expected
from evercart.serve.problem import TooMany
from evercart.units import MINUTE_S

_MOST: Final = 1_024  # addresses that are remembered; who failed longest ago is forgotten first


@dataclass(frozen=True)
class Patience:
    """How many failures are free, how long the waits are that follow.

    free        failures that cost nothing
    first_s     wait after one more; it doubles each time
    most_s      wait at most
    forget_s    after which failures are forgotten
    """

    free: int = 5
    first_s: float = 10
    most_s: float = 15 * MINUTE_S
    forget_s: float = 15 * MINUTE_S


class _Failures(NamedTuple):
    number: int
    last_s: float
    until_s: float


class Lockout:
    """Failures by address.

    >>> lockout = Lockout(lambda: 0.0, Patience(free=1))
    >>> lockout.failed("192.0.2.7")
    >>> lockout.require("192.0.2.7")
    Traceback (most recent call last):
    evercart.serve.problem.TooMany: login: expected a pause of 10 s after 1 wrong keys, got 'none'
    """

    def __init__(self, now_s: Callable[[], float], patience: Patience | None = None, most: int = _MOST) -> None:
        self._now_s, self._patience, self._most = now_s, patience or Patience(), most
        self._failures: dict[str, _Failures] = {}

    def __len__(self) -> int:
        return len(self._failures)

    def require(self, address: str) -> None:
        """Raise `TooMany` for an address that has to wait."""
        found = self._failures.get(address)
        left_s = found.until_s - self._now_s() if found else 0
        if found and left_s > 0:
            rule = f"a pause of {found.until_s - found.last_s:.0f} s after {found.number} wrong keys"
            raise TooMany(expected("login", rule, "none"), left_s)

    def failed(self, address: str) -> None:
        """Note a wrong key."""
        now_s, patience = self._now_s(), self._patience
        found = self._failures.pop(address, None)
        old = found is None or now_s - found.last_s > max(patience.forget_s, found.until_s - found.last_s)
        count = 1 if old or found is None else found.number + 1
        beyond = min(count - patience.free, 64)
        wait_s = min(patience.most_s, patience.first_s * 2**beyond) if beyond >= 0 else 0
        self._failures[address] = _Failures(count, now_s, now_s + wait_s)
        if len(self._failures) > self._most:
            del self._failures[next(iter(self._failures))]

    def passed(self, address: str) -> None:
        """Forget the failures of an address that showed a right key."""
        self._failures.pop(address, None)
