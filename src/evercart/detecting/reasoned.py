"""Reasoned: what gave frauds away, told by the parties that carry the risk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from evercart.labels.turns import Turns
from evercart.learners.learner import Learner
from evercart.learners.reasons.parts import Parted, parts

PARTIES: Final = ("user", "place", "card", "device", "address")
_TABLES: Final = {"circles": "shared", "given": "numbers", "haunts": "distance", "hours": "hour"}
_WORDS: Final = {
    "shared": "shared things",
    "numbers": "further numbers",
    "habit": "habit of the payer",
    "travel": "travel from the last payment",
}


def code_of(column: str) -> str:
    """Return the code of the reason that a column of the fraud app belongs to.

    >>> code_of("payments.place_plain_frauds_slot"), code_of("of_card.payment_count_1h.bucket"), code_of("circles.rate")
    ('place_frauds', 'card_rush', 'shared')
    """
    table, _, name = column.partition(".")
    party = next((one for one in PARTIES if table == f"of_{one}" or name.startswith(f"{one}_")), "")
    if party:
        return f"{party}_rush" if table.startswith("of_") else f"{party}_frauds"
    if table in _TABLES:
        return _TABLES[table]
    if name.startswith(("over_usual", "deviation", "own_amount")):
        return "amount"
    if name.startswith("hour"):
        return "hour"
    return "habit" if table == "payments" else table


def reason_of(column: str) -> str:
    """Return in words what a column of the fraud app tells of.

    >>> reason_of("payments.place_plain_frauds_slot"), reason_of("of_card.payment_count_1h.bucket")
    ('frauds at the place', 'rush of the card')
    """
    code = code_of(column)
    party, _, what = code.partition("_")
    if party in PARTIES and what:
        return f"frauds at the {party}" if what == "frauds" else f"rush of the {party}"
    return _WORDS.get(code, code)


def because(learner: Learner[Any], state: Any, question: Turns) -> dict[str, float]:
    """Return by how much each reason raised the log odds of one question; empty where the learner cannot tell.

    question    (1,)
    """
    if not isinstance(learner, Parted):
        return {}
    found, added = parts(learner, state, question), dict[str, float]()
    for name, by in zip(found.names, found.each[0].tolist(), strict=True):
        if by == 0:  # as of a column that is not read
            continue
        added[reason_of(name)] = added.get(reason_of(name), 0.0) + by
    return added


def gathered(caught: Sequence[dict[str, float]]) -> dict[str, dict[str, float]]:
    """Return of each reason by how much it raised the log odds on average, in which share it was the first.

    >>> gathered([{"amount": 3.0, "hour": 0.5}, {"amount": 1.0, "hour": 1.5}])
    {'amount': {'log_odds': 2.0, 'first': 0.5}, 'hour': {'log_odds': 1.0, 'first': 0.5}}
    """
    told = [one for one in caught if one]
    names = dict.fromkeys(name for one in told for name in one)
    first = [max(one, key=lambda name: one[name]) for one in told]
    mean = {name: float(np.mean([one.get(name, 0.0) for one in told])) for name in names}
    ordered = sorted(names, key=lambda name: (-mean[name], name))
    return {
        name: {"log_odds": round(mean[name], 4), "first": round(first.count(name) / len(told), 4)} for name in ordered
    }
