"""Losses as people read them."""

from __future__ import annotations

import math

import pytest

from evercart.apps import app
from evercart.serve.pages.language import languages
from evercart.serve.pages.measures import beside, direction, gap, named, score

EN = languages()["en"]


def test_what_is_ranked_is_shown_as_what_was_gained() -> None:
    ranks, guesses = app("recommend", {}, "UTC"), app("spend", {}, "UTC")
    assert (score(ranks, 0.75), named(ranks, EN)) == ("0.2500", "NDCG@20")
    assert direction(ranks, EN) == "More is better; the loss is 1 − NDCG@20."
    assert (score(guesses, 373.49), named(guesses, EN)) == ("373.5", "mean squared error (USD²)")
    assert direction(guesses, EN) == "Less is better."
    assert score(guesses, None) == score(guesses, math.nan) == "–"


@pytest.mark.parametrize("loss", [{}, {"a": 1.0}, {"a": 0.0, "b": 1.0}, {"a": math.nan, "b": 1.0}])
def test_no_difference_where_nobody_can_say(loss: dict[str, float]) -> None:
    assert gap(loss, "a", "b") is None


@pytest.mark.parametrize(
    ("frozen", "n", "text", "tone"),
    [
        (1.1, 100, "10 % better than frozen over 7 days", "better"),
        (0.99, 100, "1.00 % worse than frozen over 7 days", "worse"),
        (1.00001, 100, "level with frozen over 7 days", "level"),
        (1.1, 99, "too few questions in 7 days to hold against frozen: 99 of 100", "level"),
        (math.nan, 1000, "too few questions in 7 days to hold against frozen: 1,000 of 100", "level"),
    ],
)
def test_a_difference_in_words(frozen: float, n: int, text: str, tone: str) -> None:
    assert beside({"continual": 1.0, "frozen": frozen}, n, "continual", "frozen", EN) == (text, tone)
