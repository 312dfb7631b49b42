"""Sequence: evidence that a challenger loses less than the champion, which may be looked at after every label.

Each challenger starts with one unit of money, bets on every counted question that it will lose less than the
champion, and wins or pays in proportion to the difference of their losses. Nobody gets rich in a game that is
fair or worse: an equal challenger ever holds 1 / level with a chance of at most `level`, however often one looks.

What makes the game fair. (1) Rows come in the order of asking, up to the oldest question still open; read as
they settle, early "yes" would favour optimists. (2) Of a shopper, a question counts if the shopper's last
counted one had closed when it was asked: two questions about one window would be one bet laid twice. So when a
counted question is asked, its shopper's earlier counted labels are known. Assumed, as by every interval that is
clustered by shopper: given what is known when a question is asked, its label does not depend on what other
shoppers do later. Then the mean of its difference, given all that were counted before it, is its mean given
what was known when it was asked: at most 0 where the challenger is no better. The money on each stake is hence
a non-negative supermartingale, so is their sum, and Ville's inequality holds over all questions at once;
which of them was the last to be judged at some moment does not matter.

(3) A challenger that suits a shopper goes on suiting that shopper, which says little about others. So a
shopper's k-th difference enters less what the k - 1 before it foretold, and weighs less: together they enter as
their sum * (1 + r) / (1 + k r), r being the variance between shoppers over that within them. This leaves what
the best linear forecast cannot tell, is never larger than the clip, and changes nothing where no shopper comes
twice. r is measured on the rows before, two standard errors to the safe side; (3) is exact where shoppers'
effects are foretold linearly with that r, and errs to the safe side where they vary less.

What it does not cover: a shock after the asking that hits many shoppers at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart import queue
from evercart.errors import require
from evercart.evaluate.losses import Loss, loss_of
from evercart.evaluate.scored import Scored
from evercart.fold import Grain
from evercart.gate.bets import STAKES, lay, log_sum, money
from evercart.hashing import U64
from evercart.kernel import kernel
from evercart.queue import HEAD, NEXT
from evercart.slots import Slots, add, find, release, reserve, slots
from evercart.units import DAY_S, SECOND_US

GAIN, SQUARE, ECHO = 0, 1, 2  # of `sums`
_MOST_ALIKE: Final = 100.0


class Counted(NamedTuple):
    """Counted questions not older than shoppers are kept; a ring."""

    us: NDArray[np.int64]
    slot: NDArray[np.int64]  # of the shopper


class Shoppers(NamedTuple):
    """What is known of each shopper, by slot."""

    us: NDArray[np.int64]  # when the last counted question was asked
    times: NDArray[np.int64]  # counted questions
    gain: NDArray[np.float64]  # (capacity, challengers) sum of clipped differences


class Wagers(NamedTuple):
    """What a sequence remembers."""

    ends: NDArray[np.int64]  # (2,) of `counted`
    counted: Counted
    keys: Slots
    shoppers: Shoppers
    wealth: NDArray[np.float64]  # (challengers, stakes) money
    sums: NDArray[np.float64]  # (challengers, 3) of clipped differences, squares, products with the shopper's before
    n: NDArray[np.int64]  # (2,) counted questions, pairs of one shopper's

    def packed(self) -> Wagers:
        """Drop spare room."""
        size, held = self.keys.size, self.shoppers
        held = Shoppers(held.us[:size], held.times[:size], held.gain[:size])
        counted = queue.straight(self.ends, self.counted)
        return self._replace(counted=counted, keys=self.keys.packed(), shoppers=held)

    def unpacked(self) -> Wagers:
        """Make room again."""
        keys = self.keys.unpacked()
        counted = queue.ringed(self.ends, self.counted)
        return self._replace(counted=counted, keys=keys, shoppers=_grown(self.shoppers, len(keys.keys)))


@dataclass(frozen=True)
class Sequence:
    """The bets of all challengers against one champion.

    racers      the champion first, in the order of the columns of `Scored.guesses`
    clip        the most that one question's difference may count, in the unit of the loss
    window_s    from asking a question until its label is known
    likely      mean difference over mean squared difference, 1 / unit of the loss, of a challenger worth
                promoting: where most of the money is laid, worth most within a factor of two; None: laid evenly
    keep_s      how long a shopper without counted questions is kept

    The packed state is 184 bytes a challenger, with (32 + 8 * challengers) bytes for each shopper kept,
    16 bytes for each question counted in that time.
    Source: Waudby-Smith and Ramdas, "Estimating means of bounded random variables by betting", JRSS B 86(1),
    2024; the mixture of stakes: Robbins, "Statistical methods related to the law of the iterated logarithm",
    Ann. Math. Stat. 41(5), 1970; for forecasters: Choe and Ramdas, "Comparing sequential forecasters",
    Operations Research 72(4), 2024; (3) is the innovation of Henderson's mixed model, "Best linear unbiased
    estimation and prediction under a selection model", Biometrics 31(2), 1975.

    >>> from evercart.evaluate.losses import log_loss
    >>> Sequence(("current", "shadow"), log_loss, clip=1.0, window_s=604_800).start().wealth.shape
    (1, 20)
    """

    racers: tuple[str, ...]
    loss: Loss
    clip: float
    window_s: float
    likely: float | None = None
    keep_s: float = 91 * DAY_S

    grain: ClassVar[Grain] = "event"

    def __post_init__(self) -> None:
        require(len(self.racers) > 1, "sequence.racers", "a champion with at least one challenger", self.racers)
        require(0 < self.clip < float("inf"), "sequence.clip", "more than 0", self.clip)
        require(self.window_s >= 0, "sequence.window_s", "at least 0", self.window_s)
        require(self.keep_s >= self.window_s, "sequence.keep_s", "at least the window", self.keep_s)
        require(self.likely is None or self.likely > 0, "sequence.likely", "more than 0, or None", self.likely)

    def start(self) -> Wagers:
        """Return the money before the first bet."""
        likely = None if self.likely is None else float(np.clip(self.likely * self.clip, STAKES[-1], STAKES[0]))
        challengers = len(self.racers) - 1
        keys = slots()
        return Wagers(
            np.zeros(2, np.int64),
            Counted(np.zeros(4, np.int64), np.zeros(4, np.int64)),
            keys,
            _shoppers(len(keys.keys), challengers),
            np.tile(money(likely), (challengers, 1)),
            np.zeros((challengers, 3)),
            np.zeros(2, np.int64),
        )

    def step(self, state: Wagers, batch: Scored) -> tuple[Wagers, NDArray[np.float64]]:
        """Return (rows, challengers): after each question, the logarithm of each one's money, in nats."""
        rule = "a column for each of " + " ".join(self.racers)
        require(batch.guesses.shape[1] == len(self.racers), "sequence.guesses", rule, batch.guesses.shape[1])
        keys = reserve(state.keys, len(batch))
        shoppers = _grown(state.shoppers, len(keys.keys))
        counted = queue.roomy(state.ends, state.counted, len(batch))
        state = state._replace(keys=keys, shoppers=shoppers, counted=counted)
        out = np.empty((len(batch), len(self.racers) - 1))
        window_us, keep_us = round(self.window_s * SECOND_US), round(self.keep_s * SECOND_US)
        columns = (batch.us, batch.y, batch.key, batch.guesses)
        _walk(state, window_us, keep_us, self.loss.code, self.loss.level, self.clip, STAKES, *columns, out)
        return state, out

    def evidence(self, state: Wagers) -> NDArray[np.float64]:
        """Return (challengers,) the logarithm of each one's money, in nats; 0 before the first bet."""
        return np.array([log_sum(wealth) for wealth in state.wealth])


