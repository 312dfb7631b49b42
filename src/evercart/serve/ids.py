"""Ids: names of decisions, drawn many at a time."""

from __future__ import annotations

import secrets
from typing import Final

_BYTES: Final = 16
_AT_ONCE: Final = 256  # a draw from the system for each would cost more than the answer's JSON


class Ids:
    """Random names of 128 bits; used by one thread.

    >>> ids = Ids()
    >>> len(ids()), ids() != ids()
    (32, True)
    """

    def __init__(self) -> None:
        self._drawn: list[str] = []

    def __call__(self) -> str:
        """Return a name that nobody has."""
        if not self._drawn:
            text = secrets.token_hex(_BYTES * _AT_ONCE)
            self._drawn = [text[at : at + 2 * _BYTES] for at in range(0, len(text), 2 * _BYTES)]
        return self._drawn.pop()
