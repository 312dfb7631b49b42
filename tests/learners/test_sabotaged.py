"""A sabotaged learner is the learner until its time, then the opposite."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from evercart import fold
from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.labels.turns import CORRECTION, SETTLED, Turns
from evercart.learners.linear import Linear
from evercart.learners.prequential import prequential
from evercart.learners.sabotaged import Sabotaged

LEARNER = Linear((Column("a"), Column("b")))


def stream(rows: int = 4000) -> Turns:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(rows, 2)).astype(np.float32)
    return prequential(x, (x[:, 0] + rng.normal(size=rows) > 0).astype(float))


def run(learner: Any, given: Turns) -> Any:
    return learner.step(learner.start(), given)


def test_until_its_time_it_is_the_learner() -> None:
    given = stream()
    (_, plain), (_, bad) = run(LEARNER, given), run(Sabotaged(LEARNER, from_us=4001), given)
    np.testing.assert_array_equal(plain[:4002], bad[:4002])  # the label of row 4001 is the first to be false
    right = (bad[4400::2] > 0.5) == (given.y[4401::2] > 0.5)
    assert ((plain[4400::2] > 0.5) == (given.y[4401::2] > 0.5)).mean() > 0.7
    assert right[-800:].mean() < 0.3


def test_the_share_of_false_labels_is_drawn_by_question_from_the_seed() -> None:
    seen: list[Turns] = []

    class Spy:
        grain = "tick"

        def start(self) -> Any:
            return np.zeros(1)

        def step(self, state: Any, given: Turns) -> Any:
            seen.append(given)
            return state, np.full(len(given), np.nan)

    given = stream()
    corrected = replace(given, what=np.where(given.what == SETTLED, CORRECTION, given.what), was=1 - given.y)
    for seed, turns in ((1, given), (1, corrected), (2, given)):
        run(Sabotaged(Spy(), 0, share=0.3, seed=seed), turns)  # type: ignore[arg-type]
    false = [(one.y != given.y)[1::2] for one in seen]
    assert false[0].mean() == pytest.approx(0.3, abs=0.03)
    np.testing.assert_array_equal(false[0], false[1])
    np.testing.assert_array_equal(seen[1].was[1::2], 1 - seen[1].y[1::2])
    assert (false[0] != false[2]).any()
    np.testing.assert_array_equal(seen[0].x, given.x)
    assert np.isnan(seen[0].y[::2]).all()


def test_a_mirror_of_one_is_its_own_inverse_in_what_was_learned() -> None:
    given = stream(200)
    mirrored = replace(given, y=1 - given.y)
    one, other = run(Sabotaged(LEARNER, 0), given)[0], run(LEARNER, mirrored)[0]
    assert fold.fingerprint(one) == fold.fingerprint(other)


@pytest.mark.parametrize(
    ("bad", "text"),
    [
        ({"share": 1.5}, "sabotaged.share: expected 0 to 1, got 1.5"),
        ({"mirror": np.inf}, "sabotaged.mirror: expected a finite number, got inf"),
    ],
)
def test_bad_settings_are_refused(bad: dict[str, float], text: str) -> None:
    with pytest.raises(UserError) as error:
        Sabotaged(LEARNER, 0, **bad)  # type: ignore[arg-type]
    assert str(error.value) == text
