"""A challenger must hold under attack, or at least as the champion does."""

from dataclasses import replace

import pytest

from evercart.errors import UserError
from evercart.gate.evidence import Evidence
from evercart.gate.holds_under_attack import HoldsUnderAttack


@pytest.mark.parametrize(
    ("attacked", "text"),
    [
        ((None, (0.3, 0.5)), None),
        ((None, (0.3, 0.7)), "loss under attack: expected at most 0.6, got '0.7, clean 0.3'"),
        (((0.3, 0.8), (0.3, 0.7)), None),
        (((0.3, 0.65), (0.3, 0.7)), None),
        (((0.3, 0.62), (0.3, 0.7)), "loss under attack: expected at most 0.682, got '0.7, clean 0.3'"),
        (((0.3, 0.1), (0.3, 0.5)), None),
        (
            ((0.3, 0.5), None),
            "loss under attack: expected at most 0.6, got 'none known: the learner is not within Harden or Sparring'",
        ),
    ],
)
def test_who_holds(good: Evidence, attacked, text) -> None:
    assert HoldsUnderAttack(0.6, 0.1)(replace(good, attacked=attacked)) == text


def test_the_figures_are_kept(good: Evidence) -> None:
    assert replace(good, attacked=((0.1, 0.2), None)).figures()["attacked"] == [[0.1, 0.2], None]


def test_bad_settings() -> None:
    with pytest.raises(UserError) as caught:
        HoldsUnderAttack(1.0, -1)
    assert str(caught.value) == "holds_under_attack.by: expected at least 0, got -1"
