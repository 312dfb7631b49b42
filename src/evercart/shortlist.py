"""Shortlist: what an app that ranks is made of, from the question to the list that is scored."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal, Protocol

from evercart.asks.arrival import Arrival
from evercart.asks.each import After
from evercart.errors import require
from evercart.evaluate.ranking import Ranking
from evercart.events.kinds import KEYS
from evercart.events.kinds import number as kind_number
from evercart.features.columns import Column
from evercart.fold import Fold, Grain
from evercart.labels.further import Further
from evercart.labels.lists import Lists
from evercart.labels.outcomes import Gains
from evercart.labels.pairs import Tick
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.ranker import Ranker
from evercart.units import HOUR_S, WEEK_S

Task = Literal["next click", "next basket"]
TASKS: Final[tuple[Task, ...]] = ("next click", "next basket")


class Source(Protocol):
    """A fold that offers candidates: woven events -> Candidates."""

    @property
    def kind(self) -> str:
        """Return the kind of the rows it learns from."""
        ...

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns of an event that it needs."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns of a candidate's x."""
        ...

    @property
    def offered(self) -> int:
        """Return how many candidates a question gets at most."""
        ...

    @property
    def grain(self) -> Grain:
        """Return the grain."""
        ...

    def start(self) -> Any:
        """Return the state before the first row."""
        ...

    def step(self, state: Any, batch: Any) -> tuple[Any, Any]:
        """Return the candidates of each question."""
        ...


@dataclass(frozen=True)
class Shortlist:
    """Which items, best first, may answer a question.

    sources    offer candidates; of several the candidates are united
    kind       of the rows that answer
    task       "next click": asked after each row, answered by the next of its session; "next basket": asked as a
               shopper arrives, answered by all that is then bought
    gap_s      between the rows of a basket that has no name of its own, at most
    k          items of a list that count
    window_s   how long a session may pause before its next row is the first of another
    gains      what the ranker learns of answers, in the place of 1 for each row of `kind`: rows of several kinds,
               all those up to the next question; None: only that the answer was taken
    answers_by column by which these are found, "" the one of the question: "user" where orders have a session of
               their own
    further    kinds that may come of an item once it was taken, for a learner of several outcomes; see `Further`
    """

    sources: tuple[Source, ...] = (Browsing(),)
    kind: str = "view"
    task: Task = "next click"
    gap_s: float = 0.0
    k: int = 20
    window_s: float = 1 * WEEK_S
    tick: Tick = field(default_factory=Tick)
    gains: Gains | None = None
    answers_by: str = ""
    further: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        kind_number(self.kind)
        require(self.task in TASKS, "shortlist.task", "one of " + ", ".join(TASKS), self.task)
        require(len(self.sources) > 0, "shortlist.sources", "at least one", "none")
        for source in self.sources:
            require(hasattr(source, "offered"), "shortlist.sources", "sources of candidates", type(source).__name__)
        own = self.kind not in self.further
        require(own, "shortlist.further", f"kinds other than {self.kind}, which answers", self.further)
        rule = "one of session, user beside gains"
        fits = self.answers_by in (("session", "user") if self.gains else ())
        require(not self.answers_by or fits, "shortlist.answers_by", rule, self.answers_by)

    @property
    def by(self) -> str:
        """Return the column that says whom a question is about."""
        return "session" if self.task == "next click" else "user"

    @property
    def asks(self) -> After | Arrival:
        """Return what asks."""
        if self.task == "next click":
            return After(self.kind, tuple(name for name in self.reads if name in KEYS))
        return Arrival(self.kind, gap_s=self.gap_s)

    @property
    def reads(self) -> tuple[str, ...]:
        """Return the columns of an event that are needed."""
        own = ("session", "item") if self.task == "next click" else ("user", "place", "session", "item")
        said = (*((self.answers_by,) if self.answers_by else ()), *(self.gains.reads if self.gains else ()))
        said += ("user",) if self.further else ()
        return tuple(dict.fromkeys((*own, *(name for one in self.sources for name in one.reads), *said)))

    @property
    def kinds(self) -> frozenset[int]:
        """Return the numbers of the kinds that are read."""
        named = [getattr(source, "kinds", (source.kind,)) for source in self.sources]
        named.append([kind for kind, _ in self.gains.worth] if self.gains else [])
        named.append(list(self.further))
        return frozenset(kind_number(name) for name in {self.kind, *(name for names in named for name in names)})

    @property
    def texts(self) -> tuple[str, ...]:
        """Return the names of the encoders by which sources know titles; see `titled`."""
        return tuple(getattr(source, "texts", "") for source in self.sources)

    @property
    def columns(self) -> tuple[Column, ...]:
        """Return what the columns of a candidate's x mean, as `unite` puts them beside each other."""
        if len(self.sources) == 1:
            return tuple(Column(name) for name in self.sources[0].columns)
        own = ("given_score", "given_place")
        named = zip(self.source_names, self.sources, strict=True)
        return tuple(Column(f"{name}.{column}") for name, one in named for column in (*own, *one.columns))

    @property
    def source_names(self) -> tuple[str, ...]:
        """Return a name for each source: its class, numbered where it comes twice."""
        names = [type(source).__name__.lower() for source in self.sources]
        return tuple(name if names.count(name) == 1 else f"{name}{at}" for at, name in enumerate(names))

    @property
    def longest(self) -> int:
        """Return how many candidates a question has at most."""
        return sum(source.offered for source in self.sources)

    def lists(self, tick: Tick) -> Lists | Further:
        """Return what waits for the answers."""
        several = self.task == "next basket" or self.gains is not None
        width, asked = len(self.columns), (self.kind, self.answers_by or self.by, several, self.gains)
        lists = Lists(width, *asked, window_s=HOUR_S, longest=self.longest, tick=tick)
        return Further(lists, self.further) if self.further else lists

    @property
    def ranker(self) -> Ranker:
        """Return what orders the candidates."""
        return Ranker(self.columns)

    @property
    def ranking(self) -> Ranking:
        """Return what scores the lists of a backtest."""
        return Ranking(self.kind, self.by, self.k, self.window_s)

    def stages(self) -> dict[str, Fold[Any, Any, Any]]:
        """Return every stage of a backtest by name, in the order of their turns."""
        sources = {f"source{at}": source for at, source in enumerate(self.sources)}
        return {
            "asks": self.asks,
            **sources,
            "lists": self.lists(self.tick),
            "ranker": self.ranker,
            "ranking": self.ranking,
        }
