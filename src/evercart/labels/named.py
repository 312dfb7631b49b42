"""Named: hold each question until it is told which label is right; a label is the hash of its name."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.asks.weave import names
from evercart.errors import require
from evercart.events.batch import Events
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64
from evercart.kernel import kernel, lean
from evercart.labels.pairs import CENTURY_S, Tick
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, SETTLED, Turns, tick_of
from evercart.queue import HEAD, NEXT, ringed, roomy, straight
from evercart.slots import Slots, add, find, release, reserve, slots, tall
from evercart.units import DAY_S, SECOND_US

_NONE: Final = -1
_SPARE: Final = 11  # bits of a hash that a float64 has no room for
_OUTCOME: Final = kind_number("outcome")


class Counts(IntEnum):
    """Places in `Held.counts`."""

    asked = 0
    settled = 1
    corrected = 2
    too_late = 3  # labels of no question that is held
    abandoned = 4  # questions that were never told a label


_ASKED, _SETTLED, _CORRECTED = int(Counts.asked), int(Counts.settled), int(Counts.corrected)
_TOO_LATE, _ABANDONED = int(Counts.too_late), int(Counts.abandoned)


class Questions(NamedTuple):
    """Rings, one row a question, known by its number."""

    us: NDArray[np.int64]  # when it was asked
    name: NDArray[np.uint64]  # by which it is answered: the id of its message, or of the decision
    other: NDArray[np.uint64]  # of a decision: the id of the message that came after it; 0 before
    who: NDArray[np.uint64]
    y: NDArray[np.float64]  # the label; NaN before it is told
    x: NDArray[np.float32]  # (capacity, width)


class Held(NamedTuple):
    """The questions of late, with the names by which they may be answered."""

    ends: NDArray[np.int64]  # (2,) the oldest question held, the next number
    counts: NDArray[np.int64]
    rows: Questions
    names: Slots
    number: NDArray[np.int64]  # (slots,) of the question that goes by a name

    def packed(self) -> Held:
        """Drop spare room."""
        size = self.names.size
        number = np.where(self.names.keys[:size] != 0, self.number[:size], 0)
        return self._replace(rows=straight(self.ends, self.rows), names=self.names.packed(), number=number)

    def unpacked(self) -> Held:
        """Make room again."""
        known = self.names.unpacked()
        return self._replace(rows=ringed(self.ends, self.rows), names=known, number=tall(self.number, len(known.keys)))


class _Heard(NamedTuple):
    """The columns of a woven batch that matter."""

    us: NDArray[np.int64]
    number: NDArray[np.int64]
    id: NDArray[np.uint64]  # of a message; of a question the name by which it is answered
    ref: NDArray[np.uint64]  # what a row answers; 0 where it answers nothing
    who: NDArray[np.uint64]
    label: NDArray[np.float64]  # NaN where none is told


class _Due(NamedTuple):
    """What is due, row by row."""

    row: NDArray[np.int64]
    what: NDArray[np.int8]
    number: NDArray[np.int64]
    y: NDArray[np.float64]
    was: NDArray[np.float64]


@dataclass(frozen=True)
class Named:
    """Turn questions into guesses that are due, then, as they are told, labels to learn.

    A row with a label answers the question that its `ref` names: by the id of the message asked about, or of the
    decision that was made about it; a label may stand on the message itself. It settles the question at once: there
    is no "no" to wait for. Another label for the same question is a correction. Silence says nothing: a question
    that is told no label within `window_s`, or before `most` others were asked, is abandoned, neither learned nor
    judged; what is logged of it after that is counted, no more.

    y is the label's name, hashed, cut to the 53 bits that a float64 holds: see `label_of`. The state is bounded:
    at most `most` * (64 + 4 * `width`) bytes beside 48 for each name.

    kind    of the rows that are asked about
    """

    kind: str = "message"
    window_s: float = 7 * DAY_S
    most: int = 4096
    tick: Tick = field(default_factory=Tick)
    width: int = 0  # of X
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        kind_number(self.kind)
        require(0 < self.window_s <= CENTURY_S, "named.window_s", "more than 0, at most a century", self.window_s)
        require(1 <= self.most <= 1 << 20, "named.most", f"1 to {1 << 20}", self.most)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the event columns it needs."""
        return ("id", "ref", "user", "label")

    def start(self) -> Held:
        """Return the state before the first row."""
        i64, u64, known = np.zeros(4, np.int64), np.zeros(4, np.uint64), slots()
        rows = Questions(i64, u64, u64.copy(), u64.copy(), np.zeros(4), np.zeros((4, self.width), np.float32))
        counts = np.zeros(len(Counts), np.int64)
        return Held(np.zeros(2, np.int64), counts, rows, known, np.zeros(len(known.keys), np.int64))

    def step(self, state: Held, batch: tuple[Events, NDArray[np.float32]]) -> tuple[Held, Turns]:
        """Return what is due, in the order of the log: (woven events, X of their questions) -> Turns."""
        woven, x = batch
        heard = self._heard(woven)
        asked, told = int(woven.asked.sum()), int(np.count_nonzero(heard.ref))
        known = reserve(state.names, asked + told)
        rows = roomy(state.ends, state.rows, asked)
        state = state._replace(names=known, rows=rows, number=tall(state.number, len(known.keys)))
        room = 3 * asked + told + int(state.ends[NEXT] - state.ends[HEAD])
        whole = np.empty(room, np.int64)
        due = _Due(whole, np.empty(room, np.int8), whole.copy(), np.empty(room), np.empty(room))
        size = _hear(
            state, heard, np.ascontiguousarray(x, np.float32), round(self.window_s * SECOND_US), self.most, due
        )
        return state, self._turns(state, woven, _Due._make(column[:size] for column in due))

    def counts(self, state: Held) -> dict[str, int]:
        """Return how many questions and labels there were, by what became of them."""
        return {name: int(state.counts[place]) for name, place in Counts.__members__.items()}

    def _heard(self, woven: Events) -> _Heard:
        asked, message = woven.asked, woven.kind == kind_number(self.kind)
        answers = ~asked & (message | (woven.kind == _OUTCOME))
        id, ref = names(woven, "id"), woven["ref"]
        name = np.where(id != 0, id, ref)  # a logged decision has an id, an implied question the one of its message
        who = np.where(woven["user"] != 0, woven["user"], name)
        return _Heard(
            woven.logged_us,
            woven["number"],
            np.where(asked, name, np.where(message, id, U64(0))),
            np.where(answers, ref, U64(0)),
            who,
            np.where((asked & (id == 0)) | answers, label_of(woven["label"]), np.nan),
        )

    def _turns(self, state: Held, woven: Events, due: _Due) -> Turns:
        offset, us = woven.offset[due.row], woven.logged_us[due.row]
        held = due.number & (len(state.rows.us) - 1)  # rings were given room: what was dropped still stands
        tick = tick_of(us, offset, self.tick.us, self.tick.events)
        gone = due.what == ABANDONED
        x = np.where(gone[:, None], np.float32(0.0), state.rows.x[held])
        return Turns(
            due.what, tick, offset, us, due.number, due.y, due.was, np.where(gone, 0.0, 1.0), state.rows.who[held], x
        )


