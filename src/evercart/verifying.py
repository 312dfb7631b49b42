"""Verifying: each logged decision computed again from the log, from the revision that answered it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.abreast import Abreast, X, questions, turns
from evercart.asks.logged import decoded, layout
from evercart.asks.weave import DECISION
from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.export.kept import MOST
from evercart.fold import unpack
from evercart.labels.likely import first_chance
from evercart.labels.turns import Turns
from evercart.lane import Lane
from evercart.learners.isolated import Isolated
from evercart.learners.peeking import peek
from evercart.log import Log
from evercart.loop import Ring
from evercart.publish.shelf import Shelf

_AT_ONCE: Final = 1 << 14  # decisions held in memory: about 10 MB
_STATES: Final = 4  # revisions held in memory
MODEL, REVISION, FEATURES = "made by another model", "revision no longer kept", "features dropped"
Told = Callable[[str, int, int], None]
Floats = NDArray[np.float64]


class Different(NamedTuple):
    """A decision that is not what it should be."""

    offset: int
    id: str
    what: str  # "x" or "guess"
    logged: str
    computed: str


@dataclass
class Verified:
    """What became of the decisions in the log.

    agreed      alike, bit for bit; a guess of a net's exported graph within what an export is held to
    formed      how many of these a graph guessed
    unchecked   how many could not be checked, by reason; what was left of them to check agreed
    """

    decisions: int = 0
    agreed: int = 0
    formed: int = 0
    differing: list[Different] = field(default_factory=list)
    unchecked: dict[str, int] = field(default_factory=dict)
    next_offset: int = 0
    cpu_s: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return {**vars(self), "differing": [one._asdict() for one in self.differing]}


def verify(ring: Ring, log: Log, shelf: Shelf, told: Told = lambda what, done, whole: None) -> Verified:
    """Compare each logged decision with what its revision says of the features as of its feature offset.

    told    is handed what is done, how many rows of the log, of how many

    The log is read once, from its start, through the tables alone. After an erasure a feature that is of many
    (of an item, of the shop) may be computed from fewer rows than a decision was.
    """
    found, revisions = Verified(next_offset=log.next_offset), Revisions(shelf)
    abreast = Abreast(ring, ring.start(), 0)
    for rows in _decisions(log, found.next_offset):
        offset = rows["feature_offset"].to_numpy()
        asked = questions(ring, rows, offset, rows["event_us"].to_numpy())
        x = _computed(ring, log, abreast, asked, lambda at: told("decisions computed again", at, found.next_offset))
        for lane in ring.lanes():
            mine = np.flatnonzero(pc.equal(rows["app"], lane.app.name).to_numpy())
            if len(mine):
                _compare(lane, ring, rows.take(mine), asked.rows(mine), x[lane.app.name][mine], revisions, found)
    told("decisions computed again", found.next_offset, found.next_offset)
    return found


def _decisions(log: Log, stop: int) -> Iterator[pa.Table]:
    """Yield the live decisions in the order in which their features were read, some at once."""
    parts = list(log.read(0, stop, columns=("feature_offset",), kinds=(DECISION,)))
    if not parts:
        return
    found = Events.concat(parts)
    order = np.lexsort((found.event_us, found["feature_offset"]))
    order = order[found["feature_offset"][order] >= 0]
    for at in range(0, len(order), _AT_ONCE):
        some = found.offset[order[at : at + _AT_ONCE]]
        rows = log.names(int(some.min()), int(some.max()) + 1, kinds=(DECISION,))
        yield rows.take(np.searchsorted(rows["offset"].to_numpy(), some))


def _computed(ring: Ring, log: Log, abreast: Abreast, asked: Events, told: Callable[[int], None]) -> dict[str, X]:
    """Bring the tables to where the last question stands; return X of all, by app.

    A question is woven among the rows, unless it was put later than the next row, of a process whose clock is
    behind, was logged: then it is peeked, so that it lets nothing leave a window too early.
    """
    x = {lane.app.name: np.empty((len(asked), len(lane.app.columns)), np.float32) for lane in ring.lanes()}

    def peeked(which: NDArray[np.int64]) -> None:
        for lane in ring.lanes():
            x[lane.app.name][which] = abreast.x(lane, asked.rows(which))

    last = int(asked.offset[-1])
    for events in ring.read(log, abreast.at, last):
        first, end = int(events.offset[0]), int(events.offset[-1]) + 1
        some = np.arange(*np.searchsorted(asked.offset, (first, end)))
        offset = asked.offset[some]
        early = asked.logged_us[some] > events.logged_us[offset - first]
        for start, stop in pairwise(np.unique([first, *offset[early], end]).tolist()):
            peeked(some[early & (offset == start)])
            woven = some[~early & (offset >= start) & (offset < stop)]
            said = abreast.take(events.rows(slice(start - first, stop - first)), asked.rows(woven))
            for app, rows in said.items():
                x[app][woven] = rows
        told(end)
    peeked(np.flatnonzero(asked.offset == last))
    return x


def _compare(
    lane: Lane, ring: Ring, rows: pa.Table, asked: Events, x: X, revisions: Revisions, found: Verified
) -> None:
    """Compare an app's decisions with what was computed."""
    held, logged = decoded(rows["x"], layout(lane.app.columns), x.shape[1])
    alike = np.ones(len(x), np.bool_)
    alike[held] = (logged.view(np.uint32) == x[held].view(np.uint32)).all(axis=1)
    known = x.copy()
    known[held] = logged  # what the guess was made from
    guesses, reasons = revisions.guesses(lane, rows, turns(lane, ring.tick, asked, known))
    said = rows["guess"].to_numpy()
    formed = np.array(['"form"' in (text or "") for text in rows["properties"].to_pylist()])
    same = agrees(said, guesses, formed) | np.array([bool(reason) for reason in reasons])
    found.decisions += len(x)
    for i, (offset, name) in enumerate(zip(rows["offset"].to_pylist(), rows["id"].to_pylist(), strict=True)):
        if not alike[i]:
            was = logged[np.count_nonzero(held[:i])]
            at = int(np.flatnonzero(was.view(np.uint32) != x[i].view(np.uint32))[0])
            column = lane.app.columns[at].name
            found.differing.append(Different(offset, name, f"x: {column}", f"{was[at]!r}", f"{x[i, at]!r}"))
        elif not same[i]:
            found.differing.append(Different(offset, name, "guess", f"{said[i]!r}", f"{guesses[i]!r}"))
        elif reason := reasons[i] or ("" if held[i] else FEATURES):
            found.unchecked[reason] = found.unchecked.get(reason, 0) + 1
        else:
            found.agreed += 1
            found.formed += int(formed[i])


