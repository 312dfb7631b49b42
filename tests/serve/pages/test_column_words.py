"""Columns are told in words, in each language."""

from __future__ import annotations

import pytest

from evercart.apps import app
from evercart.serve.looking.natural import natural
from evercart.serve.looking.opened import Feature
from evercart.serve.looking.topics import topics
from evercart.serve.pages.column_words import column_words, said_words, topic_words
from evercart.serve.pages.language import languages

EN = languages()["en"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("habits.order_per_tie_decayed_28d.log1p", "order: times, fading by half in 28 days"),
        ("habits.order_per_8h_decayed_14d.pace.log_0.03", "order: days, fading by half in 14 days, a week"),
        (
            "habits.order_per_8h_decayed_14d.pace.log_0.03.hinge_0.25",
            "order: days, fading by half in 14 days, a week, beyond 1.254",
        ),
        ("habits.order_recency_1.scaled_1.15741e-05.clip_0_60.log1p.bucket", "time since the last order, in steps"),
        ("habits.order_recency_8.scaled_0.125.log_0.05", "time since the last order but 8"),
        ("purse.order_amount_latest", "order: amount, in the latest basket"),
        (
            "purse.order_amount_decayed_7d.pace_minus_order_amount_decayed_28d.pace",
            "order: amount, fading by half in 7 days, a week – against: "
            "order: amount, fading by half in 28 days, a week",
        ),
        ("asked.user", "who it is"),
        ("asked.day_of_week", "day of the week"),
        ("mine.weather_today", "weather today"),
        ("weather", "weather"),
    ],
)
def test_a_column_is_told_in_words(name: str, words: str) -> None:
    assert column_words(name, EN) == words


@pytest.mark.parametrize("code", sorted(languages()))
@pytest.mark.parametrize("name", ["repurchase", "spend", "profile", "behaviour"])
def test_every_column_of_every_app_has_words(code: str, name: str) -> None:
    words, columns = languages()[code], app(name).columns
    for topic in topics(columns):
        for at in topic.columns:
            feature = Feature(columns[at].name, topic.subject, topic.kind, natural(columns[at], 1.0), columns[at].slots)
            said = (column_words(columns[at].name, words), said_words(feature, words), topic_words(topic, words))
            assert all(said) and not any("{" in one or "_minus_" in one for one in said), said


def test_slots_are_told_as_what_they_are() -> None:
    columns = {column.name: column for column in app("repurchase").columns}

    def said(name: str, subject: str, value: float) -> str:
        column = columns[name]
        return said_words(Feature(name, subject, "", natural(column, value), column.slots), EN)

    assert said("asked.day_of_week", "day_of_week", 4.0) == "Friday"
    assert said("asked.user", "user", 62872.0) == "slot 62,872"
    assert said("habits.order_per_tie_decayed_28d.log1p.bucket", "visits", 5.0) == "step 5 of 13"
