"""Business: what came of live decisions, by the model that made them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.batch import Batch
from evercart.errors import require
from evercart.events.batch import DTYPES, Events, missing
from evercart.events.kinds import number as kind_number
from evercart.fold import Grain
from evercart.hashing import U64, hash_name
from evercart.kernel import kernel
from evercart.recent import NONE, Recent, drop, recent, touch, with_room
from evercart.slots import find, tall
from evercart.units import DAY_S, MISSING, SECOND_US

MEASURES: Final = ("orders", "revenue", "margin", "retention", "satisfaction")
_ORDERS, _REVENUE, _MARGIN, _RETENTION, _SATISFACTION = range(5)
_MODELS: Final = 64  # remembered at most
_BUCKETS: Final = 64  # that shoppers are hashed into, so that a mean has an honest error
_N, _SUM = 0, 1
_DECISION, _ORDER, _FEEDBACK = (kind_number(name) for name in ("decision", "order", "feedback"))


@dataclass(frozen=True)
class Closed(Batch):
    """Decisions whose window has closed.

    model     (rows,) uint64: who decided
    user      (rows,) uint64: about whom
    us        (rows,) int64: log time of the decision
    came      (rows, measures) float64, see `MEASURES`; NaN where it is not known
    """

    model: NDArray[np.uint64]
    user: NDArray[np.uint64]
    us: NDArray[np.int64]
    came: NDArray[np.float64]


class Measure(NamedTuple):
    """The mean of one measure over a model's decisions of which it is known; its standard error, by shopper."""

    name: str
    decisions: int
    mean: float
    error: float


class BusinessState(NamedTuple):
    """Open decisions in the order in which they were made, shoppers' last orders, sums of what closed."""

    open: Recent  # by id; carries model, user
    came: NDArray[np.float64]  # (capacity of open, measures + 1) the last: verdicts
    users: Recent  # about whom was decided of late; carries when each ordered last, since then
    models: Recent
    sums: NDArray[np.float64]  # (capacity of models, buckets, measures, 2) how many, their sum

    def packed(self) -> BusinessState:
        """Drop spare room."""
        came, sums = self.came[: self.open.keys.size], self.sums[: self.models.keys.size]
        return BusinessState(self.open.packed(), came, self.users.packed(), self.models.packed(), sums)

    def unpacked(self) -> BusinessState:
        """Make room again."""
        opened, users, models = self.open.unpacked(), self.users.unpacked(), self.models.unpacked()
        return self._replace(open=opened, users=users, models=models)._tall()

    def roomy(self, rows: int) -> BusinessState:
        """Return the state with room for so many further decisions."""
        opened, users = with_room(self.open, rows), with_room(self.users, rows)
        few = min(rows + self.open.keys.live, _MODELS)
        return self._replace(open=opened, users=users, models=with_room(self.models, few))._tall()

    def _tall(self) -> BusinessState:
        came, sums = tall(self.came, len(self.open.keys.keys)), tall(self.sums, len(self.models.keys.keys))
        return self._replace(came=came, sums=sums)


class _Rules(NamedTuple):
    good: np.uint64
    bad: np.uint64
    window_us: int
    soon_us: int
    keep_us: int


