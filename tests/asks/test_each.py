"""Questions just before and just after rows."""

from __future__ import annotations

import re

import numpy as np
import pytest

from evercart.asks.each import After, Before
from evercart.errors import UserError
from evercart.events.batch import Events


def events() -> Events:
    return Events.of(
        kind=[1, 2, 1, 2], logged_us=[5, 6, 6, 9], user=[7, 8, 9, 7], item=[1, 2, 3, 4], amount=[1, 2, 3, 4]
    )


def test_before_carries_only_what_it_names() -> None:
    asks = Before("order", columns=("user",))
    _, woven = asks.step(asks.start(), events())
    at = np.flatnonzero(woven.asked)
    assert at.tolist() == [1, 4]
    assert woven["user"][at].tolist() == [8, 7]
    assert woven["item"][at].tolist() == [0, 0]
    assert woven.logged_us[at].tolist() == [6, 9]
    assert woven.kind[at].tolist() == [7, 7]


def test_before_is_honest_about_the_row_it_stands_at() -> None:
    asks = Before("order", columns=("user",))
    changed = events()
    changed.columns["amount"][3] = 99
    changed.columns["item"][3] = 99
    plain, scrambled = (asks.step(asks.start(), one)[1] for one in (events(), changed))
    for name in plain.columns:
        assert plain[name][plain.asked].tolist() == scrambled[name][scrambled.asked].tolist()


def test_after_knows_its_row() -> None:
    asks = After("view")
    _, woven = asks.step(asks.start(), Events({n: c for n, c in events().columns.items()}))
    at = np.flatnonzero(woven.asked)
    assert at.tolist() == [1, 4]
    assert woven["item"][at].tolist() == [1, 3]
    assert woven.offset[at].tolist() == [0, 2]


def test_after_is_honest_about_the_next_row() -> None:
    asks = After("view")
    changed = events()
    changed.columns["item"][3] = 99
    changed.columns["kind"][3] = 1
    plain, scrambled = (asks.step(asks.start(), one)[1] for one in (events(), changed))
    for name in plain.columns:
        assert plain[name][plain.asked].tolist() == scrambled[name][scrambled.asked][:2].tolist()


def test_numbers_go_on_over_cuts() -> None:
    asks = Before("order", columns=())
    state, first = asks.step(asks.start(), events().rows(slice(0, 2)))
    _, second = asks.step(state, events().rows(slice(2, None)))
    assert [*first["number"], *second["number"]] == [-1, 0, -1, -1, 1, -1]


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (
            lambda: Before("order", ("offset",)),
            "before.columns: expected columns of an event, not its clock, got 'offset'",
        ),
        (
            lambda: After("view", ("nothing",)),
            "after.columns: expected columns of an event, not its clock, got 'nothing'",
        ),
    ],
)
def test_bad_configurations(make, text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        make()


def test_a_question_is_named_as_what_answers_its_row_will_be() -> None:
    asks = Before("payment", ("user",), named=True)
    woven = asks.step(asks.start(), Events.of(kind=[21, 21], id=[7, 8], ref=[0, 5], user=[1, 1]))[1]
    assert woven["ref"][woven["number"] >= 0].tolist() == [7, 5]
