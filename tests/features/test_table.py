"""A table equals a slow oracle on streams that hurt, however they are cut; it ends empty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evercart import fold
from evercart.errors import UserError
from evercart.events import kinds
from evercart.events.batch import Events, missing
from evercart.features import (
    Bucket,
    Count,
    Decayed,
    Distinct,
    Hashed,
    HourOfDay,
    LastItems,
    Latest,
    Mean,
    Minus,
    Pace,
    Rate,
    Ratio,
    Recency,
    Sum,
    Table,
    Times,
)
from evercart.features.numbers import Hinge, Log
from evercart.testing.check import check_fold
from evercart.testing.woven import Woven
from evercart.units import MISSING, SECOND_US

WINDOWS_S = (1, 3, 10)
KEEP_S = 12
FEATURES = (
    Count("order", 1),
    Count("order", 3),
    Count("order", 3, where="place"),
    Count("view", 10),
    Sum("order", "amount", 1),
    Sum("order", "amount", 10).bucket((-3, 0, 5)),
    Sum("order", "amount", 10),
    Mean("order", "amount", 3),
    Distinct("order", "session", 1),
    Distinct("order", "session", 10),
    Distinct("order", "item", 3),
    Distinct("view", "item", 10),
    Rate(Count("order", 3), Count("view", 10), prior=0.5, prior_weight=2.0),
    Ratio(Sum("order", "amount", 1), Sum("order", "amount", 10)),
    Decayed("order", None, 2),
    Decayed("order", "amount", 5),
    Decayed("order", None, 5, gap_s=0),
    Decayed("view", None, 2, gap_s=3),
    Pace(Decayed("order", None, 2), prior_s=1.5),
    Pace(Decayed("order", None, 5, gap_s=0), prior_s=1.5).log(0.5),
    Recency("order"),
    Recency("view", where="place"),
    Recency("order", back=2),
    Recency("order", back=1, gap_s=3),
    Latest("order"),
    Latest("order", "amount", gap_s=1),
    Minus(Latest("order", "amount"), Sum("order", "amount", 10)),
    Times(Count("order", 3), Recency("order")).hinge(3.0),
    LastItems("order", "item", k=2, slots=50),
    LastItems("view", "session", k=1, slots=7),
    Hashed(("place", "item"), slots=97),
    HourOfDay("Europe/Berlin"),
)
COLUMNS = ("user", "session", "item", "place", "amount")

Row = dict[str, int]


class Oracle:
    """Each feature from all earlier rows, one by one."""

    def __init__(self, table: Table, rows: Sequence[Row], at: int) -> None:
        self.question = rows[at]
        self.now, self.keep_us = rows[at]["logged_us"], (table.keep_s or max(WINDOWS_S)) * SECOND_US
        key = [rows[at][name] for name in table.key]
        before = [row for row in rows[:at] if row["number"] < 0 and row["kind"] in (1, 2)]
        began = [row["logged_us"] for row in before if 0 not in [row[name] for name in table.key]]
        self.began_us = began[0] if began else self.now
        self.past = [row for row in rows[:at] if row["number"] < 0 and [row[name] for name in table.key] == key]
        if 0 in key:
            self.past = []

    def rows(self, kind: str, *columns: str | None, window_s: float = math.inf) -> list[Row]:
        return [
            row
            for row in self.past
            if row["kind"] == kinds.number(kind)
            and row["logged_us"] > self.now - window_s * SECOND_US
            and all(row[name] != missing(name) for name in columns if name)
        ]

    def life(self, kind: str, column: str | None) -> list[Row]:
        """Return the rows since the key was last forgotten: orders and views all write."""
        alive: list[Row] = []
        for row in [row for row in self.past if row["kind"] in (1, 2)]:
            if alive and row["logged_us"] - alive[-1]["logged_us"] >= self.keep_us:
                alive = []
            alive.append(row)
        if alive and self.now - alive[-1]["logged_us"] >= self.keep_us:
            alive = []
        kept = self.rows(kind, column)
        return [row for row in alive if any(row is one for one in kept)]

    def moments(self, kind: str, where: str | None, gap_s: int) -> list[list[Row]]:
        """Return the rows since the key was last forgotten, those of one moment together, newest first."""
        moments: list[list[Row]] = []
        for row in self.life(kind, where):
            if moments and row["logged_us"] - moments[0][-1]["logged_us"] <= gap_s * SECOND_US:
                moments[0].append(row)
            else:
                moments.insert(0, [row])
        return moments

    def say(self, feature: Any) -> list[float]:
        match feature:
            case Minus():
                return [self.say(feature.one)[0] - self.say(feature.other)[0]]
            case Times():
                return [self.say(feature.one)[0] * self.say(feature.other)[0]]
            case Hinge():
                return [max(self.say(feature.of)[0] - feature.knot, 0)]
            case Log():
                return [math.log(max(self.say(feature.of)[0], 0) + feature.offset)]
            case Pace():
                half_life_s, age_s = feature.of.half_life_s, (self.now - self.began_us) / SECOND_US
                weight_s = half_life_s / math.log(2) * (1 - 2 ** (-age_s / half_life_s))
                return [self.say(feature.of)[0] * 7 * 86_400 / (weight_s + feature.prior_s)]
            case Latest():
                rows = next(iter(self.moments(feature.kind, None, feature.gap_s)), [])
                values = [row[feature.column] if feature.column else 1 for row in rows]
                return [sum(value for value in values if value != MISSING)]
            case Decayed() if feature.gap_s is not None:
                firsts = [moment[0]["logged_us"] for moment in self.moments(feature.kind, None, feature.gap_s)]
                return [sum(2.0 ** (-(self.now - us) / SECOND_US / feature.half_life_s) for us in firsts)]
            case Count():
                return [len(self.rows(feature.kind, feature.where, window_s=feature.window_s))]
            case Sum() | Mean() | Distinct():
                rows = self.rows(feature.kind, feature.column, window_s=feature.window_s)
                values = [row[feature.column] for row in rows]
                if isinstance(feature, Distinct):
                    return [len(set(values))]
                return [sum(values) / (max(len(values), 1) if isinstance(feature, Mean) else 1)]
            case Rate():
                of, among = self.say(feature.of)[0], self.say(feature.among)[0]
                return [(of + feature.prior * feature.prior_weight) / (among + feature.prior_weight)]
            case Ratio():
                top, bottom = self.say(feature.top)[0], self.say(feature.bottom)[0]
                return [top / bottom if bottom else 0.0]
            case Bucket():
                return [sum(edge <= self.say(feature.of)[0] for edge in feature.edges)]
            case Decayed():
                ages = [(self.now - row["logged_us"], row) for row in self.life(feature.kind, feature.column)]
                value = (lambda row: row[feature.column]) if feature.column else (lambda row: 1)
                return [sum(value(row) * 2.0 ** (-age / SECOND_US / feature.half_life_s) for age, row in ages)]
            case Recency():
                moments = self.moments(feature.kind, feature.where, feature.gap_s)[feature.back :]
                ages_us = [self.now - moment[-1]["logged_us"] for moment in moments[:1]]
                return [min([*ages_us, self.keep_us]) / SECOND_US]
            case LastItems():
                newest = [row[feature.column] for row in reversed(self.life(feature.kind, feature.column))]
                slots = [1 + value % (feature.slots - 1) for value in newest[: feature.k]]
                return slots + [0] * (feature.k - len(slots))
            case HourOfDay():
                return [datetime.fromtimestamp(self.now // SECOND_US, UTC).astimezone(ZoneInfo(feature.zone)).hour]
        raise AssertionError(feature)


def oracle(table: Table, events: Events) -> np.ndarray:
    names = list(events.columns)
    rows = [dict(zip(names, row, strict=True)) for row in zip(*(events[n].tolist() for n in names), strict=True)]
    asked = [i for i, row in enumerate(rows) if row["number"] >= 0]
    features = [f for f in table.features if not isinstance(f, Hashed)]
    said = [[value for f in features for value in Oracle(table, rows, i).say(f)] for i in asked]
    width = sum(len(feature.outputs) for feature in features)
    return np.array(said, np.float32).reshape(len(asked), width)


GAPS = [0, 0, *(w * SECOND_US + d for w in (*WINDOWS_S, KEEP_S) for d in (-1, 0, 1)), 400_000, 40 * SECOND_US]


@st.composite
def streams(draw: st.DrawFn) -> Events:
    """Draw few keys, half the rows tied, gaps of the table's own windows, idle stretches, erased rows."""
    size = draw(st.integers(1, 40))

    def column(values: list[int]) -> list[int]:
        return draw(st.lists(st.sampled_from(values), min_size=size, max_size=size))

    kind = np.array(column([0, 1, 2, 2, 2, 7, 7, 11]))
    kept = (kind != 0).astype(np.int64)  # an erased row has lost its keys
    return Events.of(
        kind=kind,
        logged_us=1_600_000_000 * SECOND_US + np.cumsum(column([0] * len(GAPS) + GAPS)),
        user=np.array(column([0, 5, 6])) * kept,
        session=np.array(column([0, 1, 2, 3])) * kept,
        item=np.array(column([0, 11, 12])) * kept,
        place=np.array(column([0, 3])) * kept,
        amount=np.where(kept, column([MISSING, -3, 0, 5]), MISSING),
        number=np.where(kind == 7, np.cumsum(kind == 7) - 1, -1),
    )


