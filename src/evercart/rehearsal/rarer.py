"""Rarer: a change of the world, after which some shoppers come less often."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa

from evercart.chance import uniform
from evercart.errors import require
from evercart.events.kinds import number
from evercart.hashing import hash_strings
from evercart.units import DAY_US, HOUR_S, SECOND_US

_VISIT_US: Final = 8 * HOUR_S * SECOND_US  # what lies so close to the first row of a visit belongs to it


class Change(Protocol):
    """What is done to rows on their way into a rehearsal."""

    @property
    def said(self) -> str:
        """Return in words what is changed."""
        ...

    def start(self) -> Any:
        """Return the state before the first row."""
        ...

    def step(self, state: Any, rows: pa.Table) -> tuple[Any, pa.Table]:
        """Return the rows (`SCHEMA` with `logged_us`) that are left of these, in their order."""
        ...


@dataclass(frozen=True)
class Nothing:
    """The world stays as it is."""

    said: str = "nothing is changed"

    def start(self) -> None:
        """Return nothing."""

    def step(self, state: None, rows: pa.Table) -> tuple[None, pa.Table]:
        """Return the rows."""
        return state, rows


@dataclass(frozen=True)
class Rarer:
    """From a moment on a share of the shoppers come at most once in so many days, as if a competitor had opened.

    kind       of the rows that are lines of baskets: those of the visits between are left out
    from_us    log time of the change
    share      of the shoppers
    days       from the beginning of a visit to that of the next
    seed       of the draw, by shopper: the same in every log, in every order

    State: the beginning of the last visit, by shopper drawn.

    >>> Rarer("order", from_us=0, share=0.25, days=10).said
    'a share of 25 % of the shoppers, drawn by seed 0, come at most every 10 days, as if a competitor had opened'
    """

    kind: str
    from_us: int
    share: float = 0.5
    days: float = 10.0
    seed: int = 0

    def __post_init__(self) -> None:
        number(self.kind)
        require(0 <= self.share <= 1, "rarer.share", "0 to 1", self.share)
        require(self.days > 0, "rarer.days", "more than 0", self.days)

    @property
    def said(self) -> str:
        """Return in words what is changed."""
        who = f"a share of {100 * self.share:.3g} % of the shoppers, drawn by seed {self.seed},"
        return f"{who} come at most every {self.days:g} days, as if a competitor had opened"

    def start(self) -> dict[int, int]:
        """Return no visits."""
        return {}

    def step(self, state: dict[int, int], rows: pa.Table) -> tuple[dict[int, int], pa.Table]:
        """Return the rows without those of visits that are no more."""
        logged_us = rows["logged_us"].to_numpy()
        late = np.flatnonzero((rows["kind"].to_numpy() == number(self.kind)) & (logged_us >= self.from_us))
        users = hash_strings(rows["user"].take(late), 1).view(np.int64)
        drawn = (users != 0) & (uniform(self.seed, users, "rarer") < self.share)
        keep, gap_us = np.ones(rows.num_rows, np.bool_), round(self.days * DAY_US)
        for row, user, us in zip(late[drawn], users[drawn].tolist(), logged_us[late[drawn]].tolist(), strict=True):
            since = us - state.get(user, us - gap_us)
            keep[row] = since < _VISIT_US or since >= gap_us
            if since >= gap_us:
                state[user] = us
        return state, rows.filter(pa.array(keep))