def _shoppers(capacity: int, challengers: int) -> Shoppers:
    return Shoppers(np.zeros(capacity, np.int64), np.zeros(capacity, np.int64), np.zeros((capacity, challengers)))


def _grown(shoppers: Shoppers, capacity: int) -> Shoppers:
    if len(shoppers.us) == capacity:
        return shoppers
    roomy = _shoppers(capacity, shoppers.gain.shape[1])
    for column, had in zip(roomy, shoppers, strict=True):
        column[: len(had)] = had
    return roomy


@kernel
def _walk(
    state: Wagers,
    window_us: int,
    keep_us: int,
    loss: int,
    level: float,
    clip: float,
    stakes: NDArray[np.float64],
    us: NDArray[np.int64],
    y: NDArray[np.float64],
    key: NDArray[np.uint64],
    guesses: NDArray[np.float64],
    out: NDArray[np.float64],
) -> None:
    now = np.empty(len(state.wealth))
    for c in range(len(now)):
        now[c] = log_sum(state.wealth[c])
    for i in range(len(us)):
        slot = _counts(state, window_us, keep_us, us[i], key[i])
        if slot >= 0:
            champion = loss_of(loss, level, y[i], guesses[i, 0])
            for c in range(len(now)):
                gain = champion - loss_of(loss, level, y[i], guesses[i, c + 1])
                gain = min(max(gain, -clip), clip)
                now[c] = lay(state.wealth[c], stakes, _news(state, c, slot, gain) / clip)
                state.shoppers.gain[slot, c] += gain
            state.n[0] += 1
            state.n[1] += state.shoppers.times[slot]
            state.shoppers.times[slot] += 1
        out[i] = now


