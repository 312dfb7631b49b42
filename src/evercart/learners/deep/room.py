"""Room: what is said where memory does not suffice for a step of a network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from evercart.errors import UserError, expected
from evercart.learners.deep.extra import torch

_ASKED = re.compile(r"tried to allocate ([0-9.]+ ?[A-Za-z]+)")


class NoRoom(UserError, MemoryError):
    """Memory did not suffice: the machine's fault, so no learner falls for it; what was saved goes on from there."""


@contextmanager
def roomy(where: str) -> Iterator[None]:
    """Raise `NoRoom`, naming who wanted how much, for whatever numpy or torch raise for want of memory.

    Torch says so by a `RuntimeError` like any other, so its text is looked at.
    """
    try:
        yield
    except NoRoom:
        raise
    except (MemoryError, RuntimeError) as error:
        text = str(error)
        short = isinstance(error, MemoryError | torch().OutOfMemoryError) or "can't allocate memory" in text
        if not short:
            raise
        asked = _ASKED.search(text)
        got = f"no room for {asked[1]}" if asked else "no room"
        raise NoRoom(expected(where, "a step that fits into memory (fewer rows in deep.batch?)", got)) from error
