"""Parts sum to the guess, and are what each column does where that is known otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import factorial
from typing import NamedTuple

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.drift.adwin import Adwin
from evercart.features.columns import Column
from evercart.fold import clone
from evercart.labels.turns import ASKED, Turns
from evercart.learners.by_tick import ByTick
from evercart.learners.commonest import Commonest
from evercart.learners.corrected import Corrected
from evercart.learners.factorization import Factorization
from evercart.learners.frozen import Frozen
from evercart.learners.halving import Halving
from evercart.learners.imputed import Imputed
from evercart.learners.learner import with_x
from evercart.learners.lifetime.lifetime import SHOWN, Lifetime
from evercart.learners.lifetime.segments import Segments
from evercart.learners.linear import Linear
from evercart.learners.mean import Mean
from evercart.learners.mixture import Mixture
from evercart.learners.newton import Newton
from evercart.learners.optimizers import AdaGrad
from evercart.learners.peeking import peek
from evercart.learners.prequential import prequential
from evercart.learners.published import Published
from evercart.learners.reasons.parts import Parts, chance, parts
from evercart.learners.rescaled import Rescaled
from evercart.learners.restarted import Restarted
from evercart.learners.scaled import Scaled
from evercart.learners.transformed import Transformed
from evercart.learners.tuned import Tuned
from evercart.learners.weighed import Weighed
from evercart.remember.forget import Forget
from evercart.remember.lda import Lda
from evercart.units import DAY_US

COLUMNS = (Column("a"), Column("b", "EUR"), Column("c", slots=40), Column("d", slots=9))
LIVES = tuple(Column(f"lives.{name}") for name in ("visits", "age", "since", "paid"))
CHANCE = Linear(COLUMNS, "logistic", crosses=(("c", "d"),))
SUM = Linear(COLUMNS, "squared", AdaGrad(0.1), use=("a", "c"))
PAIRS = Factorization(COLUMNS, factors=4, rate=0.3)


class Steep(NamedTuple):
    slopes: np.ndarray


@dataclass(frozen=True)
class Straight:
    """A model for `ByTick` that fades, that knows its parts."""

    rate: float = 0.02

    def start(self):
        return Steep(np.zeros(2))

    def predict(self, state, x):
        return self.parts(state, x).guess

    def learn(self, state, x, y, weight):
        slopes = state.slopes
        for row, label, count in zip(np.nan_to_num(x[:, :2]), y, weight, strict=True):
            slopes = slopes + self.rate * count * (label - row @ slopes) * row
        return Steep(slopes)

    def faded(self, state, keep):
        return Steep(keep * state.slopes)

    def parts(self, state, x):
        return Parts(("a", "b"), np.zeros(len(x)), np.nan_to_num(x[:, :2].astype(float)) * state.slopes)


RACED = (CHANCE, Linear(COLUMNS, "logistic", use=("a", "c")))
LEARNERS = {
    "mean": Mean(),
    "linear": CHANCE,
    "a sum": SUM,
    "pairs": PAIRS,
    "newton": Newton(COLUMNS),
    "logistic newton": Newton(COLUMNS, "logistic"),
    "scaled": Scaled(CHANCE, COLUMNS),
    "imputed": Imputed(CHANCE, COLUMNS),
    "weighed": Weighed(CHANCE, COLUMNS, "d", tuple(range(9))),
    "transformed": Transformed(SUM, 0.5),
    "rescaled": Rescaled(SUM),
    "corrected": Corrected(SUM, COLUMNS, "b"),
    "mixture of chances": Mixture((CHANCE, Mean(), Scaled(PAIRS, COLUMNS))),
    "mixture of log odds": Mixture((CHANCE, Mean(), Scaled(PAIRS, COLUMNS)), mean_of="log odds"),
    "mixture of sums": Rescaled(Mixture((SUM, Newton(COLUMNS)), "squared", rate=0.1)),
    "restarted": Restarted(CHANCE, Adwin(side="up"), every=64),
    "frozen": Frozen(CHANCE, 1_000),
    "published": Published(CHANCE, every_us=7),
    "halving": Halving(RACED, first=64),
    "tuned": Tuned(RACED, ("all", "some"), (1.0, 1.0), first=64),
    "by tick": ByTick(Straight()),
    "forget": Forget(ByTick(Straight()), half_life_rows=300),
}


def draw(rows: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    slots = rng.integers(0, 40, rows), rng.integers(0, 9, rows)
    x = np.stack([rng.normal(size=rows), rng.normal(1, 2, rows), *slots], 1).astype(np.float32)
    x[:, :2][rng.random((rows, 2)) < 0.05] = np.nan
    y = (rng.random(rows) < chance(np.nan_to_num(x[:, 0]) - 0.1 * (np.nan_to_num(x[:, 2]) - 20))).astype(float)
    return x, y


def asked(learner, x, y):
    """Return the state after all rows but the last twenty, with those as questions."""
    turns = prequential(x, y)
    state, _ = learner.step(learner.start(), turns.rows(slice(0, -40)))
    rest = turns.rows(slice(-40, None))
    return state, rest.rows(rest.what == ASKED)


@pytest.mark.parametrize("name", LEARNERS)
def test_the_parts_sum_to_the_guess_and_leave_the_state_alone(name: str) -> None:
    learner = LEARNERS[name]
    state, questions = asked(learner, *draw(1500))
    before = clone(state)
    said = parts(learner, state, questions)
    guess = peek(learner, state, questions)
    assert np.allclose(said.guess, guess, rtol=1e-6, atol=1e-6)
    assert np.allclose(said.plain().guess, guess, rtol=1e-6, atol=1e-6)
    assert said.each.shape == (len(questions), len(said.names))
    assert np.ptp(guess) == 0 if name == "mean" else np.ptp(guess) > 0.05
    assert np.array_equal(peek(learner, before, questions), guess)


def test_a_restart_that_is_due_is_taken_before() -> None:
    learner = Restarted(Linear(COLUMNS, "squared", AdaGrad(0.3)), Adwin(0.5, side="up"), "squared", every=16, least=8)
    x, y = draw(600)
    y[300:] += 20.0
    due, turns = 0, prequential(x, y)
    state = learner.start()
    for at in range(0, len(turns), 2):
        question = turns.rows(slice(at, at + 1))
        guess = peek(learner, state, question)
        assert np.allclose(parts(learner, state, question).guess, guess, atol=1e-9)
        due += not np.allclose(guess, peek(learner.learner, state.learner, question))
        state, _ = learner.step(state, turns.rows(slice(at, at + 2)))
    assert due


def test_what_a_learner_shows_itself_is_a_part() -> None:
    longer = (*LIVES, *SHOWN)
    widest = (*longer, Column("segment", slots=7))
    inner = Corrected(Rescaled(Linear(widest, "squared", AdaGrad(0.1))), widest, SHOWN[2].name)
    learner = Lifetime(Segments(inner, longer), LIVES, 86400.0 * 28)
    rng = np.random.default_rng(1)
    x = np.stack([rng.integers(1, 9, 400), rng.uniform(50, 90, 400), rng.uniform(0, 50, 400), rng.uniform(1, 50, 400)])
    state, questions = asked(learner, x.T.astype(np.float32), rng.uniform(0, 90, 400))
    said = parts(learner, state, questions)
    assert np.allclose(said.guess, peek(learner, state, questions), rtol=1e-9)
    assert said.names == tuple(column.name for column in widest)
    assert list(said.shown) == [*(column.name for column in SHOWN), "segment"]
    assert (said.shown["lifetime.value"] > 0).all() and said.among(["lifetime.value"]).all()


def test_halves_of_crosses_and_pairs_are_shapleys_values() -> None:
    """Of each column's marginal effect, a column left out adding nothing, in all orders: by definition."""
    columns = (Column("a"), Column("b"), Column("c", slots=40), Column("d", slots=9))
    rng = np.random.default_rng(2)
    x = np.stack([*rng.normal(size=(2, 600)), rng.integers(0, 40, 600), rng.integers(0, 9, 600)], 1)
    y = (x[:, 0] * x[:, 1] + 0.3 * (x[:, 3] - 4) > 0).astype(float)
    for learner in (Factorization(columns, factors=4, rate=0.3), Linear(columns, crosses=(("c", "d"),))):
        state, questions = asked(learner, x.astype(np.float32), y)
        said = parts(learner, state, questions)
        assert np.allclose(said.each[:3], _shapley(learner, columns, state, questions.rows(slice(0, 3))), atol=1e-5)