@dataclass(frozen=True)
class Business:
    """A fold from events of the log to closed decisions; what came of one is in events whose `ref` names it.

    good, bad    verdicts of `feedback` rows, hashed under the shop's key, see `of`; others are not counted
    window_s     from a decision until it closes
    soon_s       orders so soon after a decision are its own doing, later ones mean that the shopper came back
    keep_s       a model is forgotten so long after its last decision closed

    Without a decision the state stays empty: only shoppers about whom one is open are remembered, 64 models at most.
    Orders are counted, revenue is the sum of their amounts, minor units; margin the same less `cost`, known where
    each order says it. Retention is 1 where the shopper orders again after `soon_s`, within the window; it is not
    known of nobody. Satisfaction is 1 for good, 0 for bad, their mean where there are several.

    Source: the errors are those of a ratio over clusters: Cochran, "Sampling techniques", 3rd ed., 1977, 6.3.
    """

    good: int
    bad: int
    window_s: float = 28 * DAY_S
    soon_s: float = 1 * DAY_S
    keep_s: float = 182 * DAY_S
    reads: ClassVar[tuple[str, ...]] = ("id", "user", "ref", "model", "amount", "cost", "verdict")
    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(self.window_s > 0, "business.window_s", "more than 0", self.window_s)
        require(0 <= self.soon_s < self.window_s, "business.soon_s", "at least 0, below the window", self.soon_s)
        require(self.keep_s > 0, "business.keep_s", "more than 0", self.keep_s)

    @classmethod
    def of(cls, key: int, good: str = "good", bad: str = "bad", window_s: float = 28 * DAY_S) -> Business:
        """Return the fold for a shop with this key.

        >>> Business.of(key=1).window_s
        2419200
        """
        return cls(hash_name(good, key), hash_name(bad, key), window_s)

    def start(self) -> BusinessState:
        """Return the state before the first row."""
        models = recent(0)
        sums = np.zeros((len(models.keys.keys), _BUCKETS, len(MEASURES), 2))
        opened = recent(2)
        return BusinessState(opened, np.zeros((len(opened.keys.keys), 1 + len(MEASURES))), recent(1), models, sums)

    def step(self, state: BusinessState, batch: Events) -> tuple[BusinessState, Closed]:
        """Return what closed."""
        made = int(np.count_nonzero(batch.kind == _DECISION))
        state = state.roomy(made)
        most = state.open.keys.live + made
        out = Closed(
            np.zeros(most, np.uint64),
            np.zeros(most, np.uint64),
            np.zeros(most, np.int64),
            np.zeros((most, len(MEASURES))),
        )
        id_, user, ref, model, amount, cost, verdict = (_column(batch, name) for name in self.reads)
        rules = _Rules(
            *(U64(verdict) for verdict in (self.good, self.bad)),  # type: ignore[arg-type]
            *(round(span * SECOND_US) for span in (self.window_s, self.soon_s, self.keep_s)),
        )
        given = (batch.kind, batch.logged_us, (id_, user, ref, model, verdict), (amount, cost))
        found = _walk(state, rules, *given, (out.model, out.user, out.us, out.came))
        return state, out.rows(slice(found))

    def measures(self, state: BusinessState, model: int) -> tuple[Measure, ...]:
        """Return what came of a model's closed decisions; nothing of one without any.

        model    its name as decisions hold it, hashed under the shop's key
        """
        slot = int(find(state.models.keys, U64(model))) if model else NONE
        if slot == NONE:
            return ()
        return tuple(_measure(name, state.sums[slot, :, at]) for at, name in enumerate(MEASURES))


def _column(batch: Events, name: str) -> NDArray[Any]:
    """Return a column, (rows,); in a batch without it nothing of it was ever said."""
    found = batch.columns.get(name)
    return np.full(len(batch), missing(name), DTYPES[name]) if found is None else found


def _measure(name: str, sums: NDArray[np.float64]) -> Measure:
    """Return mean with error from (buckets, 2)."""
    n, total = sums[:, _N], sums[:, _SUM]
    held = n > 0
    if not held.any():
        return Measure(name, 0, math.nan, math.nan)
    mean, clusters = float(total.sum() / n.sum()), int(held.sum())
    if clusters < 2:
        return Measure(name, int(n.sum()), mean, math.nan)
    rest = float(((total - mean * n) ** 2).sum()) * clusters / (clusters - 1)
    return Measure(name, int(n.sum()), mean, math.sqrt(rest) / float(n.sum()))


