"""Costed: what acting on the champion's chances costs, beside simpler ways."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.acting.actor import Risks
from evercart.acting.tally import Terms, tally
from evercart.evaluate.detected import Detected


def costed(done: Detected, amount: NDArray[np.int64], terms: Terms) -> dict[str, Any]:
    """Return the costs of ways to act over the payments that are judged; empty where there are none.

    amount    (payments,) minor units

    A fixed threshold is chosen on the payments before those: their later half, as guesses begin at nothing.
    """
    guess = next(iter(done.guesses.values()))
    asked = np.flatnonzero(np.isfinite(guess))
    early = done.known & ~done.later
    early &= np.cumsum(early) > early.sum() / 2
    if not done.later.any():
        return {}
    risks = Risks(asked, done.us[asked], np.clip(guess[asked], 0.0, 1.0), amount[asked])
    return tally(risks, done.label[asked], early[asked], done.later[asked], terms)
