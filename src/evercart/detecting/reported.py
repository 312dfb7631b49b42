"""Reported: what the report says of payments beside chances: costs, reasons, attacks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from evercart.acting.learned import learned_from
from evercart.acting.lived import lived
from evercart.acting.worth import worth
from evercart.asks.logged import decoded, layout
from evercart.asks.weave import DECISION
from evercart.checkpoints import Changed
from evercart.deciding import live_of
from evercart.detecting.alike import usual_of
from evercart.detecting.hindsight import asks_before_payments
from evercart.detecting.reasoned import code_of
from evercart.harden.fought import fought
from evercart.labels.precedents import TOLD, Cases
from evercart.labels.turns import ASKED, Turns
from evercart.lane import Lane
from evercart.learners.isolated import Isolated, own
from evercart.learners.reasons.parts import Parted, parts
from evercart.units import DAY_US

if TYPE_CHECKING:
    from evercart.shop import Shop

_READ: Final = 1 << 19  # rows of the log, from its end, in which decisions are looked for
_MOST: Final = 2_000  # decisions whose reasons are counted
_STRANGEST: Final = 0.01  # of decisions, where none says what to do: those of the highest chance count as suspected
MEASURE: Final = "evercart backtest fraud --data FILE --map MAP"
X = NDArray[np.float32]


class Given(NamedTuple):
    """A reason, with the share of payments of which it was the first."""

    code: str
    suspected: float | None  # of live decisions that did not approve
    frauds: float | None  # of past frauds


class Attacked(NamedTuple):
    """A model's mean loss on known frauds and other lessons as they came, as they would look made again; in nats."""

    racer: str
    clean: float
    attacked: float


class Reported(NamedTuple):
    """What the report says.

    worth      of live actions (`Worth.summary`); None where the app does not act
    given      reasons, those first that are the first of most; `suspected`, `frauds` of how many payments
    attacked   by racer, where a racer is hardened
    policy     how a learned one stands (`Policy.summary`); None where none is learned
    measure    the command that measures recall under attack
    """

    worth: dict[str, Any] | None
    given: tuple[Given, ...]
    suspected: int
    frauds: int
    attacked: tuple[Attacked, ...]
    policy: dict[str, Any] | None = None
    measure: str = MEASURE

    def summary(self) -> dict[str, Any]:
        """Return it as plain values."""
        tables = {name: [one._asdict() for one in getattr(self, name)] for name in ("given", "attacked")}
        return {**self._asdict(), **tables}


def all_reported(shop: Shop) -> dict[str, dict[str, Any]]:
    """Return what the report says of each app that is asked before payments; nothing before it has learned.

    A checkpoint of other settings has learned something else.
    """
    if not any(asks_before_payments(app) for app in shop.apps):
        return {}
    ring = shop.ring()
    try:
        last = shop.checkpoints.last(ring)
    except Changed:
        last = None
    lanes = (lane for lane in ring.lanes() if asks_before_payments(lane.app)) if last else ()
    return {lane.app.name: reported(shop, lane, last[0]).summary() for lane in lanes if last}


def reported(shop: Shop, lane: Lane, states: Mapping[str, Any]) -> Reported:
    """Return what the report says of an app that is asked before payments.

    states    of the newest checkpoint
    """
    app = lane.app
    found = worth(lived(shop.log, app.name, app.provisional_s or app.window_s), app.acts) if app.acts else None
    first = _First.of(lane, states)
    suspected, frauds = first.codes(_suspected(shop, lane)), first.codes(first.frauds)
    attacked = ((name, fought(states[stage.name])) for name, stage in lane.racers.items())
    return Reported(
        found.summary() if found else None,
        _given(suspected, frauds),
        len(suspected),
        len(frauds),
        tuple(Attacked(name, *losses) for name, losses in attacked if losses),
        _policy(shop, lane),
    )


def _policy(shop: Shop, lane: Lane) -> dict[str, Any] | None:
    acts = lane.app.acts
    if acts is None or acts.learning is None:
        return None
    return learned_from(shop.log, lane.app.name, lane.app.columns, acts, acts.learning).summary()


class _First(NamedTuple):
    """Says which reason of a payment counts most, by the model that is live."""

    lane: Lane
    learner: Any
    state: Any
    cases: Cases | None

    @classmethod
    def of(cls, lane: Lane, states: Mapping[str, Any]) -> _First:
        weights = live_of(lane, states)
        learner = weights.learner.learner if isinstance(weights.learner, Isolated) else weights.learner
        return cls(lane, learner, own(weights.state), states[lane.recall.name].cases if lane.recall else None)

    @property
    def frauds(self) -> X:
        """Return the features of known frauds."""
        if self.cases is None:
            return np.zeros((0, len(self.lane.app.columns)), np.float32)
        found: X = self.cases.x[TOLD][(self.cases.offset[TOLD] >= 0) & (self.cases.y[TOLD] == 1)]
        return found

    def codes(self, x: X) -> list[str]:
        """Return the first reason of each payment, beyond those of a usual one."""
        if not len(x) or not isinstance(self.learner, Parted):
            return []
        usual = usual_of(self.cases, self._each, np.iinfo(np.int64).max) if self.cases else None
        added = self._each(x) - (0.0 if usual is None else usual)
        of = [code_of(column.name) for column in self.lane.app.columns]
        codes = list(dict.fromkeys(of))
        sums = np.stack([added[:, [at for at, one in enumerate(of) if one == code]].sum(1) for code in codes], 1)
        return [codes[at] for at in sums.argmax(1).tolist()]

    def _each(self, x: X) -> NDArray[np.float64]:
        rows, n = np.arange(len(x)), len(x)
        never, ones, key = np.full(n, np.nan), np.ones(n), np.zeros(n, np.uint64)
        what = np.full(n, ASKED, np.int8)
        turns = Turns(what, rows, rows, rows * DAY_US, rows, never, never, ones, key, np.ascontiguousarray(x))
        return parts(self.learner, self.state, turns).among([column.name for column in self.lane.app.columns])


def _suspected(shop: Shop, lane: Lane) -> X:
    """Return the features of the newest live decisions that did not approve, where the log still has them."""
    log, columns = shop.log, ("offset", "app", "guess", "action", "x")
    rows = log.names(max(0, log.next_offset - _READ), log.next_offset, (DECISION,), columns)
    rows = rows.filter(pc.equal(rows["app"], lane.app.name))
    if not rows.num_rows:
        return np.zeros((0, len(lane.app.columns)), np.float32)
    if lane.app.acts:
        rows = rows.filter(pc.greater(rows["action"], 0))
    else:
        least = np.quantile(rows["guess"].fill_null(0).to_numpy(), 1 - _STRANGEST)
        rows = rows.filter(pc.greater_equal(rows["guess"], least))
    rows = rows.slice(max(0, rows.num_rows - _MOST))
    return decoded(rows["x"], layout(lane.app.columns), len(lane.app.columns))[1]


def _given(suspected: list[str], frauds: list[str]) -> tuple[Given, ...]:
    counts = [Counter(codes) for codes in (suspected, frauds)]
    names = sorted({*suspected, *frauds}, key=lambda name: (-max(_share(one, name) or 0 for one in counts), name))
    return tuple(Given(name, *(_share(one, name) for one in counts)) for name in names)


def _share(counts: Counter[str], name: str) -> float | None:
    return counts[name] / counts.total() if counts else None
