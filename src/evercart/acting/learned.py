"""Learned: a policy learned from live decisions that were drawn, let live only by the gate."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.acting.actor import Actor, Risks
from evercart.acting.bandit import Bandit, Cases
from evercart.acting.costs import DECLINE
from evercart.acting.learning import Learning
from evercart.acting.lived import Lived, lived, slots_known
from evercart.errors import expected
from evercart.evaluate.doubly_robust import Average, Drawn, gain
from evercart.features.columns import Column
from evercart.gate.evidence import Evidence, Part
from evercart.gate.level import share
from evercart.labels.turns import ASKED, SETTLED
from evercart.learners.newton import Curved
from evercart.log import Log
from evercart.units import SECOND_US

Ints = NDArray[np.int64]
THRESHOLD, LEARNED = "threshold", "learned"
_UNSEEN: Final = 0.01  # share of the payments on which both differ that may have been done without a draw


class Policy(NamedTuple):
    """What was learned, how it stands.

    bandit       with what it knows by the end of the log, but for the reviews of the day
    objection    of the gate; "" where it may live
    decisions    closed ones that it learned from
    differs      of these, on how many it would have done another thing than the threshold
    unseen       of those, on how many nothing was drawn, so that the log cannot tell
    gain         minor units a payment by which it would have lost less, doubly robust; None where nothing is known
    sure         what the gain lies above, however often one looks; None like it
    """

    bandit: Bandit
    models: tuple[Curved, ...]
    objection: str
    decisions: int
    differs: int
    unseen: int
    gain: Average | None
    sure: float | None

    @property
    def lives(self) -> str:
        """Return which policy acts."""
        return THRESHOLD if self.objection else LEARNED

    def summary(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        told = self.gain if self.gain and np.isfinite(self.gain.error) else None
        low, high = told.interval() if told else (None, None)
        return {
            "acts": self.lives,
            "objection": self.objection,
            "decisions": self.decisions,
            "differs": self.differs,
            "unseen": self.unseen,
            "days": self.gain.groups if self.gain else 0,
            "gain_minor": self.gain.mean if self.gain else None,
            "low": low,
            "high": high,
            "sure_above": self.sure if told else None,
        }


def learned_from(log: Log, app: str, columns: tuple[Column, ...], actor: Actor, learning: Learning) -> Policy:
    """Return the policy that the live decisions of an app teach.

    columns    of the app, all of them
    """
    found = lived(log, app, learning.after_s)
    found = found.rows(np.flatnonzero(found.closed)[-learning.most :])
    slot = slots_known(log, found.offset, columns, learning.context)
    return learned(found, slot, learning.slots(columns), actor, learning)


def learned(found: Lived, slot: Ints, slots: tuple[int, ...], actor: Actor, learning: Learning) -> Policy:
    """Return the policy that a log of decisions teaches, judged on the same log by what the past told each day.

    slot      (decisions, columns) what else was known, as numbers of slots
    slots     how many slots each column has

    Each decision is answered once more by the threshold, then by the bandit that knows what had settled before it.
    """
    kept = np.flatnonzero(found.closed)[-learning.most :]
    done, slot = found.rows(kept), slot[kept]
    plain = replace(actor, through=None)
    bandit = Bandit(slots, plain)
    if not len(done):
        return Policy(bandit, bandit.start().models, _none("none"), 0, 0, 0, None, None)
    lost = done.lost(actor.costs)
    state, chosen = bandit.step(bandit.start(), _told(done, slot, lost, learning.after_s))
    threshold = plain.step(plain.start(), Risks(done.offset, done.us, done.guess, done.amount))[1].action
    other = chosen.acted.action
    drawn = Drawn(done.action, done.drawn, lost)
    gained = gain(drawn, chosen.lost, threshold, other, done.day)
    differs = threshold != other
    unseen = differs & (_without_chance(drawn, threshold) | _without_chance(drawn, other))
    counts = (len(done), int(differs.sum()), int(unseen.sum()))
    sure = gained.always_above(share(learning.rule.level, 1)) if np.isfinite(gained.error) else None
    if counts[2] > _UNSEEN * counts[1]:
        objection = expected("chances of actions", "draws of what either policy would do", f"none for {counts[2]:,}")
    else:
        objection = learning.rule(_evidence(gained, len(done))) or ""
    return Policy(bandit, state.models, objection, *counts, gained, sure)


def _none(got: str) -> str:
    return expected("live decisions", "some of which nothing more is waited for", got)


def _without_chance(drawn: Drawn, action: Ints) -> NDArray[np.bool_]:
    """Return where an action was not done, nor could have been drawn; of declining it is known what it leads to."""
    found: NDArray[np.bool_] = (drawn.action != action) & (drawn.chance >= 1) & (action != DECLINE)
    return found


def _told(done: Lived, slot: Ints, lost: NDArray[np.float64], after_s: float) -> Cases:
    """Return the decisions as questions beside what came of them, each once that was known, in the order of time."""
    n, place = len(done), np.arange(len(done))
    when = np.concatenate([done.us + round(after_s * SECOND_US), done.us])
    both = [
        Cases(np.full(n, SETTLED, np.int8), place, done.us, done.guess, done.amount, slot, done.action, lost),
        Cases(np.full(n, ASKED, np.int8), place, done.us, done.guess, done.amount, slot, place * 0 - 1, lost * np.nan),
    ]
    return Cases.concat(both).rows(np.lexsort((np.repeat((0, 1), n), when)))


def _evidence(gained: Average, counted: int) -> Evidence:
    whole = Part("all", counted, 0.0, -gained.mean, gained.error)
    return Evidence(THRESHOLD, LEARNED, 1, counted, 0.0, gained.mean, whole, (), (0.0, 0.0), off_policy=gained)