@kernel
def _counts(state: Wagers, window_us: int, keep_us: int, us: int, key: np.uint64) -> int:
    """Return the slot of the shopper whose question counts, or -1."""
    ends, counted, mask, last = state.ends, state.counted, len(state.counted.us) - 1, state.shoppers.us
    while ends[HEAD] < ends[NEXT] and counted.us[ends[HEAD] & mask] + keep_us < us:
        slot = counted.slot[ends[HEAD] & mask]
        if last[slot] == counted.us[ends[HEAD] & mask]:
            last[slot] = 0
            state.shoppers.times[slot] = 0
            state.shoppers.gain[slot] = 0.0
            release(state.keys, slot)
        ends[HEAD] += 1
    if key == U64(0):
        return -1
    slot = find(state.keys, key)
    if slot < 0:
        slot = add(state.keys, key)
    elif last[slot] + window_us >= us:
        return -1
    last[slot] = us
    counted.us[ends[NEXT] & mask] = us
    counted.slot[ends[NEXT] & mask] = slot
    ends[NEXT] += 1
    return int(slot)


@kernel
def _news(state: Wagers, challenger: int, slot: int, gain: float) -> float:
    """Return what a shopper's difference says beyond those before it, weighed; remember its moments."""
    before, had = state.shoppers.times[slot], state.shoppers.gain[slot, challenger]
    sums = state.sums[challenger]
    news = gain
    if before > 0:
        alike = _alike(sums, state.n)
        news -= alike * had / (1.0 + before * alike)
        news *= (1.0 + alike) / (1.0 + (before + 1) * alike)
    sums[GAIN] += gain
    sums[SQUARE] += gain * gain
    sums[ECHO] += gain * had
    return news


@kernel
def _alike(sums: NDArray[np.float64], n: NDArray[np.int64]) -> float:
    """Return the variance between shoppers over that within them, two standard errors to the safe side."""
    if n[1] == 0 or sums[SQUARE] == 0.0:
        return _MOST_ALIKE
    between = max(sums[ECHO] / n[1] * n[0] / sums[SQUARE] + 2.0 / np.sqrt(n[1]), 0.0)
    return float(min(between / max(1.0 - between, 1e-9), _MOST_ALIKE))
