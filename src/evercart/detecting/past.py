"""Past: what the log told of a payment's parties by the time it was asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.detecting.reasoned import PARTIES
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.hashing import hash_name
from evercart.log import Log

MOST_READ: Final = 1 << 22  # rows of the log before the payment that are looked at
_PAYMENT, _CHARGEBACK, _RESOLVED = (kind_number(name) for name in ("payment", "chargeback", "resolved"))
_KINDS: Final = (_PAYMENT, _CHARGEBACK, _RESOLVED)


class Party(NamedTuple):
    """What was known of a party to a payment.

    column    which one: `user`, `place`, `card`, `device`, `address`
    payments  of it that were made
    known     of which something was known: a row said what came of them, or nothing was heard for long enough
    frauds    of these
    users     how many different payers they had
    """

    column: str
    name: str
    payments: int
    known: int
    frauds: int
    users: int

    @property
    def rate(self) -> float | None:
        """Return the share of frauds among the payments of which something was known."""
        return self.frauds / self.known if self.known else None


class Past(NamedTuple):
    """What was known of the parties; `cut` tells whether older rows of the log were not looked at."""

    parties: tuple[Party, ...]
    cut: bool


def past_of(log: Log, row: Mapping[str, Any], known_s: float, read: int = MOST_READ) -> Past:
    """Return what the log told of the parties to a payment before it was asked about.

    row        of the decision, as the log has it
    known_s    after so long a payment of which nothing is heard counts as good
    read       rows that are looked at, at most
    """
    named = {column: row[column] for column in PARTIES if row.get(column)}
    start = max(0, row["offset"] - read)
    columns = tuple(dict.fromkeys(("id", "ref", "fraud", "user", *named)))
    parts = list(log.read(start, row["offset"], columns=columns, kinds=_KINDS))
    if not parts:
        return Past(tuple(Party(column, name, 0, 0, 0, 0) for column, name in named.items()), start > 0)
    rows = Events.concat(parts)
    hashes = {column: np.uint64(hash_name(name, log.key)) for column, name in named.items()}
    pays = rows.kind == _PAYMENT
    ours = pays & np.any([rows[column] == one for column, one in hashes.items()], axis=0) if hashes else pays & False
    paid = rows.rows(ours)
    known, fraud = _told(paid, rows.rows(~pays))
    known |= row["event_us"] - paid.logged_us > known_s * 1e6
    found = []
    for column, one in hashes.items():
        own = paid[column] == one
        users = len(np.unique(paid["user"][own & (paid["user"] != 0)]))
        counts = (int(own.sum()), int((own & known).sum()), int((own & fraud).sum()), users)
        found.append(Party(column, named[column], *counts))
    return Past(tuple(found), start > 0)


def _told(paid: Events, answers: Events) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return of which payments a row says what came of them, which of them are fraud by the last such row."""
    says = (answers.kind == _CHARGEBACK) | (answers["fraud"] == 1)
    last: dict[int, bool] = dict(zip(answers["ref"].tolist(), says.tolist(), strict=True))
    last.pop(0, None)
    keys = zip(paid["id"].tolist(), paid["ref"].tolist(), strict=True)
    each = [last.get(id, last.get(ref)) for id, ref in keys]
    return np.array([one is not None for one in each], bool), np.array([bool(one) for one in each], bool)
