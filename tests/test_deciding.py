"""A live question is answered from what is known now; the answer is in the log, from which it is learned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from evercart import Shop, UserError
from evercart.asks.logged import decoded, layout, reader
from evercart.clock import Clock
from evercart.events.schema import SCHEMA, conform
from evercart.fold import fingerprint
from evercart.labels.turns import ASKED
from evercart.log import Log
from evercart.loop import Stopwatch, whole_ticks
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US, SECOND_US

START_US = 1_800_000_000_000_000


class Hands:
    """A clock that is turned by hand."""

    def __init__(self) -> None:
        self.us = START_US

    def now_us(self) -> int:
        return self.us


def table(**columns: list) -> pa.Table:
    return conform(pa.table({name: pa.array(values, SCHEMA.field(name).type) for name, values in columns.items()}))


def order(log: Log, us: int, id: str, user: str, ref: str | None = None) -> None:
    one = {"user": [user], "item": ["i1"], "quantity": [1000], "amount": [500], "session": [f"s-{id}"], "ref": [ref]}
    log.append(table(id=[id], event_us=[us], kind=[2], **one), us)


@pytest.fixture(scope="module")
def hands() -> Hands:
    return Hands()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, hands: Hands) -> Iterator[Shop]:
    """A shop that has learned from history, decided live, learned from what came of it."""
    folder = tmp_path_factory.mktemp("shops") / "mine"
    with Shop.open(folder, create=True, clock=Clock(now_us=hands.now_us)) as opened:
        history = SimulatedShop(seed=3, shoppers=60, items=30, days=60).table()
        opened.log.import_history("simulated", lambda skip: iter([history.slice(skip)]))
        opened.run()
        for i in range(6):
            hands.us += 90 * SECOND_US
            user = history["user"].drop_null()[-1 - i].as_py()
            opened.decide("repurchase", user=user, place="online", id=f"d{i}")
            hands.us += SECOND_US
            order(opened.log, hands.us, f"o{i}", user, ref=f"d{i}" if i % 2 else None)
            opened.decide("spend", user=user, id=f"spend-{i}")
        hands.us += 9 * DAY_US
        opened.log.heartbeat(hands.us)
        opened.run()
        yield opened


def live(shop: Shop, app: str) -> pa.Table:
    rows = shop.log.names(0, shop.log.next_offset, kinds=(7,))
    return rows.filter(pc.equal(rows["app"], app))


def test_what_was_said_stands_in_the_log(shop: Shop) -> None:
    said = shop.decide("spend", user="somebody new")
    row = shop.log.names(shop.log.next_offset - 1, shop.log.next_offset).to_pylist()[0]
    assert (row["id"], row["app"], row["guess"], row["model"]) == (said.id, "spend", said.guess, said.model)
    assert (row["revision"], row["chance"], row["feature_offset"]) == (said.revision, 1.0, said.feature_offset)
    assert (row["user"], row["kind"]) == ("somebody new", 7)
    assert said.feature_offset == row["offset"]
    assert any(one.fingerprint == said.revision and one.model == said.model for one in shop.shelf.versions("spend"))


def test_an_answer_knows_the_row_logged_just_before(shop: Shop, hands: Hands) -> None:
    columns = shop.app("repurchase").columns
    seen = []
    for i in range(2):
        said = shop.decide("repurchase", user="late riser")
        row = live(shop, "repurchase")
        kept, x = decoded(row["x"].slice(row.num_rows - 1), layout(columns), len(columns))
        assert kept.tolist() == [True]
        seen.append((said.guess, x[0].tolist()))
        order(shop.log, hands.us, f"just {i}", "late riser")
    assert seen[0] != seen[1]


def test_it_is_verified_bit_for_bit(shop: Shop) -> None:
    found = shop.verify()
    assert found.agreed == found.decisions >= 12
    assert (found.differing, found.unchecked) == ([], {})


def questions(shop: Shop, kept: bool) -> tuple[np.ndarray, np.ndarray]:
    """Offset, X of what the ring asks, from the first order on that was logged live."""
    ring, read = shop.ring(), reader(shop.log) if kept else None
    states, asked = ring.start(), []
    for events in whole_ticks(shop.log.read(0, columns=ring.reads), ring.tick):
        turns = ring.step(states, events, Stopwatch(lambda: 0.0), read)["repurchase"].turns
        asked.append(turns.rows(turns.what == ASKED))
    offset = np.concatenate([part.offset for part in asked])
    return offset, np.concatenate([part.x for part in asked])


def test_live_decisions_are_learned_with_what_they_were_answered_from(shop: Shop) -> None:
    columns, logged = shop.app("repurchase").columns, live(shop, "repurchase")
    _, known = decoded(logged["x"], layout(columns), len(columns))
    said = logged["offset"].to_numpy()
    for kept in (True, False):
        offset, x = questions(shop, kept)
        found = {row.tobytes() for row in x[np.isin(offset, said)]}
        done = said <= offset[-1]
        assert done.sum() >= 6
        assert {row.tobytes() for row in known[done]} <= found  # nothing was logged in between: both are the same


def test_what_was_decided_is_asked_once(shop: Shop) -> None:
    """A basket whose rows name a decision is not asked about again at its end."""
    orders = shop.log.names(0, shop.log.next_offset, kinds=(2,))
    first = int(orders["offset"].to_numpy()[np.flatnonzero(pc.equal(orders["id"], "o0").to_numpy())[0]])
    beats = shop.log.names(first, shop.log.next_offset, kinds=(11,))["offset"].to_numpy()
    offset, _ = questions(shop, True)
    said = live(shop, "repurchase")["offset"].to_numpy()
    here, decided = ((one > first) & (one <= beats[0]) for one in (offset, said))
    assert here.sum() - decided.sum() == 3  # of six baskets, those three that name no decision


def test_a_replay_ends_in_the_same_bits(shop: Shop) -> None:
    shop.run()
    prints = []
    for _ in range(2):
        found = shop.checkpoints.last(shop.ring())
        assert found is not None
        names = ("decided", "pairs", "continual")
        prints.append({name: fingerprint(state) for name, state in found[0].items() if name.endswith(names)})
        shop.run(replay=True)
    assert prints[0] == prints[1]
    assert len(prints[0]) == 8  # none of `recommend` is decided live


@pytest.mark.parametrize(
    ("app", "keys", "text"),
    [
        ("spnd", {"user": "a"}, "app: expected one of repurchase spend, got 'spnd'"),
        ("spend", {}, "decide spend.user: expected a value: whom the question is about, got 'none'"),
        ("spend", {"user": 3}, "decide spend.user: expected a name, got 3"),
        ("spend", {"user": ""}, "decide spend.user: expected a name, got ''"),
        ("spend", {"user": "a", "amount": "x"}, "decide spend.amount: expected a number, got 'x'"),
        ("spend", {"user": "a", "x": 1}, "decide spend: expected one of the keys user session item place "),
        ("spend", {"user": "a", "id": "d1"}, "decision.id: expected a new id, got 'd1'"),
    ],
)
def test_what_cannot_be_asked_is_told(shop: Shop, app: str, keys: dict, text: str) -> None:
    with pytest.raises(UserError, match="^" + re.escape(text)):
        shop.decide(app, **keys)


def test_nothing_is_answered_before_anything_was_learned(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "new", create=True) as new, pytest.raises(UserError) as raised:
        new.decide("spend", user="a")
    assert str(raised.value) == "decide: expected a checkpoint; see `evercart run`, got 'none'"