def agrees(said: Floats, computed: Floats, formed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which guesses are as they should be: bit for bit, or nearly where an exported graph said them; (rows,).

    >>> agrees(np.array([0.5, 0.5]), np.array([0.500001, 0.500001]), np.array([False, True])).tolist()
    [False, True]
    """
    near = np.abs(said - computed) <= MOST * np.maximum(np.abs(computed), 1.0)
    return np.asarray((said.view(np.uint64) == computed.view(np.uint64)) | (formed & near))


class Revisions:
    """What guessed, found again on the shelf by the names in the log; a few are held."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._addresses = {(one.model, one.fingerprint): one.address for one in shelf.versions()}
        self._models = {model.id: model for model in shelf.models()}
        self._states: OrderedDict[tuple[str, str], Any] = OrderedDict()

    def guesses(self, lane: Lane, rows: pa.Table, asked: Turns) -> tuple[NDArray[np.float64], list[str]]:
        """Return each guess, (rows,), NaN where there is a reason why it cannot be made."""
        names = list(zip(rows["model"].to_pylist(), rows["revision"].to_pylist(), strict=True))
        guesses, reasons = np.full(len(names), np.nan), [""] * len(names)
        for name in dict.fromkeys(names):
            which = np.array([i for i, one in enumerate(names) if one == name])
            found = self.found(lane, *name)
            if isinstance(found, str):
                for i in which:
                    reasons[i] = found
            else:
                guesses[which] = first_chance(peek(*found, asked.rows(which)))
        return guesses, reasons

    def found(self, lane: Lane, model: str, revision: str) -> tuple[Any, Any] | str:
        """Return the learner with the state that guessed, as a decision names them; else why that cannot be had."""
        learner = self._learner(lane, model)
        if learner is None:
            return MODEL
        return (learner, self._states[model, revision]) if self._hold(learner, (model, revision)) else REVISION

    def _learner(self, lane: Lane, line: str) -> Any:
        """Return the racer that learns as a line does; None where no racer does."""
        for racer, model in lane.models.items():
            found = self._models.get(line)
            alike = found is not None and replace(found, name="", origin=None) == replace(model, name="", origin=None)
            if line == model.id or alike:
                fold = lane.racers[racer].fold
                return fold.learner if isinstance(fold, Isolated) else fold  # the shelf holds what is within
        return None

    def _hold(self, learner: Any, name: tuple[str, str]) -> bool:
        """Hold a revision's state; return whether it is there."""
        if name not in self._states:
            if name not in self._addresses:
                return False
            try:
                flat = self._shelf.load(self._addresses[name]).flat
            except UserError:
                return False
            self._states[name] = unpack(learner.start(), flat)
            while len(self._states) > _STATES:
                self._states.popitem(last=False)
        self._states.move_to_end(name)
        return True
