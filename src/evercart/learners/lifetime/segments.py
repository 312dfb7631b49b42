"""Segments: shoppers grouped by rhythm, by basket, as a further column that a learner sees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Final, Generic, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.columns import Column, chosen
from evercart.fold import Grain
from evercart.labels.turns import Turns
from evercart.learners.eased import eased
from evercart.learners.learner import Learner, with_x
from evercart.learners.lifetime.periods import periods, take
from evercart.learners.lifetime.sample import BORN, LAST, PAID, VISITS, Sample, expire, sample
from evercart.learners.peeking import peek
from evercart.learners.reasons.parts import Parts, parts
from evercart.units import DAY_S, HOUR_S, SECOND_US

S = TypeVar("S")
Floats = NDArray[np.float64]
_RHYTHMS: Final = (
    *((2.0, "almost daily"), (5.0, "twice-weekly"), (10.5, "weekly"), (21.0, "fortnightly")),
    (45.0, "monthly"),
)
_BASKETS: Final = ((0.67, "small baskets"), (1.5, "middling baskets"))
_READ: Final = ("visits", "age", "since", "paid")
_SHORTEST_D: Final = HOUR_S / DAY_S
_ROUNDS: Final = 10
NEWCOMER: Final = "newcomers"


class Centres(NamedTuple):
    """Where the segments lie, as logarithms of (days between visits, worth of a visit)."""

    at: Floats  # (segments, 2); none before there were shoppers enough
    mean: Floats  # (2,) of the sample
    scale: Floats  # (2,) standard deviations


class SegmentsState(NamedTuple, Generic[S]):
    """The segments, the shoppers they were found among, beside the learner's own state."""

    centres: Centres
    period: NDArray[np.int64]  # (1,) in which they were last moved; -1 before the first row
    sample: Sample
    learner: S


