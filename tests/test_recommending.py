"""Recommendation over a log, from files that are easy, from files that hurt."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evercart import Shop, UserError
from evercart.apps.recommend import shortlist
from evercart.clock import Clock
from evercart.evaluate.alone import READINGS
from evercart.evaluate.beside import of_baskets, of_clicks
from evercart.evaluate.recommended import Recommended
from evercart.events.batch import Events
from evercart.labels.pairs import Tick
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.repeats import Repeats
from evercart.recommending import recommending, whole_ticks
from evercart.shortlist import Shortlist
from evercart.units import DAY_US, SECOND_US

EXAMPLES = Path(__file__).parent.parent / "examples"
ORDERED = """
kind = "view"
id = "{row}"
columns = { session = "session", item = "item" }
time = { order = "order", epoch = "2020-01-01T00:00:00Z" }
"""


def _logged(folder: Path, columns: dict[str, Any], text: str = ORDERED) -> Shop:
    """Return a shop that took in a Parquet file of these columns."""
    pq.write_table(pa.table(columns), folder / "clicks.parquet")
    (folder / "map.toml").write_text(text)
    shop = Shop.open(folder / "shop", create=True, clock=Clock(now_us=lambda: 1_800_000_000 * SECOND_US))
    shop.ingest(folder / "clicks.parquet", map=folder / "map.toml")
    return shop


def _ran(folder: Path, columns: dict[str, Any], text: str = ORDERED) -> Recommended:
    with _logged(folder, columns, text) as shop:
        done = shop.backtest("recommend")
    assert isinstance(done, Recommended)
    assert done.baselines.keys() == of_clicks(20).keys()
    assert all(len(one.rank) == len(done.hits) for one in (done.blend, *done.baselines.values()))
    assert all(((one.rank >= -1) & (one.rank < 20)).all() for one in (done.blend, *done.baselines.values()))
    return done


def _habits(rows: int, seed: int = 1) -> dict[str, Any]:
    """Sessions that walk along a ring of items, go back at times."""
    rng = np.random.default_rng(seed)
    session = np.sort(rng.integers(0, rows // 6, rows)) + 1_000_000_007
    item = np.zeros(rows, np.int64)
    for row in range(rows):
        own = item[row - 1] if row and session[row] == session[row - 1] else int(rng.integers(0, 60))
        item[row] = item[row - 2] if row > 1 and session[row] == session[row - 2] and rng.random() < 0.3 else own + 1
    order = rng.permutation(rows)  # rows of the file are not in order
    return {"session": session[order], "item": item[order] % 60, "order": np.arange(rows)[order]}


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Recommended:
    return _ran(tmp_path_factory.mktemp("habits"), _habits(1_500))


def test_every_click_but_the_first_of_a_session_is_a_question(done: Recommended) -> None:
    assert (done.clicks, done.items) == (1_500, 60)
    assert len(done.hits) == done.clicks - done.sessions
    assert np.all(np.diff(done.hits.number) > 0)


def test_habits_are_found(done: Recommended) -> None:
    said = done.summary()
    assert said["blend"]["recall@20"] > 0.8
    assert said["blend"]["mrr@20"] > said["baselines"]["popularity, half-life a day"]["mrr@20"]
    assert said["baselines"]["transitions"]["recall@20"] > 0.6


def test_the_summary_is_json_with_what_was_promised(done: Recommended) -> None:
    said = json.loads(json.dumps(done.summary()))
    assert (said["app"], said["task"], said["mode"]) == ("recommend", "next click", "after every click")
    for one in (said["blend"], *said["baselines"].values(), *said["alone"].values()):
        assert {"cpu_s"} | {f"{gain}@{cut}" for gain in ("recall", "mrr", "ndcg") for cut in (5, 10, 20)} <= set(one)
    assert {"coverage", "tail", "novelty", "mode"} <= set(said["blend"])
    assert "alone: own items" in said["alone"]
    assert said["questions"] == len(done.hits)
    gap = said["differences"]["recall@20"]
    best = max(one["recall@20"] for one in said["baselines"].values())
    assert said["baselines"][gap["baseline"]]["recall@20"] == best
    assert gap["low"] < gap["mean"] == pytest.approx(said["blend"]["recall@20"] - best)
    assert (
        said["slices"]["return"]["questions"] + said["slices"]["new to the session"]["questions"] == said["questions"]
    )


def test_how_the_log_is_read_changes_nothing() -> None:
    columns = _habits(600)
    order = np.argsort(columns["order"])
    events = Events.of(
        kind=np.ones(600),
        logged_us=np.arange(600) * SECOND_US // 3,
        session=columns["session"][order],
        item=columns["item"][order] + 1,
    )
    one = recommending(Shortlist(), iter([events]), lambda: 0.0)
    cut = (events.rows(slice(start, start + 7)) for start in range(0, 600, 7))
    many = recommending(Shortlist(), cut, lambda: 0.0)
    assert one.blend.rank.tolist() == many.blend.rank.tolist()
    assert one.summary() == many.summary()


def test_batches_hold_whole_ticks() -> None:
    events = Events.of(kind=np.ones(20), logged_us=np.repeat([1, 2, 3], [3, 15, 2]) * SECOND_US)
    assert [len(part) for part in whole_ticks(events, Tick(), 2)] == [3, 15, 2]
    assert [len(part) for part in whole_ticks(events, Tick(), 4)] == [18, 2]
    assert [len(part) for part in whole_ticks(events, Tick(), 100)] == [20]
    assert [len(part) for part in whole_ticks(events, Tick(events=8), 1)] == [3, 5, 8, 2, 2]
    assert [len(part) for part in whole_ticks(events, Tick(), 100, np.array([3]))] == [3, 17]


def test_sources_may_be_several() -> None:
    """Views and orders of the same shoppers: each source reads its own."""
    rng = np.random.default_rng(1)
    rows = 400
    user = rng.integers(1, 9, rows)
    events = Events.of(
        kind=1 + rng.integers(0, 2, rows),
        logged_us=np.arange(rows) * DAY_US // 50,
        session=user + 100,
        user=user,
        item=1 + (user + rng.integers(0, 3, rows)) % 12,
    )
    parts = Shortlist(sources=(Browsing(offered=20), Repeats(offered=5)))
    both = recommending(parts, iter([events]), lambda: 0.0)
    assert both.clicks == int((events.kind == 1).sum())
    assert both.summary()["blend"]["recall@20"] > 0.8


def test_the_example(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "shop", create=True) as shop:
        shop.ingest(EXAMPLES / "clicks.csv", map=EXAMPLES / "clicks.toml")
        said = shop.backtest("recommend").summary()
    assert (said["clicks"], said["sessions"]) == (200, 37)


def test_a_time_column_does_as_well(tmp_path: Path) -> None:
    columns = _habits(300)
    columns["order"] = pa.array(columns["order"] * 1_000_000 + 1_600_000_000_000_000, pa.timestamp("us"))
    text = ORDERED.replace('{ order = "order", epoch = "2020-01-01T00:00:00Z" }', '{ column = "order", zone = "UTC" }')
    assert _ran(tmp_path, columns, text).clicks == 300


def test_rows_may_be_in_order_themselves(tmp_path: Path) -> None:
    columns = {"session": ["a", "a", "b", "b", "a"], "item": ["x", "y", "x", "y", "x"]}
    done = _ran(tmp_path, columns, ORDERED.replace('order = "order"', "order = true"))
    assert len(done.hits) == 3
    assert done.baselines["transitions"].rank.tolist() == [-1, -1, 0]


@pytest.mark.parametrize("item", [np.zeros(10_000, np.int64), np.arange(10_000)], ids=["one item", "all different"])
def test_a_session_of_ten_thousand_clicks(tmp_path: Path, item: np.ndarray) -> None:
    done = _ran(tmp_path, {"session": np.zeros(10_000, np.int64), "item": item, "order": np.arange(10_000)})
    assert (done.sessions, len(done.hits)) == (1, 9_999)
    assert (done.blend.rank == -1).all()  # nothing is offered once more while it is looked at


def test_duplicate_clicks_that_come_late(tmp_path: Path) -> None:
    """The same row twice is one click; the same item clicked twice is two; order decides, not the file."""
    columns = {"session": [1, 1, 1, 2, 1], "item": [7, 8, 8, 7, 7], "order": [5, 6, 8, 1, 5]}
    done = _ran(tmp_path, columns, ORDERED.replace("{row}", "{session}/{order}"))
    assert (done.clicks, len(done.hits)) == (4, 2)
    assert done.hits.returned.tolist() == [False, True]


def test_ids_of_any_script_of_a_kilobyte(tmp_path: Path) -> None:
    signs = ["ж" * 512, "商" * 341, "🛒" * 256, "ا" * 512, "'; drop table events; --" * 40, "a\tb\nc" * 200]
    rng = np.random.default_rng(3)
    columns = {
        "session": [signs[one] + "/s" for one in np.arange(120) // 20],
        "item": [signs[one] for one in rng.integers(0, len(signs), 120)],
        "order": np.arange(120),
    }
    done = _ran(tmp_path, columns)
    assert (done.clicks, done.sessions, done.items) == (120, 6, 6)


def test_clicks_without_a_session_are_no_questions(tmp_path: Path) -> None:
    columns = {"session": ["a", None, "a", None, "b"], "item": ["x", "y", "z", "x", "x"], "order": range(5)}
    columns["order"] = list(columns["order"])
    done = _ran(tmp_path, columns)
    assert (done.clicks, len(done.hits)) == (3, 1)


@pytest.mark.parametrize(
    ("session", "got"),
    [
        ([1, 2, 3], "3 of the kind, 3 with session and item, none of them after another"),
        ([None, None, None], "3 of the kind, 0 with session and item, none of them after another"),
    ],
)
def test_sessions_of_one_click_are_told(tmp_path: Path, session: list[int | None], got: str) -> None:
    columns = {"session": pa.array(session, pa.int64()), "item": [1, 2, 2], "order": [1, 2, 3]}
    with _logged(tmp_path, columns) as shop, pytest.raises(UserError) as raised:
        shop.backtest("recommend")
    assert str(raised.value) == f"app recommend: expected view events that follow another of their session, got '{got}'"


def test_an_empty_log_is_told(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "shop", create=True) as shop, pytest.raises(UserError) as raised:
        shop.backtest("recommend")
    assert str(raised.value) == (
        "app recommend: expected view events that follow another of their session, "
        "got '0 of the kind, 0 with session and item, none of them after another'"
    )


def test_what_was_learned_up_to_some_time_ago_answers_worse(tmp_path: Path) -> None:
    """Each week other items follow one another: who stands still falls behind, the longer the more."""
    rng = np.random.default_rng(5)
    days, each = 28, 60
    session = np.repeat(np.arange(days * each // 4), 4)
    week = np.repeat(np.arange(days), each) // 7
    first = rng.integers(0, 30, len(session) // 4).repeat(4)
    item = 1 + week * 40 + (first + np.tile(np.arange(4), len(session) // 4) * 7) % 40
    us = np.arange(len(session)) * DAY_US // each
    events = Events.of(kind=np.ones(len(us)), logged_us=us, session=session + 1, item=item)
    done = recommending(Shortlist(k=5), iter([events]), lambda: 0.0)
    said = done.summary()
    assert list(said["stale"]) == ["a day behind", "a week behind", "frozen"]
    fresh = [one["after every click"]["recall@5"] for one in said["stale"].values()]
    held = [one["recall@5"] for one in said["stale"].values()]
    assert len(set(fresh)) == 1
    assert fresh[0] > held[0] > held[1] >= held[2]
    gap = said["stale"]["frozen"]["differences"]["recall@5"]
    assert 0 < gap["low"] < gap["mean"] == pytest.approx(fresh[0] - held[2])
    assert said["stale"]["frozen"]["questions"] < said["questions"]


def test_each_source_stands_alone_as_it_would_rank(done: Recommended) -> None:
    own = done.alone["alone: own items"].rank
    theirs = done.baselines["own items, newest first"].rank
    assert (own == theirs).mean() > 0.99
    assert set(done.alone) == {f"alone: {name}" for name in ("browsing", *READINGS)}
    assert done.summary()["alone"]["alone: browsing"]["recall@20"] > 0.6


def test_shoppers_are_known_where_the_log_names_them() -> None:
    rows = 400
    session = np.arange(rows) // 4
    events = Events.of(
        kind=np.ones(rows),
        logged_us=np.arange(rows) * SECOND_US,
        session=session + 1,
        user=1 + session % 60,
        item=1 + np.arange(rows) % 11,
    )
    parts = Shortlist(sources=(Browsing(), Repeats("view")))
    said = recommending(parts, iter([events]), lambda: 0.0).summary()
    assert (said["slices"]["new shopper"]["questions"], said["slices"]["known shopper"]["questions"]) == (180, 120)


def test_baskets() -> None:
    """Shoppers who buy the same few things again: all of a basket answers the question before it."""
    rng = np.random.default_rng(2)
    baskets, each = 150, 3
    user = rng.integers(1, 9, baskets).repeat(each)
    item = 1 + user * 3 + np.tile(np.arange(each), baskets)
    day = np.arange(baskets).repeat(each)
    whose = {"user": user, "session": day + 1, "place": np.ones(len(user)), "item": item}
    events = Events.of(kind=np.full(len(user), 2), logged_us=day * DAY_US // 3, **whose)
    done = recommending(shortlist("next basket", k=10), iter([events]), lambda: 0.0)
    said = done.summary()
    assert (said["task"], said["questions"], said["answers"]) == ("next basket", baskets, len(user))
    assert set(said["baselines"]) == set(of_baskets(10))
    assert said["slices"]["known shopper"]["questions"] == baskets - 8
    assert said["slices"]["known shopper"]["recall@10"] > 0.9
    assert said["baselines"]["personal top frequency"]["recall@10"] > 0.9
    assert "alone: baskets" in said["alone"]
