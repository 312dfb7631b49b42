"""App: a question that a shop asks, as a list of parts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

from evercart.acting.actor import Actor
from evercart.asks.weave import Asks
from evercart.errors import require
from evercart.evaluate.losses import Loss
from evercart.evaluate.slices import Slices
from evercart.events.batch import TEXT
from evercart.features.columns import Column
from evercart.features.tabling import Tabling
from evercart.features.titles import Titles
from evercart.fold import Fold, describe
from evercart.gate.rules import DEFAULT, Rule
from evercart.labels.answers import Answer
from evercart.labels.further import Further
from evercart.labels.lists import Lists
from evercart.labels.named import Named
from evercart.labels.pairs import Pairs, Tick
from evercart.labels.precedents import Precedents
from evercart.learners.learner import Learner
from evercart.publish.guard import Fast, Finite, Guard
from evercart.shortlist import Shortlist
from evercart.units import DAY_S
from evercart.zones import zone

MEND_ADDS = ("outlier",)  # columns that a mending fold adds: the log does not hold them


@dataclass(frozen=True)
class App:
    """What is asked when, what answers it, what is known, who guesses, what a miss costs.

    name         what people type
    about        one line that says what is predicted
    unit         of the label, such as "chance" or "USD"
    time_zone    whose calendar days are the rows of the report
    mend         folds from Events to Events that run before the asks: outliers are flagged, gaps filled
    challengers  further racers by name, beside the champion; the gate may make one of them the one that is live
    gate         what a challenger must pass
    clip, likely of the gate's bets; see `Reign`, `Sequence`
    guards       what a new revision of the model that is live must pass
    slices       parts of the questions that are scored apart, too
    crosses      pairs of slot columns that batch opponents may cross, as the champion does
    candidates   where the app ranks: which items are offered, of which the racers then order a question's; it brings
                 its own asks and answers, stands in the place of tables
    acts         where something is done about what is asked: the action of least expected cost, by the chance
    precedents   which answered questions are kept, for a later one to be compared with; None: none are
    named        where the answer is one of some labels: what holds a question until it is told which; `answers` are
                 none then, its window is the app's
    """

    name: str
    about: str
    asks: Asks
    answers: tuple[Answer, ...]
    window_s: float
    tables: tuple[Tabling, ...]
    champion: Learner[Any]
    loss: Loss
    unit: str = "1"
    time_zone: str = "UTC"
    late_s: float = 1 * DAY_S
    provisional_s: float | None = None
    mend: tuple[Fold[Any, Any, Any], ...] = ()
    challengers: tuple[tuple[str, Learner[Any]], ...] = ()
    gate: tuple[Rule, ...] = DEFAULT
    clip: float = 2.0
    likely: float | None = None
    guards: tuple[Guard, ...] = (Finite(), Fast(1_000))
    slices: Slices | None = None
    crosses: tuple[tuple[str, str], ...] = ()
    candidates: Shortlist | None = None
    named: Named | None = None
    acts: Actor | None = None
    precedents: Precedents | None = None

    def __post_init__(self) -> None:
        require(
            bool(re.fullmatch("[a-z][a-z0-9_]*", self.name)), "app.name", "lower-case letters, digits, _", self.name
        )
        rule = "none beside candidates" if self.candidates else "at least one table"
        require(bool(self.tables) != bool(self.candidates), f"app {self.name}.tables", rule, self.tables)
        names = Counter(column.name for column in self.columns)
        twice = sorted(name for name, times in names.items() if times > 1)
        require(not twice, f"app {self.name}.tables", "columns with names that differ", " ".join(twice))
        racers = {"continual": self.champion, **dict(self.challengers)}
        alike = len({describe(learner) for learner in racers.values()}) < 1 + len(self.challengers)
        rule = "names and learners that differ from one another, from the champion"
        require(not alike, f"app {self.name}.challengers", rule, " ".join(racers))
        self.labels(Tick())
        zone(self.time_zone)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return what each column of X means, over all tables, or of a candidate."""
        return self.candidates.columns if self.candidates else columns_of(self.tables)

    @property
    def subject(self) -> str:
        """Return the column that a question must name: whom it is about, or the text that is to be told apart."""
        return TEXT if self.named else self.answers[0].by

    def labels(self, tick: Tick) -> Pairs | Lists | Further | Named:
        """Return the fold that makes turns of this app's questions."""
        if self.named:
            return replace(self.named, tick=tick, width=len(self.columns))
        return self.candidates.lists(tick) if self.candidates else self.pairs(tick)

    def one_answer(self, where: str) -> App:
        """Return the app; raises `UserError` naming who wants it, where its answer is no single number."""
        rule, got = "an app whose answer is a number", "one that ranks" if self.candidates else "one that names labels"
        require(self.candidates is None and self.named is None, f"{where} {self.name}", rule, got)
        return self

    def pairs(self, tick: Tick) -> Pairs:
        """Return the fold that holds this app's questions until they are answered."""
        return Pairs(self.answers, self.window_s, self.late_s, self.provisional_s, tick=tick, width=len(self.columns))

    @property
    def titles(self) -> tuple[str, ...]:
        """Return the encoders of titles that it needs a log to bring along; "" is none."""
        own = (table.texts for table in self.tables if isinstance(table, Titles))
        return (*(self.candidates.texts if self.candidates else ()), *own)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns of the log that it needs, beside the clock."""
        ranked = [self.candidates] if self.candidates else []
        parts: list[Any] = [*self.mend, self.asks, *self.tables, *ranked, self.labels(Tick())]
        names = dict.fromkeys(name for part in parts for name in part.reads)
        return tuple(name for name in names if name not in (*MEND_ADDS, "number"))


def columns_of(tables: tuple[Tabling, ...]) -> tuple[Column, ...]:
    """Return the columns of X: those of the tables, side by side."""
    return tuple(column for table in tables for column in table.columns)