def label_of(hashed: NDArray[np.uint64]) -> NDArray[np.float64]:
    """Return labels as numbers, (rows,), NaN where the name is missing: the upper 53 bits of its hash.

    >>> label_of(np.array([0, 1 << 12], np.uint64)).tolist()
    [nan, 2.0]
    """
    labels: NDArray[np.float64] = np.where(hashed == 0, np.nan, (hashed >> U64(_SPARE)).astype(np.float64))
    return labels


@kernel
def _hear(state: Held, heard: _Heard, x: NDArray[np.float32], window_us: int, most: int, due: _Due) -> int:
    ends, rows, size, question = state.ends, state.rows, 0, 0
    mask = len(rows.us) - 1
    for row in range(len(heard.us)):
        now, label = heard.us[row], heard.label[row]
        while ends[0] < ends[1] and rows.us[ends[0] & mask] + window_us < now:
            size = _drop(state, row, due, size)
        if heard.number[row] >= 0:
            if ends[1] - ends[0] >= most:
                size = _drop(state, row, due, size)
            number = heard.number[row]
            rows.x[number & mask, :] = x[question]
            question += 1
            size = _ask(state, heard, row, due, size)
            if not np.isnan(label):
                size = _tell(state, number, label, row, due, size)
        elif heard.ref[row] != U64(0):
            slot = find(state.names, heard.ref[row])
            if slot != _NONE:
                number = state.number[slot]
                _also(state, number, heard.id[row])
                if not np.isnan(label):
                    size = _tell(state, number, label, row, due, size)
            elif not np.isnan(label) and heard.id[row] == U64(0):
                state.counts[_TOO_LATE] += 1
    return size


@lean
def _say(due: _Due, size: int, row: int, what: int, number: int, y: float, was: float) -> int:
    due.row[size], due.what[size], due.number[size] = row, what, number
    due.y[size], due.was[size] = y, was
    return size + 1


@kernel
def _ask(state: Held, heard: _Heard, row: int, due: _Due, size: int) -> int:
    number, name = heard.number[row], heard.id[row]
    at = number & (len(state.rows.us) - 1)
    state.rows.us[at], state.rows.name[at], state.rows.other[at] = heard.us[row], name, U64(0)
    state.rows.who[at], state.rows.y[at] = heard.who[row], np.nan
    if name != U64(0):
        state.number[add(state.names, name)] = number
    state.ends[1] = number + 1
    state.counts[_ASKED] += 1
    return _say(due, size, row, ASKED, number, np.nan, np.nan)


@kernel
def _also(state: Held, number: int, name: np.uint64) -> None:
    """Let a decision be answered by the id of its message, too."""
    at = number & (len(state.rows.us) - 1)
    if name != U64(0) and state.rows.other[at] == U64(0) and find(state.names, name) == _NONE:
        state.rows.other[at] = name
        state.number[add(state.names, name)] = number


@kernel
def _tell(state: Held, number: int, label: float, row: int, due: _Due, size: int) -> int:
    at = number & (len(state.rows.us) - 1)
    was = state.rows.y[at]
    if was == label:
        return size
    state.rows.y[at] = label
    state.counts[_SETTLED if np.isnan(was) else _CORRECTED] += 1
    return _say(due, size, row, SETTLED if np.isnan(was) else CORRECTION, number, label, was)


@kernel
def _drop(state: Held, row: int, due: _Due, size: int) -> int:
    """Let the oldest question go."""
    number = state.ends[0]
    at = number & (len(state.rows.us) - 1)
    _forget(state, state.rows.name[at], number)
    _forget(state, state.rows.other[at], number)
    state.ends[0] += 1
    if np.isnan(state.rows.y[at]):
        state.counts[_ABANDONED] += 1
        size = _say(due, size, row, ABANDONED, number, np.nan, np.nan)
    return size


@kernel
def _forget(state: Held, name: np.uint64, number: int) -> None:
    slot = find(state.names, name) if name != U64(0) else _NONE
    if slot != _NONE and state.number[slot] == number:
        release(state.names, slot)
