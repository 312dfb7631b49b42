"""Figures against scikit-learn's, intervals that hold what they say."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, f1_score

from evercart.evaluate.classified import Classified, Flags, share


def drawn(rows=2_000):
    rng = np.random.default_rng(1)
    truth = rng.integers(-1, 5, rows)
    ours = np.where(rng.random(rows) < 0.8, truth.clip(1), rng.integers(1, 5, rows))
    guesses = {"classify": ours, "majority": np.full(rows, 1)}
    known, odd = truth > 0, rng.normal(size=rows) + 3 * (truth == 0)
    flags = {"out_of_scope": Flags(odd > 1.6, odd, known, truth == 0)}
    cpu = {"classify": 1.0, "majority": 0.0, "encode": 2.0}
    return Classified(("(none)", *"abcd"), truth, guesses, rng.random(rows), flags, cpu, {"refused": {}})


def test_figures_are_scikit_learn_s():
    done = drawn()
    said, kept = done.summary(), done.truth > 0
    truth, guess = done.truth[kept], done.guesses["classify"][kept]
    assert said["classify"]["accuracy"]["mean"] == pytest.approx(accuracy_score(truth, guess))
    assert said["classify"]["macro_f1"] == pytest.approx(f1_score(truth, guess, average="macro"))
    assert said["classify"]["recall"]["b"] == {
        "messages": int((truth == 2).sum()),
        "recall": pytest.approx((guess[truth == 2] == 2).mean()),
    }


def test_the_gap_to_a_plain_guess_has_an_interval():
    gap = drawn().difference("majority")
    assert gap.low < gap.mean < gap.high
    assert gap.low > 0.3


def test_unknown_ones_at_exactly_so_many_false_alarms():
    said = drawn().summary()["unknown"]["out_of_scope"]
    assert said["flagged_at_0.05"]["mean"] == pytest.approx(0.91, abs=0.06)
    assert said["false_alarms"]["mean"] == pytest.approx(0.055, abs=0.03)


def test_nothing_unknown_says_so():
    none = np.zeros(3, bool)
    assert Flags(none, np.zeros(3), ~none, none).summary() == {"messages": 0, "known": 3}


def test_a_share_of_nothing_is_no_number():
    assert np.isnan(share(np.zeros(0, bool))["mean"])
