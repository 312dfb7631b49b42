"""A policy learned by a shop of simulated payments: refused without draws, let live by the gate where it is better."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from evercart.clock import Clock
from evercart.events.actions import ACTIONS, CHALLENGE, DECLINE
from evercart.events.schema import table_of
from evercart.shop import Shop
from evercart.testing.console import evercart
from evercart.testing.living import Hands
from evercart.units import DAY_US, SECOND_US

DAYS, WARM = 45, 15
LATE_US = 7 * DAY_US
ACTS = """
reviews_a_day = 0
[fraud.costs]
challenge_loses = 0.6
challenge_stops = 0.1
[fraud.policy]
learn = true
explore = 60
"""
GIVES_UP, FAILS = 0.02, 0.9  # what a challenge really does to good shoppers, to frauds


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of simulated payments, as the command writes them."""
    folder = tmp_path_factory.mktemp("simulated")
    words = ("simulate", "--payments", "payments", "--days", str(DAYS), "--shoppers", "120", "--json")
    said = json.loads(evercart(*words, folder=folder))
    assert said["frauds"] > 10
    return folder / "payments"


def opened(folder: Path, written: Path, hands: Hands, further: str) -> Shop:
    """Return a shop that has learned the first days of the payments."""
    with Shop.open(folder, create=True, clock=hands.clock):
        pass
    (folder / "shop.toml").write_text((written / "shop.toml").read_text() + further)
    return Shop.open(folder, clock=Clock(now_us=hands.now_us))


@pytest.fixture(scope="module")
def lived(written: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop that learned the first days, then decided live on those that followed, drawing some of its actions."""
    folder, hands = tmp_path_factory.mktemp("till") / "till", Hands()
    payments, rng = pq.read_table(written / "payments.parquet").to_pylist(), np.random.default_rng(1)
    start_us = payments[0]["time"].timestamp() * SECOND_US
    with opened(folder, written, hands, ACTS) as shop:
        since_us = int(start_us) + WARM * DAY_US
        history = [row for row in payments if row["time"].timestamp() * SECOND_US < since_us]
        shop.log.import_history("payments", lambda skip: iter([table_of(_told(history, since_us)).slice(skip)]))
        shop.run()
        later, due = payments[len(history) :], list[tuple[int, dict]]()
        for at, row in enumerate(later):
            hands.us = int(row["time"].timestamp() * SECOND_US)
            while due and due[0][0] <= hands.us:
                shop.log.append(table_of([due.pop(0)[1]]), hands.us)
            said = {name: row[name] for name in ("user", "place", "card", "device", "address", "amount")}
            asked = shop.decide("fraud", id=f"asked-{at}", **said)
            if not _made(ACTIONS.index(asked.action), row["fraud"], rng):
                continue
            paid = {"id": f"live-{at}", "kind": 21, "ref": asked.id, "event_us": hands.us, "currency": "EUR", **said}
            shop.log.append(table_of([paid]), hands.us)
            if row["fraud"]:
                back = {"id": f"back-{at}", "kind": 22, "ref": paid["id"], "event_us": hands.us + LATE_US}
                due.append((hands.us + LATE_US, back))
        hands.us += 15 * DAY_US
        for _, back in due:
            shop.log.append(table_of([back]), hands.us)
        shop.log.heartbeat(hands.us)
    return folder


def _told(rows: list[dict], until_us: int) -> list[dict]:
    """Return payments with the chargebacks that came by then, in the order of time."""
    found = []
    for row in rows:
        us = int(row["time"].timestamp() * SECOND_US)
        said = {name: row[name] for name in ("user", "place", "card", "device", "address", "amount")}
        found.append({"id": row["id"], "kind": 21, "event_us": us, "currency": "EUR", **said})
        if row["fraud"] and us + LATE_US < until_us:
            found.append({"id": f"back {row['id']}", "kind": 22, "ref": row["id"], "event_us": us + LATE_US})
    return sorted(found, key=lambda row: row["event_us"])


def _made(action: int, fraud: int, rng: np.random.Generator) -> bool:
    """Return whether a payment is made after what was done about it."""
    if action == CHALLENGE:
        return bool(rng.random() >= (FAILS if fraud else GIVES_UP))
    return action != DECLINE


def test_decisions_are_drawn_the_log_says_by_whom(lived: Path) -> None:
    with Shop.open(lived) as shop:
        rows = shop.log.names(0, shop.log.next_offset, kinds=(7,)).to_pylist()
    assert len(rows) > 1000
    assert all(0 < row["chance"] < 1 for row in rows)
    assert {row["action"] for row in rows} >= {0, CHALLENGE}
    assert {json.loads(row["properties"])["policy"] for row in rows} <= {"threshold", "learned"}


def test_the_command_says_how_it_stands(lived: Path, changed: Callable[..., Path]) -> None:
    said = json.loads(evercart("policy", "--shop", lived.name, "--json", folder=lived.parent))
    assert said["app"] == "fraud" and said["decisions"] > 1000 and said["unseen"] == 0 and said["days"] >= 20
    assert said["low"] < said["gain_minor"] < said["high"]
    assert said["acts"] == ("learned" if said["sure_above"] > 0 else "threshold")
    text = evercart("policy", "--shop", lived.name, folder=lived.parent)
    assert f"{said['acts']} acts" in text and "A learned policy beside the cost threshold" in text
    none = evercart("policy", "--shop", "plain", folder=changed(lived, "").parent, code=2)
    assert none.strip() == "policy: expected an app with [fraud.policy] learn = true in shop.toml, got 'none'"


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Path, str], Path]:
    """Return what makes a copy of a shop with other settings after those of [fraud]."""

    def made(folder: Path, further: str) -> Path:
        shutil.copytree(folder, tmp_path / "plain")
        (tmp_path / "plain" / "shop.toml").write_text((folder / "shop.toml").read_text().replace(ACTS, further))
        return tmp_path / "plain"

    return made
