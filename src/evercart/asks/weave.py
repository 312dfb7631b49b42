"""Weaving: questions set among the events as decision rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from evercart.events.batch import DTYPES, Events, missing
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain

DECISION: Final = kind_number("decision")
LOGGED: Final = ("id", "app", "ref")  # of the log: what says which decisions were made live, of what


class Asks(Protocol):
    """A fold from Events to the same events with the app's questions woven among them."""

    @property
    def grain(self) -> Grain:
        """Return "event": a log may be cut anywhere."""
        ...

    @property
    def kind(self) -> str:
        """Return the kind of event that is asked about."""
        ...

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        ...

    @property
    def own(self) -> tuple[str, ...]:
        """Return the columns of the row it stands at that a question may depend on."""
        ...

    def start(self) -> Any:
        """Return the state before the first row."""
        ...

    def step(self, state: Any, batch: Events) -> tuple[Any, Events]:
        """Return the batch with `number` added and questions woven in."""
        ...


class Asked(NamedTuple):
    """How many questions have been asked; the next one's number."""

    next: NDArray[np.int64]  # (1,)


def weave(
    events: Events,
    before: NDArray[np.int64],
    clock: NDArray[np.int64],
    carried: Mapping[str, NDArray[Any]],
    first: int,
    decided: NDArray[np.uint64],
) -> Events:
    """Return the events with one decision row a question; a decision in the log is a question where it stands.

    before   (questions,) the row each stands before, never falling; len(events) is the end
    clock    (questions,) the row whose offset and log time it takes
    carried  name -> (questions,) what it knows; other columns are missing
    first    the number of the first question
    decided  (questions,) the `ref` of what is asked about: may name a decision that was made live
    """
    rows, questions = len(events), len(before)
    places = before + np.arange(questions)
    among = np.ones(rows + questions, np.bool_)
    among[places] = False
    known: dict[str, Any] = {
        "kind": DECISION,
        "offset": events.offset[clock],
        "logged_us": events.logged_us[clock],
        "event_us": events.logged_us[clock],
        **carried,
    }
    columns = {name: np.empty(rows + questions, column.dtype) for name, column in events.columns.items()}
    for name, column in columns.items():
        column[among] = events[name]
        column[places] = known.get(name, missing(name))
    asked = columns["kind"] == DECISION
    number = np.full(rows + questions, -1, DTYPES["number"])
    number[asked] = np.arange(first, first + np.count_nonzero(asked))
    named = np.zeros(rows + questions, DTYPES["decided"])
    named[places] = decided
    return Events({**columns, "number": number, "decided": named})


def following(state: Asked, woven: Events) -> Asked:
    """Return how many questions have been asked after these."""
    return Asked(state.next + np.count_nonzero(woven.asked))


def names(events: Events, column: str) -> NDArray[np.uint64]:
    """Return a column of hashed names, (rows,); all 0 in a batch that does not have it, where nobody was named."""
    none = np.zeros(len(events), np.uint64)
    found: NDArray[np.uint64] = events.columns.get(column, none)
    return found