def _shapley(learner, columns, state, questions):
    """Return (rows, columns) from the log odds of every coalition, each the same model without the others' terms."""
    plan, many = learner.terms.plan, len(columns)

    def value(coalition: tuple[int, ...]) -> np.ndarray:
        x = questions.x.copy()
        memory = state.memory.copy()
        for at in set(range(many)) - set(coalition):
            x[:, at] = 0.0
            for term, one in enumerate(plan):
                crossed = term >= learner.terms.numbers + learner.terms.slots
                if (not crossed and one[2] == at) or (crossed and term < len(plan) - 1 and at in one[2:]):
                    memory[one[0] : one[0] + one[1]] = 0.0
        guess = peek(learner, state._replace(memory=memory), with_x(questions, x))
        return np.log(guess / (1 - guess))

    found = np.zeros((len(questions), many))
    for at in range(many):
        rest = [one for one in range(many) if one != at]
        for size in range(many):
            for coalition in combinations(rest, size):
                share = factorial(size) * factorial(many - size - 1) / factorial(many)
                found[:, at] += share * (value((*coalition, at)) - value(coalition))
    return found


def test_chances_along_the_way() -> None:
    one = Parts(("a", "b"), np.array([0.3, -2.0]), np.array([[1.0, 1e-12], [2.0, -2.0]]), logistic=True)
    plain = one.plain()
    assert np.allclose(plain.base + plain.each.sum(1), chance(one.margin), atol=1e-15)
    at = np.linspace(0, 1, 200_001)
    way = chance(0.3 + (at[1:] + at[:-1]) / 2)
    assert plain.each[0, 0] == pytest.approx((way * (1 - way)).mean(), rel=1e-9)  # the integral itself
    assert plain.each[1].tolist() == pytest.approx([2 * chance(-2.0) * chance(2.0), -2 * chance(-2.0) * chance(2.0)])
    assert plain.plain() is plain