@kernel
def _walk(
    state: BusinessState,
    rules: _Rules,
    kind: NDArray[np.int16],
    logged_us: NDArray[np.int64],
    keys: tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint64]],
    money: tuple[NDArray[np.int64], NDArray[np.int64]],
    out: tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64], NDArray[np.float64]],
) -> int:
    id_, user, ref, model, verdict = keys
    amount, cost = money
    closed = 0
    for row in range(len(kind)):
        now = logged_us[row]
        while state.open.ends[0] != NONE and now - state.open.links[state.open.ends[0]].last_us > rules.window_us:
            _close(state, rules, state.open.ends[0], out, closed)
            closed += 1
        while state.users.ends[0] != NONE and now - state.users.links[state.users.ends[0]].last_us > rules.window_us:
            drop(state.users, state.users.ends[0])
        while state.models.ends[0] != NONE and now - state.models.links[state.models.ends[0]].last_us > rules.keep_us:
            state.sums[state.models.ends[0], :, :, :] = 0.0
            drop(state.models, state.models.ends[0])
        if kind[row] == _DECISION and id_[row] != U64(0) and model[row] != U64(0):
            if find(state.open.keys, id_[row]) == NONE:
                slot = touch(state.open, id_[row], now)
                state.open.carried[slot, 0], state.open.carried[slot, 1] = model[row], user[row]
                if user[row] != U64(0):
                    touch(state.users, user[row], now)  # as long as any decision about the shopper is open
        elif kind[row] == _ORDER:
            who = find(state.users.keys, user[row]) if user[row] != U64(0) else NONE
            if who != NONE:
                state.users.carried[who, 0] = U64(now)
            slot = find(state.open.keys, ref[row]) if ref[row] != U64(0) else NONE
            if slot != NONE:
                came = state.came[slot]
                came[_ORDERS] += 1.0
                paid = amount[row] if amount[row] != MISSING else 0
                came[_REVENUE] += paid
                came[_MARGIN] += paid - cost[row] if cost[row] != MISSING else np.nan
        elif (
            kind[row] == _FEEDBACK and ref[row] != U64(0) and (verdict[row] == rules.good or verdict[row] == rules.bad)
        ):
            slot = find(state.open.keys, ref[row])
            if slot != NONE:
                state.came[slot, len(MEASURES)] += 1.0
                state.came[slot, _SATISFACTION] += 1.0 if verdict[row] == rules.good else 0.0
    return closed


@kernel
def _close(
    state: BusinessState,
    rules: _Rules,
    slot: int,
    out: tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.int64], NDArray[np.float64]],
    at: int,
) -> None:
    """Say what came of a decision; count it for its model, in the place of the one silent longest if need be."""
    model, user, us = state.open.carried[slot, 0], state.open.carried[slot, 1], state.open.links[slot].last_us
    came = state.came[slot]
    told = came[len(MEASURES)]
    came[_SATISFACTION] = came[_SATISFACTION] / told if told > 0.0 else np.nan
    last = find(state.users.keys, user) if user != U64(0) else NONE
    back = last != NONE and np.int64(state.users.carried[last, 0]) - us > rules.soon_us
    came[_RETENTION] = np.nan if user == U64(0) else 1.0 if back else 0.0
    out[0][at], out[1][at], out[2][at] = model, user, us
    out[3][at] = came[:5]
    end = us + rules.window_us
    known = find(state.models.keys, model)
    if known == NONE and _full(state):
        oldest = state.models.ends[0]
        state.sums[oldest, :, :, :] = 0.0
        drop(state.models, oldest)
    place = touch(state.models, model, end)
    for measure in range(5):
        if not np.isnan(came[measure]):
            state.sums[place, int(user % U64(_BUCKETS)), measure, 0] += 1.0
            state.sums[place, int(user % U64(_BUCKETS)), measure, 1] += came[measure]
    came[:] = 0.0
    drop(state.open, slot)


@kernel
def _full(state: BusinessState) -> bool:
    return bool(state.models.keys.counts[0] - state.models.keys.counts[1] >= _MODELS)
