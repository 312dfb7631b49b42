"""Level: how much chance of error each challenger of a reign may spend."""

from __future__ import annotations

import math

from evercart.errors import require


def share(level: float, challenger: int) -> float:
    """Return the chance of a false promotion that the n-th challenger of a reign may spend.

    level         for the app while one champion reigns, in (0, 1)
    challenger    1 for the first that is enrolled against this champion, then 2, 3, ...

    The shares of ever so many challengers add up to `level`, so nobody has to say beforehand how many will come.
    Source: Basel's sum, 1 + 1/4 + 1/9 + ... = pi^2 / 6, with the union bound.

    >>> round(share(0.01, 1), 5), round(share(0.01, 2), 5)
    (0.00608, 0.00152)
    """
    require(0 < level < 1, "level", "a number between 0 and 1", level)
    require(challenger > 0, "challenger", "1 for the first", challenger)
    return level * 6 / (math.pi * challenger) ** 2


def needed(level: float) -> float:
    """Return the log evidence, in nats, from which an equal challenger is promoted with chance `level` at most.

    Source: Ville, "Étude critique de la notion de collectif", 1939.

    >>> round(needed(0.01), 3)
    4.605
    """
    return -math.log(level)
