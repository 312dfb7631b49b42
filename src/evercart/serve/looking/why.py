"""Why: what of all that was known moved a guess away from the usual one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.abreast import X, questions, turns
from evercart.asks.logged import decoded, layout
from evercart.labels.turns import Turns
from evercart.lane import Lane
from evercart.learners.peeking import peek
from evercart.log import Log
from evercart.loop import Ring
from evercart.serve.looking.finding import Row, Wanted, find
from evercart.serve.looking.topics import Topic, topics
from evercart.verifying import FEATURES, Revisions

OTHERS: Final = 48  # decisions that a guess is compared with
LEAST: Final = 8
_NOTHING: Final = 1e-9  # of a guess: what adding up in another order makes
_READ: Final = 1 << 19  # rows in which these are looked for


class Known(NamedTuple):
    """What a decision was answered from: one value a column of the app; None where it is no longer kept."""

    x: NDArray[np.float32] | None
    reason: str


class Moved(NamedTuple):
    """How much higher the guess is by what some columns say than by what they say of others."""

    topic: Topic
    by: float


class Why(NamedTuple):
    """Why a guess is what it is.

    usual     mean guess of the same model about the others
    others    how many there are
    moved     most first
    guess     computed again; equal to the logged one, to the last bit, where all is well
    reason    why nothing could be computed, in the words of `evercart verify`; "" where it could
    """

    usual: float = float("nan")
    others: int = 0
    moved: tuple[Moved, ...] = ()
    guess: float = float("nan")
    reason: str = ""


FEW: Final = f"fewer than {LEAST} other decisions to compare with"


def known_of(lane: Lane, row: Row) -> Known:
    """Return the features that a decision holds."""
    held, x = _decoded(lane, [row])
    return Known(x[0], "") if held.any() else Known(None, FEATURES)


def why_of(ring: Ring, lane: Lane, log: Log, revisions: Revisions, row: Row, most: int = 8) -> Why:
    """Return why an app of one answer guessed as it did.

    The columns of each topic in turn are given the values that they had, together, in other decisions of the app;
    the mean difference is what they did. Topics may share in an effect: the parts need not add up to the whole.

    Source: Robnik-Šikonja and Kononenko, "Explaining classifications for individual instances", TKDE 20(5), 2008,
    section 2, by groups of columns, with the values of other decisions in the place of all values.
    """
    known = known_of(lane, row)
    found = revisions.found(lane, row["model"] or "", row["revision"] or "")
    if known.x is None or isinstance(found, str):
        return Why(reason=known.reason or str(found))
    x = known.x
    guess = float(_guesses(ring, lane, found, row, x[None])[0])
    others = _others(lane, log, row)
    if len(others) < LEAST:
        return Why(guess=guess, reason=FEW)
    usual = float(_guesses(ring, lane, found, row, others).mean())
    differ = [one for one in topics(lane.app.columns) if (others[:, one.columns] != x[list(one.columns)]).any()]
    changed = np.repeat(x[None], len(differ) * len(others), axis=0).reshape(len(differ), len(others), -1)
    for place, one in enumerate(differ):
        changed[place][:, one.columns] = others[:, one.columns]
    means = _guesses(ring, lane, found, row, changed.reshape(-1, len(x))).reshape(len(differ), -1).mean(axis=1)
    moved = [Moved(one, guess - float(mean)) for one, mean in zip(differ, means, strict=True)]
    moved = [one for one in moved if abs(one.by) > _NOTHING * max(1.0, abs(guess))]
    return Why(usual, len(others), tuple(sorted(moved, key=lambda one: -abs(one.by))[:most]), guess)


def _guesses(ring: Ring, lane: Lane, model: tuple[Any, Any], row: Row, x: X) -> NDArray[np.float64]:
    """Return the guesses of a model at one moment, (rows,), about rows of X."""
    return peek(*model, moment(ring, lane, row, x))


def moment(ring: Ring, lane: Lane, row: Row, x: X) -> Turns:
    """Return questions as they would be put at a decision's moment, about rows of X."""
    one = {name: value for name, value in row.items() if value is not None and name not in ("offset", "logged_us", "x")}
    table = pa.table({name: pa.array([value]) for name, value in one.items()})
    asked = questions(ring, table, np.array([row["feature_offset"]]), np.array([row["event_us"]]))
    first = turns(lane, ring.tick, asked, x[:1])
    many = {name: np.repeat(value, len(x)) for name, value in vars(first).items() if name != "x"}
    return Turns(**many, x=np.ascontiguousarray(x))


def _others(lane: Lane, log: Log, row: Row) -> X:
    """Return X of decisions of the app before this one, (at most `OTHERS`, width)."""
    found = find(log, Wanted(lane.app.name), row["offset"], OTHERS, _READ)
    return _decoded(lane, found.rows)[1]


def _decoded(lane: Lane, rows: Sequence[Row]) -> tuple[NDArray[np.bool_], X]:
    stored = pa.chunked_array([[row["x"] for row in rows]], pa.binary())
    if not len(rows):
        return np.zeros(0, np.bool_), np.zeros((0, len(lane.app.columns)), np.float32)
    return decoded(stored, layout(lane.app.columns), len(lane.app.columns))
