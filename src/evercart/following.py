"""Following: an app's sources with its ranker, kept level with the log, asked between its rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from evercart.events.batch import DTYPES, Events, missing
from evercart.events.kinds import TOMBSTONE
from evercart.events.kinds import number as kind_number
from evercart.fold import clone
from evercart.labels.turns import Turns, tick_of
from evercart.learners.learner import Learner
from evercart.learners.neighbours.candidates import Candidates, united
from evercart.shortlist import Shortlist
from evercart.strangers import Strangers

_LISTS: Final = 256  # rows at a time that are learned from: candidates with all that is said of them are large
X = NDArray[np.float32]


class Guesses(Learner[Any], Protocol):
    """A learner of lists that can be asked for scores alone."""

    def guess(self, state: Any, x: X) -> NDArray[np.float64]:
        """Return the scores of rows, (rows, width) -> (rows,); the state stays as it is."""
        ...


class Following:
    """The stages of one who ranks, as they stand before the row at an offset.

    parts     what ranks
    states    of its stages by name, as `parts.stages()` has them, which are consumed; None: before the first row
    at, us    that offset, the log time of the row before it
    ranker    what orders in the place of the declared one: whichever racer is live, whose state is among `states`

    Weights move as in the ring: when a tick closes, by what was answered in it. Sources move at every row; where one
    of them is learned by whole ticks, all wait for the tick to close.
    """

    def __init__(
        self,
        parts: Shortlist,
        states: Mapping[str, Any] | None = None,
        at: int = 0,
        us: int = 0,
        ranker: Guesses | None = None,
    ) -> None:
        self.parts, self.at, self.us = parts, at, us
        stages = parts.stages() | ({"ranker": ranker} if ranker else {})
        names = [name for name in stages if name != "ranking"]
        self._folds = {name: stages[name] for name in names}
        self._states = {name: states[name] if states else self._folds[name].start() for name in names}
        self._sources = [name for name in names if name.startswith("source")]
        self._kind, self._strangers = kind_number(parts.kind), Strangers.of(parts.sources)
        self._ranker, self._reads = ranker or parts.ranker, parts.reads  # made anew whenever they are asked for
        self._by_tick = any(self._folds[name].grain == "tick" for name in self._sources)
        self._kept: list[Events] = []  # rows of the open tick, where a source wants whole ones
        self._learns = True  # whether they are to be learned from
        self._open: list[Turns] = []  # turns of the open tick

    def take(self, events: Events, *, learn: bool = True) -> None:
        """Step over rows of the log, in the columns that `parts` reads.

        learn    whether the ranker asks itself at each, learns from what came of it; sources always learn
        """
        if len(events):
            self.at, self.us, self._learns = int(events.offset[-1]) + 1, int(events.logged_us[-1]), learn
            known = (events[self.parts.by] != 0) & (events["item"] != 0) | (events.kind != self._kind)
            self._go_on(events.only(self._reads).rows(known), learn)

    def wait(self, us: int) -> None:
        """Let time pass without a row, up to a log time: ticks close, what is asked next is asked then."""
        if us > self.us and not self._by_tick:
            self.us = us
        elif us > self.us:
            clock = {"offset": self.at, "logged_us": us, "event_us": us, "kind": TOMBSTONE}
            names = dict.fromkeys((*clock, *self._reads))
            row = {name: np.array([clock.get(name, missing(name))], DTYPES[name]) for name in names}
            self.us = us
            self._go_on(Events(row), self._learns)

    def _go_on(self, events: Events, learn: bool) -> None:
        """Step over rows; where a source wants whole ticks, over those of closed ones."""
        if self._by_tick:
            events = Events.concat([*self._kept, events])
            ticks, now = self._ticks(events.logged_us, events.offset), self._tick
            self._kept = [events.rows(ticks == now)]
            events = events.rows(ticks < now)
        if not learn:
            self._pass(Events({**events.columns, "number": np.full(len(events), -1)}))
            return
        for start in range(0, len(events), _LISTS):
            self._learn(events.rows(slice(start, start + _LISTS)))

    def _ticks(self, us: NDArray[np.int64], offset: NDArray[np.int64]) -> NDArray[np.int64]:
        return tick_of(us, offset, self.parts.tick.us, self.parts.tick.events)

    @property
    def _tick(self) -> int:
        """Return the tick that is open."""
        return int(self._ticks(np.array([self.us]), np.array([max(self.at - 1, 0)]))[0])

    def offered(self, question: Events) -> Candidates:
        """Return the candidates of one question put now, which is no row of the log: only time passes by it.

        So a source of event grain is stepped; one that learns by ticks is peeked at, or asked through a copy.
        """
        return united([self._asked(name, question) for name in self._sources])

    def _asked(self, name: str, question: Events) -> Candidates:
        fold, found = self._folds[name], None
        if fold.grain == "event":
            found = self._go(name, question)
        elif hasattr(fold, "peek"):
            found = fold.peek(self._states[name], question)
        else:
            _, found = fold.step(clone(self._states[name]), question)
        return cast(Candidates, found)

    def score(self, x: X) -> NDArray[np.float64]:
        """Return the scores of candidates, (rows, width) -> (rows,): the ranker's, of strangers' their popularity."""
        score = self._strangers.score(x)
        return self._ranker.guess(self._states["ranker"], x) if score is None else score

    def weigh(self, ranker: Guesses, state: Any) -> None:
        """Let another ranker score from now on, or the same with other weights; the state is consumed."""
        self._ranker = self._folds["ranker"] = ranker
        self._states["ranker"] = state

    def state(self, name: str) -> Any:
        """Return the state of a stage; not to be changed."""
        return self._states[name]

    def _pass(self, woven: Events) -> list[Candidates]:
        return [self._go(name, woven) for name in self._sources]

    def _go(self, name: str, batch: Any) -> Any:
        self._states[name], out = self._folds[name].step(self._states[name], batch)
        return out

    def _learn(self, events: Events) -> None:
        """Ask at each row, hold the lists, hand those of closed ticks to the ranker."""
        woven = self._go("asks", events)
        offered = united(self._pass(woven))
        turns = Turns.concat([*self._open, self._go("lists", (woven, (offered.question, offered.item, offered.x)))])
        closed = int(np.searchsorted(turns.tick, self._tick))
        if closed:
            self._go("ranker", turns.rows(slice(closed)))
        self._open = [turns.rows(slice(closed, None))]
