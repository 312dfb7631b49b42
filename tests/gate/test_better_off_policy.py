"""A policy goes live only where the bound of its gain lies above 0."""

from dataclasses import replace

import pytest

from evercart.errors import UserError
from evercart.evaluate.doubly_robust import Average
from evercart.gate.better_off_policy import BetterOffPolicy
from evercart.gate.evidence import Evidence


@pytest.mark.parametrize(
    ("gain", "text"),
    [
        (None, "gain off policy: expected above 0 for sure, got 'none known'"),
        (Average(9.0, 1.0, 19), "gain off policy: expected that of at least 20 groups, got 19"),
        (Average(9.0, 1.0, 60), None),
        (Average(0.0, 0.0, 60), "gain off policy: expected above 0 for sure, got '0, for sure above 0'"),
        (Average(3.0, 1.0, 60), "gain off policy: expected above 0 for sure, got '3, for sure above -0.51275'"),
    ],
)
def test_who_is_better(good: Evidence, gain, text) -> None:
    assert BetterOffPolicy()(replace(good, off_policy=gain)) == text


def test_later_challengers_of_a_reign_have_to_prove_more(good: Evidence) -> None:
    rule, gain = BetterOffPolicy(), Average(4.5, 1.0, 60)
    assert rule(replace(good, off_policy=gain)) is None
    assert rule(replace(good, off_policy=gain, enrolled=9)) is not None


def test_the_figures_are_kept(good: Evidence) -> None:
    kept = replace(good, off_policy=Average(4.5, 1.0, 60)).figures()["off_policy"]
    assert kept == {"mean": 4.5, "error": 1.0, "groups": 60}


def test_bad_settings() -> None:
    with pytest.raises(UserError) as caught:
        BetterOffPolicy(least=1)
    assert str(caught.value) == "better_off_policy.least: expected at least 2, got 1"
