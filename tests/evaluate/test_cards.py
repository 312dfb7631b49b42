"""Cards are counted as the book counts them."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.evaluate.cards import card_precision, undetected


def test_a_card_is_as_suspicious_as_its_worst_payment_then_out() -> None:
    day = np.array([1, 1, 1, 1, 2, 2, 2])
    card = np.array([7, 7, 8, 9, 7, 8, 9], np.uint64)
    fraud = np.array([1, 0, 0, 0, 1, 0, 1], bool)
    score = np.array([0.1, 0.9, 0.5, 0.2, 0.9, 0.1, 0.2])
    assert card_precision(day, card, fraud, score, 1) == pytest.approx(1.0)  # card 7, then card 9: 7 is out
    assert card_precision(day, card, fraud, -score, 1) == pytest.approx(0.5)  # card 7, then card 8


def test_cards_known_by_then_are_left_out() -> None:
    day = np.array([0, 14, 14, 15, 15, 7, 8])
    card = np.array([1, 1, 2, 2, 3, 2, 3], np.uint64)
    fraud = np.array([1, 0, 0, 0, 0, 1, 1], bool)
    kept = undetected(day, card, fraud, first=14, delay_d=7)
    assert kept.tolist() == [False, False, True, False, True, False, False]
