"""Actions: what may be done about a payment, by the number that stands in the log."""

from __future__ import annotations

from typing import Final

ACTIONS: Final = ("approve", "challenge", "review", "decline")  # the milder one first, which wins a tie
APPROVE, CHALLENGE, REVIEW, DECLINE = range(len(ACTIONS))
STOPS: Final = (CHALLENGE, DECLINE)  # after these no fair label comes: who passes a challenge is no fair sample
