"""Fraud policy: what policies learned from drawn actions lose beside the cost threshold; whether a log can tell.

Synthetic payments of which it is known what each action would lose (`testing/acted.py`). A cost threshold that draws
other actions now and then lives through 60 days; policies are learned from its log, then act on 100 other days, whose
true means are compared: mean and 95 % interval over five seeds. Coverage: one learned policy stands still while 500
other logs of 80 days are judged by the later 60; outcomes are known a week late. Explored chances, the ridge were
chosen on other seeds.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from evercart.acting.actor import Acted, Actor, Explore
from evercart.acting.bandit import Bandit, Cases, Known
from evercart.acting.costs import APPROVE, DECLINE, expected_costs
from evercart.acting.q_reviews import QReviews
from evercart.acting.reviews import Reviews
from evercart.acting.tally import best_threshold
from evercart.evaluate.doubly_robust import Average, Drawn, average, scores
from evercart.gate.level import share
from evercart.testing.acted import SLOTS, Payments, outcome, payments, stated

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
A_DAY, DELAY_D, WARM, JUDGED, LEAST = 2000, 7, 20, 60, 20
REVIEWS, KEPT = 40, 20  # a day; while actions are drawn, so many are kept for those wished: draws make about the rest
COSTS = stated(payments(900, 200))
THRESHOLD = Actor(COSTS, Reviews(REVIEWS))
BY_Q = Actor(COSTS, QReviews(REVIEWS))
LOGGER = Actor(COSTS, Reviews(KEPT), Explore())
BANDIT = Bandit(SLOTS, THRESHOLD)
GUESSES: Final = ("no guess (inverse propensity)", "guess: stated costs", "guess: bandit, past alone")
LOGGERS: Final = ("cost threshold that draws", "bandit that draws, learning")


class Log(NamedTuple):
    """What was done, what came of it."""

    found: Payments
    drawn: Drawn
    guess: Floats  # (payments, actions) what a bandit expected that knew what was known by the day before


def lived(seed: int, days: int, a_day: int, *, learning: bool = False) -> Log:
    """Return a log with the guesses of the bandit that read it."""
    found, asked = payments(seed, days, a_day), Cases.concat
    if not learning:
        acted = replace(LOGGER, seed=seed).step(LOGGER.start(), found.risks)[1]
        lost = outcome(found, acted.action, seed)
        day = np.concatenate([found.day + DELAY_D, found.day])  # what settles comes first, of a day
        cases = asked([found.settled(acted.action, lost), found.asked()]).rows(np.argsort(day, kind="stable"))
        guess = BANDIT.step(BANDIT.start(), cases)[1].lost
        return Log(found, Drawn(acted.action, acted.chance, lost), guess)
    bandit, parts, guesses = replace(BANDIT, actor=replace(LOGGER, seed=seed)), list[Acted](), list[Floats]()
    state, cases_of = bandit.start(), [found.rows(found.day == one) for one in range(days)]
    losts = list[Floats]()
    for day, one in enumerate(cases_of):
        rows = [one.asked()]
        if day >= DELAY_D:
            rows.insert(0, cases_of[day - DELAY_D].settled(parts[day - DELAY_D].action, losts[day - DELAY_D]))
        state, chosen = bandit.step(state, asked(rows))
        parts.append(chosen.acted)
        guesses.append(chosen.lost)
        losts.append(outcome(one, chosen.acted.action, seed * 1000 + day))
    action, chance = (np.concatenate([getattr(part, name) for part in parts]) for name in ("action", "chance"))
    return Log(found, Drawn(action, chance, np.concatenate(losts)), np.concatenate(guesses))


def learned(log: Log) -> Known:
    """Return what a bandit knows once all of a log has settled, its reviews anew."""
    state = BANDIT.step(BANDIT.start(), log.found.settled(log.drawn.action, log.drawn.lost))[0]
    return state._replace(reviews=THRESHOLD.start())


def pair(state: Known, found: Payments) -> tuple[Ints, Ints]:
    """Return what the threshold would do, what a bandit that stands still would."""
    plain = THRESHOLD.step(THRESHOLD.start(), found.risks)[1].action
    copy = Known(tuple(type(one)(*(part.copy() for part in one)) for one in state.models), THRESHOLD.start())
    return plain, BANDIT.step(copy, found.asked())[1].acted.action


def lost(found: Payments, action: Ints) -> float:
    """Return the true mean, minor units a payment beside declining all, of all days but the first ones."""
    return float(found.lost[np.arange(len(found)), action][found.day >= WARM].mean())


def ways(seed: int) -> dict[str, float]:
    """Return what each policy loses a payment."""
    log, found = lived(seed, JUDGED, A_DAY), payments(seed + 500, 100 + WARM, A_DAY)
    began = time.process_time()
    state = learned(log)
    took = time.process_time() - began
    expected = BANDIT.step(state, found.asked())[1].lost
    past = (np.random.default_rng(seed).random(len(log.found)) < log.found.fraud).astype(np.float64)
    best = best_threshold(log.found.chance, expected_costs(past, log.found.amount, COSTS))  # knows every label

    def acted(actor: Actor, cost: Floats) -> float:
        return lost(found, actor.act(actor.start(), found.place, found.us, cost)[1].action)

    table, true = (expected_costs(one, found.amount, COSTS) for one in (found.chance, found.fraud))
    return {
        "approve all": lost(found, np.full(len(found), APPROVE)),
        "decline above one half": lost(found, np.where(found.chance > 0.5, DECLINE, APPROVE)),
        "decline above the best chance": lost(found, np.where(found.chance > best, DECLINE, APPROVE)),
        "cost threshold": acted(THRESHOLD, table),
        "cost threshold, reviews by Q": acted(BY_Q, table),
        "cost threshold, true chance": acted(THRESHOLD, true),
        "bandit": acted(THRESHOLD, expected),
        "Q-learning": acted(BY_Q, expected),
        "oracle": acted(THRESHOLD, found.lost),
        "the log's draws": float(log.found.lost[np.arange(len(log.found)), log.drawn.action].mean()),
        "payments learned/CPU-s": len(log.found) / took,
    }


def told(values: Sequence[float]) -> str:
    """Return a mean with the half width of its 95 % interval."""
    half = student.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return f"{np.mean(values):12.2f} ± {half:.2f}"


def show_values(seeds: Sequence[int]) -> None:
    """Print what policies lose, how much less than the threshold."""
    runs = [ways(seed) for seed in seeds]
    print(f"{'minor units a payment':<34}{'lost beside declining':>24}{'less than threshold':>24}")
    for name in runs[0]:
        less = [run["cost threshold"] - run[name] for run in runs]
        print(f"{name:<34}{told([run[name] for run in runs]):>24}{told(less):>24}")


def show_coverage(runs: range, state: Known, truth: float, *, learning: bool) -> None:
    """Print how often intervals hold the truth, how often the gate would ever have been wrong."""
    seen: dict[str, list[tuple[float, ...]]] = {name: [] for name in GUESSES}
    wrong, began = {0.01: 0, 0.05: 0}, time.process_time()
    for seed in runs:
        log = lived(seed, WARM + JUDGED, A_DAY, learning=learning)
        plain, other = pair(state, log.found)
        table, late = expected_costs(log.found.chance, log.found.amount, COSTS), log.found.day >= WARM
        for name, guess in zip(GUESSES, (0 * table, table - table[:, DECLINE:], log.guess), strict=True):
            gained = scores(log.drawn, guess, plain) - scores(log.drawn, guess, other)
            seen[name].append(_judged(average(gained[late], log.found.day[late]), truth))
        looks = [_until(gained, log.found.day, day) for day in range(WARM + LEAST, WARM + JUDGED)]
        for level in wrong:
            wrong[level] += any(look.always_above(share(level, 1)) > truth for look in looks)
    print(f"{len(runs)} logs, {(time.process_time() - began) / len(runs):.2f} CPU-s each; true gain {truth:.2f}")
    print(f"{'':<34}{'covered':>10}{'too high':>10}{'too low':>10}{'bias':>16}{'spread':>10}{'stated':>10}")
    for name, each in seen.items():
        high, low, mean, error = np.array(each).T
        bias = f"{mean.mean() - truth:.2f} ± {1.96 * mean.std(ddof=1) / np.sqrt(len(mean)):.2f}"
        shares = f"{1 - (high + low).mean():>10.1%}{high.mean():>10.1%}{low.mean():>10.1%}"
        print(f"{name:<34}{shares}{bias:>16}{mean.std(ddof=1):>10.2f}{np.sqrt((error**2).mean()):>10.2f}")
    print(
        f"bound at all times wrong at any of {JUDGED - LEAST} looks: "
        + str({k: v / len(runs) for k, v in wrong.items()})
    )


def _judged(found: Average, truth: float) -> tuple[float, ...]:
    low, high = found.interval()
    return float(low > truth), float(high < truth), found.mean, found.error


def _until(gained: Floats, day: Ints, last: int) -> Average:
    which = (day >= WARM) & (day < last)
    return average(gained[which], day[which])


def show_gate(seeds: Sequence[int], a_day: int, days: int) -> None:
    """Print on which day the gate lets a learned policy live that stood still meanwhile."""
    for seed in seeds:
        state, log = learned(lived(seed, JUDGED, A_DAY)), lived(seed + 700, WARM + days, a_day)
        plain, other = pair(state, log.found)
        gained = scores(log.drawn, log.guess, plain) - scores(log.drawn, log.guess, other)
        looks = {day: _until(gained, log.found.day, WARM + day) for day in range(LEAST, days + 1)}
        passed = next((day for day, look in looks.items() if look.always_above(share(0.01, 1)) > 0), None)
        last, true = looks[days], lost(log.found, plain) - lost(log.found, other)
        low, high = last.interval()
        print(
            f"seed {seed}: true gain {true:.1f}, told {last.mean:.1f} ({low:.1f} to {high:.1f}), passed on day {passed}"
        )


def main() -> None:
    """Print all of it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=500)
    options.add_argument("--first", type=int, default=10_000, help="seed of the first log that is judged")
    options.add_argument("--only", choices=("values", "gate", "coverage", "learning"))
    given = options.parse_args()
    if given.only in (None, "values"):
        show_values(range(5))
    if given.only in (None, "gate"):
        show_gate(range(5), 2 * A_DAY, 120)
    state = learned(lived(77, JUDGED, A_DAY))
    truth = float(np.mean([np.subtract(*(lost(found, one) for one in pair(state, found))) for found in _many()]))
    for learning, name in enumerate(("coverage", "learning")):
        if given.only in (None, name):
            print(LOGGERS[learning])
            show_coverage(range(given.first, given.first + given.runs), state, truth, learning=bool(learning))


def _many() -> list[Payments]:
    return [payments(9000 + seed, 100 + WARM, A_DAY) for seed in range(10)]


if __name__ == "__main__":
    main()
