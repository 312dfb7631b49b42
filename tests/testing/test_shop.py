"""The simulated shop: repeatable, checked in form, true to its truth."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from evercart.errors import UserError
from evercart.events.batch import CLOCK, DTYPES, Events, missing
from evercart.events.kinds import kind, kind_name, number
from evercart.events.schema import SCHEMA
from evercart.hashing import hash_strings
from evercart.testing.emitters import EMITTERS, Day, Rows
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US

SHOP = SimulatedShop(seed=3, shoppers=400, items=120, days=70)


@pytest.fixture(scope="module")
def table() -> pa.Table:
    return SHOP.table()


def _of(table: pa.Table, name: str) -> pa.Table:
    return table.filter(pc.equal(table["kind"], number(name)))


def test_the_form_is_that_of_the_log(table: pa.Table) -> None:
    assert table.schema == SCHEMA
    assert (np.diff(table["event_us"].to_numpy()) >= 0).all()
    assert len(pc.unique(table["id"])) == table.num_rows


def test_every_present_kind_carries_what_it_needs(table: pa.Table) -> None:
    kinds = {kind_name(k) for k in pc.unique(table["kind"]).to_pylist()}
    assert kinds == {"view", "order", "item", "user", "exposure", "redeem"}
    for name in kinds:
        for column in kind(name).needs:
            assert _of(table, name)[column].null_count == 0, f"{name}.{column}"


def test_the_same_seed_writes_the_same_events_and_another_seed_others(table: pa.Table) -> None:
    assert SHOP.table().equals(table)
    assert not SimulatedShop(seed=4, shoppers=400, items=120, days=70).table().equals(table)


def test_more_days_change_nothing_before_them(table: pa.Table) -> None:
    shorter = SimulatedShop(seed=3, shoppers=400, items=120, days=30).table()
    assert table.slice(0, shorter.num_rows).equals(shorter)


def test_the_lines_of_a_basket_share_shopper_time_and_place(table: pa.Table) -> None:
    lines = (
        _of(table, "order")
        .group_by("session")
        .aggregate(
            [("user", "count_distinct"), ("event_us", "count_distinct"), ("place", "count_distinct"), ("item", "count")]
        )
    )
    for column in ("user_count_distinct", "event_us_count_distinct", "place_count_distinct"):
        assert pc.max(lines[column]).as_py() == 1
    assert pc.mean(lines["item_count"]).as_py() > 1.5


def test_what_is_bought_was_looked_at_before(table: pa.Table) -> None:
    looked = set(zip(*(_of(table, "view")[c].to_pylist() for c in ("user", "item")), strict=True))
    bought = set(zip(*(_of(table, "order")[c].to_pylist() for c in ("user", "item")), strict=True))
    assert bought <= looked


def test_orders_add_up(table: pa.Table) -> None:
    orders = _of(table, "order")
    assert pc.min(orders["amount"]).as_py() > 0
    assert orders["currency"].unique().to_pylist() == ["EUR"]
    assert len(_of(table, "redeem")) == pc.sum(pc.greater(orders["discount"], 0)).as_py() > 0


def _returned(orders: pa.Table, session: pa.Array, days: int) -> np.ndarray:
    """Return whether each basket's shopper started another within the days: by sorting, without the simulation."""
    baskets = orders.group_by("session").aggregate([("user", "min"), ("event_us", "min")])
    baskets = baskets.sort_by([("user_min", "ascending"), ("event_us_min", "ascending")])
    user, us = baskets["user_min"].to_numpy(zero_copy_only=False), baskets["event_us_min"].to_numpy()
    soon = np.append((user[1:] == user[:-1]) & (us[1:] - us[:-1] <= days * DAY_US), False)
    by_name = dict(zip(baskets["session"].to_pylist(), soon, strict=True))
    return np.array([by_name[name] for name in session.to_pylist()])


