"""The one wording of every error a user can cause."""

from __future__ import annotations


class UserError(Exception):
    """A mistake in what the user passed; the text says where, which rule and which value."""


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