TABLES = [
    Table("user", ("user",), FEATURES, keep_s=KEEP_S),
    Table("user", ("user",), FEATURES),
    Table("pair", ("user", "item"), FEATURES, keep_s=KEEP_S),
    Table("shop", (), FEATURES, keep_s=KEEP_S),
]
LATER = Events.of(
    kind=[11],
    logged_us=[2_000_000_000 * SECOND_US],
    number=[-1],
    amount=[MISSING],
    **{name: [0] for name in COLUMNS[:4]},
)


@pytest.mark.parametrize("table", TABLES, ids=lambda t: f"{t.name}-{t.keep_s}")
@settings(max_examples=60, deadline=None)
@given(events=streams(), data=st.data())
def test_equals_a_slow_oracle_however_cut_and_saved(table: Table, events: Events, data: st.DataObject) -> None:
    whole_state, whole = table.step(table.start(), events)
    state, parts, at = table.start(), [], 0
    while at < len(events):
        upto = data.draw(st.integers(at + 1, len(events)))
        if data.draw(st.booleans()):
            state = fold.unpack(table.start(), fold.pack(state))
        state, x = table.step(state, events.rows(slice(at, upto)))
        parts.append(x)
        at = upto
    assert np.concatenate(parts).tobytes() == whole.tobytes()
    assert fold.fingerprint(state) == fold.fingerprint(whole_state)

    names = [f"{table.name}.place_x_item"]
    exact = [i for i, column in enumerate(table.columns) if column.name not in names]
    np.testing.assert_allclose(whole[:, exact], oracle(table, events), rtol=2e-6, atol=1e-6)

    drained, nothing = table.step(state, LATER)
    assert nothing.shape == (0, len(table.columns))
    assert fold.fingerprint(drained) == fold.fingerprint(table.start()._replace(began=drained.began))


