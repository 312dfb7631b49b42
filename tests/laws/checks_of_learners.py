"""Learners of numbers, with what wraps them, each with input that hurts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from keeping import HOUR_US, NERVOUS, Check, of

from evercart.evaluate.drift.page_hinkley import PageHinkley
from evercart.features.columns import Column
from evercart.features.lives import Lives
from evercart.labels.turns import ASKED
from evercart.learners.boosted import Boosted
from evercart.learners.by_key import ByKey
from evercart.learners.by_tick import ByTick
from evercart.learners.calibrated import Calibrated
from evercart.learners.commonest import Commonest
from evercart.learners.corrected import Corrected
from evercart.learners.factorization import Factorization
from evercart.learners.frozen import Frozen
from evercart.learners.grid import grid
from evercart.learners.halving import Halving
from evercart.learners.imputed import HOW, Imputed
from evercart.learners.isolated import Isolated
from evercart.learners.lifetime.lifetime import SHOWN, Lifetime
from evercart.learners.lifetime.segments import Segments
from evercart.learners.linear import Linear
from evercart.learners.loda import Loda
from evercart.learners.mean import Mean
from evercart.learners.mixture import Mixture
from evercart.learners.newton import Newton
from evercart.learners.optimizers import AdaGrad, Adam, Ftrl, Momentum, RmsProp, Sgd
from evercart.learners.published import Published
from evercart.learners.reacting import Reacting
from evercart.learners.rescaled import Rescaled
from evercart.learners.restarted import Restarted
from evercart.learners.sabotaged import Sabotaged
from evercart.learners.scaled import Scaled
from evercart.learners.transformed import Transformed
from evercart.learners.tuned import Tuned
from evercart.learners.weighed import Weighed
from evercart.remember.lda import Lda
from evercart.remember.ridge import Ridge
from evercart.testing import Turned
from evercart.testing.streams import START_US
from evercart.testing.turned import COLUMNS
from evercart.units import DAY_S, DAY_US, HOUR_S

LINEAR = [
    of(Linear(COLUMNS, "logistic", Ftrl(l1=0.01), crosses=(("slot", "word"),), cross_slots=512), Turned()),
    *(of(Linear(COLUMNS, "squared", by), Turned(labels="sum")) for by in (Sgd(), Momentum(), AdaGrad())),
    *(of(Linear(COLUMNS, "hinge", by), Turned()) for by in (RmsProp(), Adam())),
]
SUMS = Linear(COLUMNS, "squared")


class Moments(NamedTuple):
    """What least squares needs of the past."""

    gram: Any
    moment: Any


class Least:
    """Least squares: a model that is no kernel."""

    def start(self) -> Moments:
        return Moments(np.eye(len(COLUMNS)), np.zeros(len(COLUMNS)))

    def predict(self, state: Moments, x: Any) -> Any:
        return (x * np.linalg.solve(state.gram, state.moment)).sum(1)  # not @, whose bits depend on how many rows

    def learn(self, state: Moments, x: Any, y: Any, weight: Any) -> Moments:
        x = x.astype(float)
        return Moments(state.gram + (x * weight[:, None]).T @ x, state.moment + x.T @ (weight * y))


FROZEN = of(Frozen(Scaled(Linear(COLUMNS), COLUMNS), START_US + DAY_US), Turned())._replace(durations_us=(8 * HOUR_US,))


class Faulty(Mean):
    """A learner that is spoiled by one label in forty, or one question: it raises."""

    def step(self, state: Any, turns: Any) -> Any:
        state, guesses = super().step(state, turns)
        large = turns.x[:, 0] == 7.5
        if (large & (turns.y > 300)).any() or (large & (turns.what == ASKED) & (turns.x[:, 1] == 7.5)).any():
            state.sums[:] = np.nan
            raise ValueError(*["too much"])
        return state, guesses


BOOSTED = Boosted(COLUMNS, every=24, memory=64, keep=0.5, rounds=1, most=2, leaves=2, least=1)
ALPHAS = {"learner.optimizer.alpha": (0.1, 1.0, 0.01, 3.0)}
QUICK = PageHinkley(0.01, 0.3, least=1)
FEW: Any = {"size": 8, "every_s": HOUR_S, "keep_s": DAY_S, "least": 6}
LIVING = (*Lives().columns, *COLUMNS)
FORETOLD = Lifetime(Linear((*LIVING, *SHOWN)), LIVING, DAY_S, size=8, every_s=HOUR_S, keep_s=DAY_S, least=2)


CHECKS: dict[type[Any], list[Check]] = {
    ByKey: [of(ByKey(slots=64), Turned())],
    ByTick: [
        of(ByTick(Least()), Turned(labels="sum")),
        of(ByTick(Lda(len(COLUMNS), 2)), Turned()),
        of(ByTick(Ridge(len(COLUMNS), 2, 16)), Turned()),
    ],
    Boosted: [of(BOOSTED, Turned())._replace(keeps_bytes=1 << 15)],
    Calibrated: [of(Calibrated(Linear(COLUMNS), remember=64), Turned())],
    Loda: [of(Loda(COLUMNS, projections=3, window=256), Turned())._replace(keeps_bytes=1 << 16)],
    Commonest: [of(Commonest(most=3), Turned(labels="sum"))],
    Corrected: [of(Corrected(SUMS, COLUMNS, "number"), Turned(labels="sum"))],
    Factorization: [of(Factorization(COLUMNS, factors=4), Turned())],
    Frozen: [FROZEN],
    Halving: [
        of(Halving(grid(Scaled(Linear(COLUMNS), COLUMNS), **ALPHAS), first=5, wait=16), Turned()),
        of(Halving((Newton(COLUMNS), SUMS, Mean()), "squared", first=3), Turned(labels="sum")),
    ],
    Imputed: [of(Imputed(Scaled(SUMS, COLUMNS), COLUMNS, how), Turned(labels="sum", holes=0.2)) for how in HOW],
    Isolated: [
        of(Isolated(Scaled(Linear(COLUMNS), COLUMNS)), Turned()),
        of(Isolated(Linear(COLUMNS, "squared", Sgd(1e9))), Turned(labels="sum")),  # soon beyond any number
        of(Isolated(Faulty()), Turned(labels="sum")),
    ],
    Lifetime: [of(FORETOLD, Turned(LIVING)), of(replace(FORETOLD, size=1), Turned(LIVING, "sum"))],
    Linear: LINEAR,
    Mean: [of(Mean(), Turned())],
    Mixture: [of(Mixture((Linear(COLUMNS), Mean()), remember=16), Turned())],
    Newton: [of(Newton(COLUMNS), Turned(labels="sum")), of(Newton(COLUMNS, "logistic"), Turned())],
    Published: [of(Published(Scaled(Linear(COLUMNS), COLUMNS), 8 * HOUR_US), Turned())],
    Reacting: [
        of(Reacting(Scaled(Linear(COLUMNS), COLUMNS), PageHinkley(0.01, 0.3, least=1), every=8, remember=16), Turned()),
        of(Reacting(Newton(COLUMNS), PageHinkley(0.1, 2.0, least=1), "squared", every=16), Turned(labels="sum")),
    ],
    Rescaled: [of(Rescaled(Scaled(SUMS, COLUMNS)), Turned(labels="sum"))],
    Restarted: [
        of(Restarted(Scaled(Linear(COLUMNS), COLUMNS), QUICK, remember=16, least=4, every=8, wait=16), Turned()),
        of(Restarted(Newton(COLUMNS), NERVOUS, "squared", remember=64, every=16, wait=99), Turned(labels="sum")),
    ],
    Sabotaged: [of(Sabotaged(Linear(COLUMNS), START_US + DAY_US, share=0.5), Turned())],
    Scaled: [of(Scaled(SUMS, COLUMNS), Turned(labels="sum"))],
    Segments: [of(Segments(Linear((*LIVING, Column("segment", slots=7))), LIVING, **FEW), Turned(LIVING))],
    Transformed: [of(Transformed(SUMS, 0.01), Turned(labels="sum"))],
    Tuned: [
        of(
            Tuned(
                grid(Scaled(Linear(COLUMNS), COLUMNS), **ALPHAS),
                tuple("abcd"),
                (1.0, 1.0, 2.0, 1.0),
                1.5,
                first=5,
                wait=16,
            ),
            Turned(),
        )._replace(durations_us=(DAY_US,)),
        of(Tuned((SUMS, Mean()), ("a", "b"), (1.0, 1.0), 9.0, "squared", 3), Turned(labels="sum")),
    ],
    Weighed: [of(Weighed(Linear(COLUMNS), COLUMNS, "slot", (0.5, *(1.0,) * 62, 0.0)), Turned())],
}