@dataclass(frozen=True)
class Segments(Generic[S]):
    """A learner that sees, after its columns, the slot of a shopper's segment; slot 0 before the second visit.

    learner    is made for (*columns, `shown`)
    columns    what the columns of X mean; those of the table named `lives` are read
    rhythms    with baskets: how many segments along each; they begin at even parts of the shoppers
    size, every_s, keep_s, least    of the sample, see `Lifetime`

    Each period a few rounds of k-means go on from where the segments lay, so that a slot keeps its meaning while
    it moves. Distances are in standard deviations.

    Source: Lloyd, "Least squares quantization in PCM", IEEE Trans. Information Theory 28(2), 1982.
    """

    learner: Learner[S]
    columns: tuple[Column, ...]
    lives: str = "lives"
    rhythms: int = 3
    baskets: int = 2
    size: int = 1024
    every_s: float = 7 * DAY_S
    keep_s: float = 730 * DAY_S
    least: int = 100
    grain: ClassVar[Grain] = "tick"

    def __post_init__(self) -> None:
        require(1 <= self.rhythms <= 16, "segments.rhythms", "1 to 16", self.rhythms)
        require(1 <= self.baskets <= 16, "segments.baskets", "1 to 16", self.baskets)
        require(self.size >= 1, "segments.size", "at least 1", self.size)
        require(self.every_s >= 1, "segments.every_s", "at least 1", self.every_s)
        require(self.keep_s > 0, "segments.keep_s", "more than 0", self.keep_s)
        parts = self.rhythms * self.baskets
        require(self.least >= parts, "segments.least", f"at least {parts}, one a segment", self.least)
        _ = self._places

    @property
    def shown(self) -> Column:
        """Return what the further column means."""
        return Column("segment", slots=1 + self.rhythms * self.baskets)

    @cached_property
    def _places(self) -> NDArray[np.int64]:
        return np.array(chosen(self.columns, [f"{self.lives}.{name}" for name in _READ]), np.int64)

    def start(self) -> SegmentsState[S]:
        """Return no segments yet, with the learner's first state."""
        return SegmentsState(_none(), np.full(1, -1), sample(), self.learner.start())

    def eased(self, state: SegmentsState[S], keep: float) -> SegmentsState[S]:
        """Return the learner inside eased; the segments stay."""
        return state._replace(learner=eased(self.learner, state.learner, keep))

    def step(self, state: SegmentsState[S], turns: Turns) -> tuple[SegmentsState[S], NDArray[np.float64]]:
        """Move the segments where a period begins; show, guess, learn, tick by tick."""
        shown = np.empty((len(turns), 1), np.float32)
        state = state._replace(sample=state.sample.roomy(self.size))
        for rows, period in periods(turns, self._every_us):
            if period != state.period[0]:
                state = state._replace(centres=self._moved(state, period))
                expire(state.sample, self._edge(period))
                state.period[0] = period
            shown[rows, 0] = self.slots(state.centres, turns.x[rows])
            take(state.sample, self.size, turns.rows(rows), self._places)
        inner, guesses = self.learner.step(state.learner, with_x(turns, np.hstack([turns.x, shown])))
        return state._replace(learner=inner), guesses

    def peek(self, state: SegmentsState[S], turns: Turns) -> NDArray[np.float64]:
        """Return the learner's guesses; where a period would begin, by where the segments would then lie."""
        return peek(self.learner, state.learner, with_x(turns, np.hstack([turns.x, self._told(state, turns)])))

    def parts(self, state: SegmentsState[S], turns: Turns) -> Parts:
        """Return the learner's parts, with what it is shown."""
        shown = self._told(state, turns)
        found = parts(self.learner, state.learner, with_x(turns, np.hstack([turns.x, shown])))
        return found._replace(shown={self.shown.name: shown[:, 0].astype(np.float64), **found.shown})

    def _told(self, state: SegmentsState[S], turns: Turns) -> NDArray[np.float32]:
        """Return what is shown of questions, (rows, 1)."""
        shown = np.empty((len(turns), 1), np.float32)
        for rows, period in periods(turns, self._every_us):
            centres = state.centres if period == state.period[0] else self._moved(state, period)
            shown[rows, 0] = self.slots(centres, turns.x[rows])
        return shown

    def slots(self, centres: Centres, x: NDArray[np.float32]) -> NDArray[np.int64]:
        """Return the slot of each row, (rows,)."""
        visits, age, since, paid = x[:, self._places].astype(np.float64).T
        return _nearest(centres, _about(visits, age - since, paid))

    def name(self, centres: Centres, slot: int) -> str:
        """Return what a segment is called: by where it lies, against the mean basket of all.

        >>> from evercart.features.lives import Lives
        >>> from evercart.learners.mean import Mean
        >>> segments = Segments(Mean(), Lives().columns)
        >>> segments.name(segments.start().centres, 0)
        'newcomers'
        """
        if not 0 < slot <= len(centres.at):
            return NEWCOMER
        days, ratio = np.exp(centres.at[slot - 1] - np.array([0.0, centres.mean[1]]))
        rhythm = next((word for most, word in _RHYTHMS if days < most), "rarely")
        return f"{rhythm}, {next((word for most, word in _BASKETS if ratio < most), 'big baskets')}"

    @property
    def _every_us(self) -> int:
        return round(self.every_s * SECOND_US)

    def _edge(self, period: int) -> float:
        return (period * self.every_s - self.keep_s) / DAY_S

    def _moved(self, state: SegmentsState[S], period: int) -> Centres:
        """Return the segments among the sample as it stands at the beginning of a period."""
        known = state.sample.known
        known = known[known[:, BORN] >= self._edge(period)]
        about = _about(known[:, VISITS], known[:, LAST] - known[:, BORN], known[:, PAID])
        about = about[np.isfinite(about[:, 0])]
        if len(about) < self.least:
            return state.centres
        scale = about.std(axis=0)
        centres = Centres(state.centres.at, about.mean(axis=0), np.where(scale > 0, scale, 1.0))
        if not len(centres.at):
            centres = centres._replace(at=self._laid(about))
        for _ in range(_ROUNDS):
            slot = _nearest(centres, about)
            parts = [about[slot == place + 1] for place in range(len(centres.at))]
            means = [part.mean(axis=0) if len(part) else old for part, old in zip(parts, centres.at, strict=True)]
            centres = centres._replace(at=np.array(means))
        return centres

    def _laid(self, about: Floats) -> Floats:
        """Return first centres: even parts by rhythm, each in even parts by basket."""
        parts = np.array_split(about[np.argsort(about[:, 0], kind="stable")], self.rhythms)
        fine = [
            few for part in parts for few in np.array_split(part[np.argsort(part[:, 1], kind="stable")], self.baskets)
        ]
        return np.array([few.mean(axis=0) for few in fine])


def _none() -> Centres:
    return Centres(np.zeros((0, 2)), np.zeros(2), np.ones(2))


def _about(visits: Floats, spanned: Floats, paid: Floats) -> Floats:
    """Return logarithms, (rows, 2); NaN of whoever has no rhythm or paid nothing."""
    regular = (visits >= 2) & (paid > 0)
    every = np.maximum(np.where(regular, spanned, 0.0) / np.where(regular, visits - 1, 1.0), _SHORTEST_D)
    both = np.stack([np.log(every), np.log(np.where(regular, paid, 1.0))], axis=1)
    return np.where(regular[:, None], both, np.nan)


def _nearest(centres: Centres, about: Floats) -> NDArray[np.int64]:
    """Return 1 + the place of the nearest segment, (rows,); 0 where there is none."""
    regular = np.isfinite(about[:, 0])
    if not len(centres.at):
        return np.zeros(len(about), np.int64)
    away = (((np.where(regular[:, None], about, 0.0)[:, None] - centres.at) / centres.scale) ** 2).sum(axis=2)
    return np.where(regular, 1 + np.argmin(away, axis=1), 0)
