"""The one wording of every error a user can cause."""

from __future__ import annotations

import difflib
import warnings
from collections.abc import Iterable


class UserError(Exception):
    """A mistake in what the user passed; the text says where, which rule and which value."""


class Passing(UserError):
    """What may pass by itself: a full disk, a database that is away or busy. Who goes on for ever tries again."""


def expected(where: str, rule: str, got: object) -> str:
    """Return the text of an error.

    >>> expected("order.quantity", "an integer of at least 0", -3)
    'order.quantity: expected an integer of at least 0, got -3'
    """
    text = repr(got) if isinstance(got, str) else str(got)
    if len(text) > 200:
        text = f"{text[:160]}… ({len(text):,} characters)"
    return f"{where}: expected {rule}, got {text}"


def require(holds: bool, where: str, rule: str, got: object) -> None:
    """Raise `UserError` with the one wording unless the rule holds.

    >>> require(0 < 2, "window_s", "more than 0", 2)
    """
    if not holds:
        raise UserError(expected(where, rule, got))


def loudly(text: str) -> None:
    """Tell what went wrong but was mended, as Python's warning: what `told` is unless someone listens."""
    warnings.warn(text, stacklevel=2)


def unknown(where: str, what: str, names: Iterable[str], got: str) -> str:
    """Return the text for a name that is none of the known ones, with the nearest of them.

    >>> unknown("map.user", "columns", ["household_id", "week"], "househld_id")
    "map.user: expected one of the columns household_id week, got 'househld_id' (nearest: 'household_id')"
    """
    known = list(names)
    near = difflib.get_close_matches(got, known, 1)
    hint = f" (nearest: {near[0]!r})" if near else ""
    return expected(where, f"one of the {what} {' '.join(known)}" if known else f"no {what}", got) + hint
