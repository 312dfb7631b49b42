"""Heard: how far the log reaches, as those who append to it tell."""

from __future__ import annotations


class Heard:
    """Next offsets: of the log when last heard of (`known`), after the newest row that may change a state (`due`).

    >>> heard = Heard()
    >>> heard.committed(rows=3, events=3, next_offset=3)
    >>> heard.committed(rows=1, events=0, next_offset=4)
    >>> heard.known, heard.due
    (4, 3)
    """

    def __init__(self) -> None:
        self.known = self.due = 0

    def committed(self, rows: int, events: int, next_offset: int) -> None:
        """Hear that the log has more: some rows, so many of them no decisions of our own, which change no state."""
        if next_offset < 0:
            return
        if events or next_offset - rows != self.known:  # others appended in between
            self.due = max(self.due, next_offset)
        self.known = max(self.known, next_offset)  # two threads commit: one may be heard of late