@pytest.mark.parametrize("days", [3, 7])
def test_shoppers_return_as_often_as_the_truth_says(days: int) -> None:
    """Within five groups of like truth, the share that returned is the truth's mean."""
    shop = SimulatedShop(seed=3, shoppers=2_500, items=60, days=60)
    truth = pa.concat_tables(shop.truth(days))
    truth = truth.filter(pc.less(truth["event_us"], shop.start_us + (60 - days) * DAY_US))
    came = _returned(_of(shop.table(), "order"), truth["session"], days)
    chance = truth["returns"].to_numpy()
    assert 0 < chance.min() < 0.3 < 0.75 < chance.max() < 1
    for group in np.array_split(np.argsort(chance), 5):
        error = 4.5 * np.sqrt((chance[group] * (1 - chance[group])).sum()) / len(group)
        assert abs(came[group].mean() - chance[group].mean()) < error


def test_the_truth_names_every_basket(table: pa.Table) -> None:
    truth = pa.concat_tables(SHOP.truth())
    baskets = (
        _of(table, "order").group_by("session", use_threads=False).aggregate([("user", "min"), ("event_us", "min")])
    )
    assert truth["session"].to_pylist() == sorted(baskets["session"].to_pylist(), key=lambda name: int(name[1:]))
    asked = dict(zip(truth["session"].to_pylist(), truth["event_us"].to_pylist(), strict=True))
    assert all(
        asked[s] == us
        for s, us in zip(baskets["session"].to_pylist(), baskets["event_us_min"].to_pylist(), strict=True)
    )


def test_the_stream_is_the_hashed_table_however_it_is_cut(table: pa.Table) -> None:
    rows, columns = 5_000, ("user", "session", "item", "place", "quantity", "amount", "price", "campaign")
    whole = Events.concat(list(SHOP.stream(rows, batch=rows, key=9, columns=columns)))
    parts = list(SHOP.stream(rows, batch=777, key=9, columns=columns))
    assert {len(part) for part in parts[:-1]} == {777}
    for name, column in Events.concat(parts).columns.items():
        assert column.dtype == DTYPES[name], name
        assert (column == whole[name]).all(), name
    head = table.slice(0, rows)
    for name in columns:
        expected = (
            hash_strings(head[name], 9) if DTYPES[name] == np.uint64 else head[name].fill_null(missing(name)).to_numpy()
        )
        assert (whole[name] == expected).all(), name
    assert whole.offset.tolist() == list(range(rows))


def test_the_stream_has_a_column_for_all_that_a_log_has() -> None:
    columns = tuple(name for name in DTYPES if name not in (*CLOCK, "number"))
    (part,) = SHOP.stream(50, columns=columns)
    for name in columns:
        assert part[name].dtype == DTYPES[name], name
    assert np.isnan(part["value"]).all()
    assert (part["ref"] == 0).all()


def test_customers_come_and_go() -> None:
    shop = SimulatedShop(seed=1, shoppers=300, items=20)
    parts = list(shop.stream(200_000))
    first, last = (set(part["user"][part.kind == number("order")].tolist()) for part in (parts[0], parts[-1]))
    assert len(last - first) > 0.3 * len(last)
    assert len(last) < 400


def test_a_further_kind_is_one_more_emitter(table: pa.Table) -> None:
    def feedbacks(day: Day) -> Rows:
        return {
            "kind": np.array([number("feedback")]),
            "event_us": np.array([day.start_us + 3]),
            "user": day.shoppers.user[:1],
        }

    more = SimulatedShop(seed=3, shoppers=400, items=120, days=2, emitters=(*EMITTERS, feedbacks)).table()
    assert len(_of(more, "feedback")) == 2
    others = more.filter(pc.not_equal(more["kind"], number("feedback"))).drop_columns("id")
    assert others.equals(table.slice(0, others.num_rows).drop_columns("id"))


def test_a_shop_checks_itself() -> None:
    with pytest.raises(UserError, match=r"^items: expected at least 12, one a category, got 5$"):
        SimulatedShop(items=5)
    with pytest.raises(UserError, match=r"^shoppers: expected at least 1, got 0$"):
        SimulatedShop(shoppers=0)
