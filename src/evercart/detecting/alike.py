"""Alike: the earlier payment whose reasons were most like those of another, of which it is known what came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.events.kinds import kind_name
from evercart.labels.precedents import LATELY, TOLD, Cases
from evercart.log import Log

Floats = NDArray[np.float64]
Parts = Callable[[NDArray[np.float32]], Floats]  # rows of X -> what each column adds, (rows, columns)


class Similar(NamedTuple):
    """An earlier payment.

    id      in the log: of the payment, or of the decision that was made about it
    kind    `payment` or `decision`
    us      when it was asked about
    fraud   whether it turned out to be fraud
    told    whether a row said so; else nothing was heard of it until its window had closed
    alike   1: the same reasons, as strong; 0: none in common
    amount  minor units; None where it had none
    """

    id: str
    kind: str
    us: int
    fraud: bool
    told: bool
    alike: float
    amount: int | None
    currency: str | None


def usual_of(cases: Cases, parts: Parts, us: int) -> Floats | None:
    """Return what each column adds on average to payments of late, (columns,); None where there are none.

    us    when the payment was asked about: only earlier ones count
    """
    there = (cases.offset[LATELY] >= 0) & (cases.us[LATELY] < us)
    return parts(cases.x[LATELY][there]).mean(axis=0) if there.any() else None


def similar(log: Log, cases: Cases, parts: Parts, own: Floats, row: Mapping[str, Any]) -> Similar | None:
    """Return the most similar case that was asked about earlier; None where there is none.

    own    (columns,) what each column adds for the payment
    row    of its decision, as the log has it

    Two payments are as alike as one minus how far their contributions lie apart over how far both lie from nothing.
    """
    earlier = (cases.offset >= 0) & (cases.us < row["event_us"])
    earlier[LATELY] = False
    groups, places = np.nonzero(earlier)
    if not len(places):
        return None
    each = parts(cases.x[groups, places])
    apart = np.linalg.norm(each - own, axis=1)
    alike = 1 - apart / np.maximum(np.linalg.norm(each, axis=1) + np.linalg.norm(own), 1e-12)
    best = int(alike.argmax())
    group, place = int(groups[best]), int(places[best])
    offset = int(cases.offset[group, place])
    (found,) = log.names(offset, offset + 1).to_pylist()
    kind = kind_name(found["kind"])
    if found["id"] is None:
        return None
    us, fraud = int(cases.us[group, place]), bool(cases.y[group, place] == 1)
    return Similar(found["id"], kind, us, fraud, group == TOLD, float(alike[best]), found["amount"], found["currency"])