@pytest.mark.parametrize("table", TABLES[:1], ids=lambda t: t.name)
def test_keeps_the_four_laws(table: Table) -> None:
    check_fold(lambda _: table, Woven())


@settings(max_examples=60, deadline=None)
@given(events=streams())
def test_packed_state_stays_within_what_is_stated(events: Events) -> None:
    table = TABLES[0]
    empty = sum(array.nbytes for array in fold.pack(table.start()).values())
    state, _ = table.step(table.start(), events)
    rows, keys = int(state.ends[1] - state.ends[0]), state.slots.size
    packed = sum(array.nbytes for array in fold.pack(state).values())
    assert packed - empty <= rows * table.bytes_per_event + keys * table.bytes_per_key


def test_reads_in_long_batches_as_in_short_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    rng, rows = np.random.default_rng(3), 1_200
    events = Events.of(
        kind=rng.choice([1, 2, 7], rows),
        logged_us=np.sort(rng.integers(0, 60 * SECOND_US, rows)),
        amount=rng.integers(0, 9, rows),
        **{name: rng.integers(0, 300, rows) for name in COLUMNS[:4]},
    )
    events = Events({**events.columns, "number": np.where(events.kind == 7, np.arange(rows), -1)})
    table = TABLES[0]
    state, x = table.step(table.start(), events)
    np.testing.assert_allclose(
        x[:, [0, 1, 4, 8]], oracle(replace(table, features=FEATURES[:9]), events)[:, [0, 1, 4, 8]]
    )
    monkeypatch.setattr("evercart.features.table._AT_ONCE", 7)
    again, y = table.step(table.start(), events)
    assert x.tobytes() == y.tobytes()
    assert fold.fingerprint(again) == fold.fingerprint(state)
    assert state.slots.live <= 300


