"""Each column belongs to one reason; its sentence says the numbers, in each language."""

from __future__ import annotations

import math

import pytest

from evercart.detecting.coded import Coding
from evercart.serve.pages.language import languages

ROW = {"user": "u1", "place": "m0", "card": "c5", "amount": 90_000, "currency": "EUR"}
EN, ZH = languages()["en"], languages()["zh"]


def told(x: dict[str, float], row: dict | None = None) -> str:
    added = dict.fromkeys([*x][:1], 1.0)
    (found,) = Coding(x, added, ROW if row is None else row).reasons()
    assert len(found.told(ZH)) > 3 and "{" not in found.told(ZH)
    return f"{found.code}: {found.told(EN)}"


KNOWN = {"any_frauds": 5.0, "any_last": 0.12, "any_good": 1.0, "rate_21d": 0.523, "unheard": 0.0}


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (
            {f"payments.place_{name}": value for name, value in KNOWN.items()},
            "place_frauds: place m0: known frauds of late 5, the newest 0.1 days ago, good payments since 1; "
            "of late about 52% of its payments were fraud",
        ),
        (
            {"payments.card_any_good": 12.0, "payments.card_unheard": 0.3},
            "card_frauds: card c5: no fraud is known; payments that turned out good 12",
        ),
        (
            {"payments.card_unheard": math.log1p(60.0)},
            "card_frauds: card c5: nothing is known yet of what came of its payments",
        ),
        (
            {f"of_card.payment_count_{span}.bucket": slot for span, slot in (("1h", 3.0), ("1d", 4.0), ("30d", 8.0))},
            "card_rush: card c5: payments in the last hour 3–4, in a day 5–7, in 30 days 50+",
        ),
        (
            {"payments.over_usual": math.log(3.2), "payments.known": math.log1p(12)},
            "amount: amount 900.00 EUR: 3.2 times what u1 usually pays (payments known: 12)",
        ),
        ({"asked.hour_of_week": 27.0}, "hour: Tuesday, 03:00–04:00"),
        (
            {"payments.since": math.log1p(5.0), "payments.odd_7d": 2.0},
            "habit: user u1: never paid before",
        ),
        (
            {"circles.payers": math.log1p(5), "circles.payments": math.log1p(40), "circles.frauds": math.log1p(3)},
            "shared: shared cards, devices, addresses tie it to 5 payers with 40 payments, 3 known frauds; "
            "never seen before: 0",
        ),
        ({"haunts.near": 0.1}, "distance: place m0: hardly anyone pays there who pays where the payer does"),
        ({"given.V14": -5.2}, "numbers: V14 lies -5.2 standard deviations from its mean"),
        ({"travel.speed": math.log1p(900.0)}, "travel: user u1: 900 km/h from the place of the payment before"),
        (
            {"travel.moved_slot": 3.0},
            "travel: user u1: at another place than the payment before, within 1 hours",
        ),
        ({"travel.moved_slot": 1.0}, "travel: user u1: at the place of the payment before"),
        ({"weather.rain": 1.0}, "weather: what is known of weather"),
    ],
)
def test_a_sentence_says_the_numbers(x: dict[str, float], text: str) -> None:
    assert told(x) == text


def test_a_payer_with_a_habit() -> None:
    x = {"payments.since": math.log1p(5.0), "payments.odd_7d": 2.0, "payments.known": 1.1}
    assert told(x) == "habit: user u1: the payment before was 5 hours ago; odd amounts in a week 2.0"
    assert told({"asked.own_amount.bucket": 3.0}) == (
        "amount: amount 900.00 EUR: nothing is known of what the payer usually pays"
    )


def test_those_that_count_most_stand_first_what_adds_nothing_is_none() -> None:
    added = {"asked.hour_of_week": 0.5, "haunts.near": -2.0, "circles.rate": 0.0, "circles.frauds": 1e-12}
    found = Coding({}, added | {"payments.card_rate_7d": 0.2, "payments.card_rate_21d": 0.2}, ROW).reasons()
    assert [(one.code, one.weight) for one in found] == [("distance", -2.0), ("hour", 0.5), ("card_frauds", 0.4)]


def test_a_party_that_is_missing_is_a_dash() -> None:
    assert told({"payments.card_any_good": 2.0}, row={}) == (
        "card_frauds: card –: no fraud is known; payments that turned out good 2"
    )
