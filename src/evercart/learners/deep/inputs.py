"""Inputs: what a module's row is made of."""

from __future__ import annotations


class Inputs(int):
    """How many numbers a row has: those of number columns first, then the embedded slots, column by column.

    As an int it is their sum, which is all that a network needs that treats them alike.

    >>> given = Inputs(3, fields=2, width=8)
    >>> given, given.numbers, given.fields, given.width
    (19, 3, 2, 8)
    """

    numbers: int  # number columns
    fields: int  # slot columns
    width: int  # numbers that stand for one slot

    def __new__(cls, numbers: int, fields: int = 0, width: int = 0) -> Inputs:
        """Return the sum, with its parts."""
        made = super().__new__(cls, numbers + fields * width)
        made.numbers, made.fields, made.width = numbers, fields, width
        return made