def test_a_learner_without_parts_is_told() -> None:
    rule = r"a learner that knows what its guesses are the sum of \(it has a method `parts`\)"
    questions = prequential(np.zeros((1, 4), np.float32), np.zeros(1)).rows(slice(0, 1))
    with pytest.raises(UserError, match=f"^explain: expected {rule}, got 'Commonest'$"):
        parts(Commonest(), Commonest().start(), questions)
    model = Lda(4, 2)
    rule = rule.replace("learner", "model", 1)
    with pytest.raises(UserError, match=f"^explain: expected {rule}, got 'Lda'$"):
        parts(ByTick(model), model.start(), questions)


def test_what_is_due_is_taken_before() -> None:
    """A publication, a day on which another leads, between the first questions and the later ones."""
    x, _ = draw(200)
    turns = prequential(x, 20 * np.nan_to_num(x[:, 0]))
    turns = Turns(**{**vars(turns), "us": np.arange(len(turns)) // 100 * DAY_US})
    taught, rest = turns.rows(slice(0, 90)), turns.rows(slice(90, None))
    questions = rest.rows(rest.what == ASKED)
    raced = (Mean(), Linear(COLUMNS, "squared", AdaGrad(0.3)))
    for learner in (Published(raced[1]), Tuned(raced, ("mean", "line"), (1.0, 1.0), loss="squared", first=20)):
        state, _ = learner.step(learner.start(), taught)
        guess = peek(learner, state, questions)
        said = parts(learner, state, questions)
        assert np.allclose(said.guess, guess, atol=1e-9)
        assert np.ptp(guess[:5]) == 0 < np.ptp(guess[5:])  # a learner that knows nothing, or the mean, answers first
        assert not parts(learner, state, questions.rows(slice(0, 0))).guess.size
    assert learner.leaders(state) == (0, 1)
