"""Rhythm: duties that come round, not too often, with patience where they fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from evercart.errors import Passing

_FIRST_S, _MOST_S = 0.25, 5.0  # how long what fails is left alone: twice as long each time
_TWICE: Final = 2.0


class Every:
    """A duty that is due so many seconds after it was begun last.

    wall_s    the clock
    share     of the time that it may take at most: what takes longer is due later
    told      takes what went wrong, "" once it has gone well

    >>> now = [0.0]
    >>> duty = Every(lambda: None, 10, lambda: now[0])
    >>> duty.on_time(), duty.on_time()
    (True, False)
    """

    def __init__(
        self,
        do: Callable[[], object],
        seconds: float,
        wall_s: Callable[[], float],
        *,
        share: float = 1.0,
        told: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._do, self._seconds, self._wall_s, self._share, self._told = do, seconds, wall_s, share, told
        self._next_s, self._wait_s = wall_s(), _FIRST_S

    def on_time(self) -> bool:
        """Do it, if it is due; return whether that went well. What may pass by itself is told, tried again later."""
        began_s = self._wall_s()
        if began_s < self._next_s:
            return False
        try:
            self._do()
        except Passing as error:
            self._told(str(error))
            self._next_s, self._wait_s = self._wall_s() + self._wait_s, min(self._wait_s * _TWICE, _MOST_S)
            return False
        rest_s = (self._wall_s() - began_s) / self._share
        self._next_s, self._wait_s = began_s + max(self._seconds, rest_s), _FIRST_S
        self._told("")
        return True
