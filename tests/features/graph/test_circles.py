"""Who shares what with whom, with the frauds among them."""

from __future__ import annotations

import re
import time
from typing import Any

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.features.graph.circles import Circles
from evercart.units import DAY_S, DAY_US, MISSING

TABLE = Circles(parties=("card", "device"), keep_s=10 * DAY_S)
KIND = {"payment": 21, "chargeback": 22, "asked": 7}
Row = tuple[str, float, int, int, int]


def said(rows: list[Row], table: Circles = TABLE) -> list[dict[str, float]]:
    """Return what stands at each question of rows (kind, day, user, card, device)."""
    kind, day, user, card, device = (list(column) for column in zip(*rows, strict=True))
    number = np.cumsum([one == "asked" for one in kind]) - 1
    woven = Events.of(
        kind=[KIND[one] for one in kind],
        logged_us=[round(one * DAY_US) for one in day],
        user=user,
        card=card,
        device=device,
        fraud=[MISSING] * len(rows),
        number=np.where([one == "asked" for one in kind], number, -1),
    )
    _, x = table.step(table.start(), woven)
    for at, row in enumerate(np.flatnonzero(woven.asked)):
        before, _ = table.step(table.start(), woven.rows(slice(0, row)))
        np.testing.assert_array_equal(table.peek(before, woven.rows(slice(row, row + 1)))[0], x[at])
    names = [column.name.removeprefix("circles.") for column in table.columns]
    return [dict(zip(names, one.tolist(), strict=True)) for one in x]


def test_a_shared_device_ties_payers_together() -> None:
    rows: list[Row] = [("payment", 0, 1, 11, 5), ("payment", 0, 2, 12, 5), ("payment", 0, 3, 13, 6)]
    (one,) = said([*rows, ("asked", 0, 1, 11, 5)])
    assert one["payers"] == pytest.approx(np.log1p(2))
    assert one["payments"] == pytest.approx(np.log1p(2))
    assert (one["joins"], one["fresh"]) == (1, 0)
    (bridge,) = said([*rows, ("asked", 0, 1, 13, 99)])
    assert bridge["payers"] == pytest.approx(np.log1p(3))
    assert (bridge["joins"], bridge["fresh"]) == (2, 1)


def test_a_fraud_of_one_is_known_of_all() -> None:
    rows: list[Row] = [("payment", 0, 1, 11, 5), ("payment", 0, 2, 12, 5), ("chargeback", 1, 1, 11, 5)]
    (other,) = said([*rows, ("asked", 1, 2, 12, 0)])
    assert other["frauds"] == pytest.approx(np.log1p(1))
    assert other["rate"] == pytest.approx(1.01 / 3)


def test_ties_are_forgotten() -> None:
    rows: list[Row] = [("payment", 0, 1, 11, 5), ("payment", 0, 2, 12, 5)]
    for day, payers in ((19.9, 2), (20.0, 0), (500.0, 0)):
        (one,) = said([*rows, ("asked", day, 1, 11, 5)])
        assert one["payers"] == pytest.approx(np.log1p(payers))
    (renewed,) = said([*rows, ("payment", 12, 1, 11, 5), ("asked", 25, 1, 11, 5)])
    assert renewed["payers"] == pytest.approx(np.log1p(1))  # the other has not come again


def test_a_ring_that_grows_without_end_is_bounded_costs_stay_flat() -> None:
    table, state, spent = Circles(parties=("device",), most=30_000), Circles().start(), []
    for part in range(8):
        user = np.arange(20_000) + part * 20_000 + 1
        rows = Events.of(
            kind=np.full(20_000, 21), user=user, device=user // 2, fraud=np.full(20_000, MISSING), number=user * 0 - 1
        )
        began_s = time.process_time()
        state, _ = table.step(state, rows)
        spent.append(time.process_time() - began_s)
        assert state.older.nodes.size <= 30_000
        assert state.younger.nodes.size <= 30_000
    assert min(spent[4:]) < 5 * min(spent[:4])


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"parties": ("user",)}, "circles.parties: expected columns that differ from one another, from the payer"),
        ({"parties": ("amount",)}, "circles.payer, parties: expected one of "),
        ({"keep_s": 0}, "circles.keep_s: expected more than 0, got 0"),
        ({"most": 3}, "circles.most: expected at least 64, got 3"),
    ],
)
def test_mistakes_are_told(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match="^" + re.escape(text)):
        Circles(**wrong)