def test_question_of_a_new_key_finds_an_empty_one() -> None:
    table = Table("user", ("user",), (Count("order", 60), Recency("order"), LastItems("order", k=1, slots=9)))
    events = Events.of(kind=[7, 7], logged_us=[5, 6], user=[0, 3], item=[1, 1], number=[0, 1])
    assert table.step(table.start(), events)[1].tolist() == [[0, 60, 0], [0, 60, 0]]


def test_table_of_the_question_alone_needs_no_memory() -> None:
    table = Table("asked", (), (Hashed(("item",), slots=8),))
    events = Events.of(kind=[2, 7, 7], item=[3, 4, 0], number=[-1, 0, 1])
    state, x = table.step(table.start(), events)
    assert x.tolist() == [[1 + 4 % 7], [0]]
    assert fold.fingerprint(state) == fold.fingerprint(table.start())
    assert table.bytes_per_event == 12


def test_a_batch_without_rows_says_nothing() -> None:
    table = TABLES[0]
    assert table.step(table.start(), LATER.rows(slice(0, 0)))[1].shape == (0, len(table.columns))


def test_columns_stand_under_the_tables_name_and_spaces_with_them() -> None:
    table = Table(
        "user", ("user",), (Count("order", 60), LastItems("view", k=1), LastItems("order", k=1, space="item"))
    )
    assert [(column.name, column.space) for column in table.columns] == [
        ("user.order_count_1m", ""),
        ("user.view_item_last_1", "user.view_item_last"),
        ("user.order_item_last_1", "item"),
    ]
    assert table.reads == ("user", "item")


def test_fingerprint_follows_what_is_declared() -> None:
    table = Table("user", ("user",), (Count("order", 60),))
    others = [replace(table, version=2), replace(table, features=(Count("order", 61),)), replace(table, key=())]
    assert len({table.fingerprint, *(other.fingerprint for other in others)}) == 4
    assert table.fingerprint == fold.config_hash(Table("user", ("user",), (Count("order", 60),)))


COUNT = (Count("order", 60),)


@pytest.mark.parametrize(
    ("wrong", "text"),
    [
        ({"name": "my table"}, "table.name: expected a name of letters, digits, underscores, got 'my table'"),
        ({"key": ("amount",)}, "table t.key: expected one of id user session item place ref .*, got 'amount'"),
        ({"key": ("user", "user")}, r"table t.key: expected different columns, got \('user', 'user'\)"),
        ({"version": 0}, "table t.version: expected at least 1, got 0"),
        ({"features": COUNT * 2}, "table t.features: expected columns of different names, got 't.order_count_1m'"),
        ({"keep_s": 59}, r"table t.keep_s: expected at least the longest window \(60 s\), got 59"),
        ({"keep_s": 0}, "table t.keep_s: expected a whole number of seconds above 0, got 0"),
        (
            {"features": (Recency("order"),)},
            "table t.keep_s: expected how long a key is remembered, as no feature has a window, got None",
        ),
    ],
)
def test_bad_tables_are_refused(wrong: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError, match=f"^{text}$"):
        Table(**{"name": "t", "key": ("user",), "features": COUNT, **wrong})
