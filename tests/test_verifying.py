"""A logged decision that is not what log and revision say is found."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from evercart import Shop
from evercart.abreast import Abreast, questions
from evercart.asks.weave import DECISION
from evercart.clock import Clock
from evercart.events.schema import SCHEMA, conform
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US, SECOND_US
from evercart.verifying import FEATURES, MODEL, REVISION, _computed

START_US = 1_800_000_000_000_000


class Decided:
    """A shop with live decisions, whose clock is turned by hand."""

    def __init__(self, folder: Path) -> None:
        self.us = START_US
        self.shop = Shop.open(folder, create=True, clock=Clock(now_us=lambda: self.us))
        history = SimulatedShop(seed=5, shoppers=40, items=20, days=40).table()
        self.shop.log.import_history("simulated", lambda skip: iter([history.slice(skip)]))
        self.shop.run()
        self.users = list(dict.fromkeys(history["user"].drop_null().to_pylist()))[-8:]

    def decide(self, **how: Any) -> None:
        for user in self.users:
            self.us += 7 * SECOND_US
            self.shop.decide("repurchase", user=user, place="online", **how)
            self.shop.decide("spend", user=user, **how)
            self.view(self.us, user)

    def view(self, us: int, user: str) -> None:
        one = {"event_us": [us], "kind": [2], "user": [user], "item": ["i"], "quantity": [1000], "amount": [5]}
        self.log(id=[f"view {self.shop.log.next_offset}"], **one)

    def log(self, now_us: int | None = None, **columns: Any) -> None:
        typed = {name: pa.array(values, SCHEMA.field(name).type) for name, values in columns.items()}
        self.shop.log.append(conform(pa.table(typed)), now_us or self.us)

    def last(self) -> dict[str, Any]:
        """Return the last decision as the log holds it."""
        end = self.shop.log.next_offset
        return self.shop.log.names(end - 20, end, kinds=(DECISION,)).to_pylist()[-1]

    def forge(self, **other: Any) -> None:
        """Log the last decision again with another id, something of it altered."""
        row = {**self.last(), **other, "id": f"forged {self.shop.log.next_offset}"}
        kept = {name: [value] for name, value in row.items() if value is not None and name in SCHEMA.names}
        self.log(**kept)


@pytest.fixture
def decided(tmp_path: Path) -> Iterator[Decided]:
    made = Decided(tmp_path / "shop")
    made.decide()
    yield made
    made.shop.close()


def test_all_agree_across_checkpoints_clocks_that_differ(decided: Decided) -> None:
    decided.us += DAY_US
    decided.shop.run()
    decided.decide()
    late = decided.us
    decided.us += 3600 * SECOND_US
    decided.shop.decide("spend", user=decided.users[0])
    said = decided.last()
    row = {name: [said[name]] for name in SCHEMA.names if said[name] is not None and name not in ("id", "event_us")}
    decided.log(now_us=late, id=["behind"], event_us=[said["event_us"] - 1], **row)
    found = decided.shop.verify()
    assert found.decisions == 2 * 16 + 2
    assert found.agreed + len(found.differing) == found.decisions
    assert {one.id for one in found.differing} <= {"behind"}  # a day's last microsecond may read alike


def test_what_is_altered_is_named(decided: Decided) -> None:
    row = decided.last()
    decided.forge(guess=row["guess"] + 1e-12)
    x = bytearray(row["x"])
    x[-1] ^= 64
    decided.forge(x=bytes(x))
    found = decided.shop.verify()
    assert (found.decisions, found.agreed) == (18, 16)
    assert [one.what for one in found.differing] == ["guess", f"x: {decided.shop.app('spend').columns[-1].name}"]
    assert found.differing[0].logged != found.differing[0].computed


def test_what_cannot_be_checked_is_counted(decided: Decided) -> None:
    decided.forge(revision="gone")
    decided.forge(model="another")
    decided.shop.log.blank([decided.shop.log.next_offset - 4], ["x"])
    found = decided.shop.verify()
    assert found.differing == []
    assert {**found.unchecked} == {REVISION: 1, MODEL: 1, FEATURES: 1}
    assert found.agreed == 15
    assert found.as_dict()["unchecked"][MODEL] == 1


def test_a_damaged_revision_is_no_longer_kept(decided: Decided) -> None:
    for path in (decided.shop.folder / "shelf").glob("*.safetensors"):
        path.write_bytes(b"")
    found = decided.shop.verify()
    assert (found.agreed, found.unchecked, found.differing) == (0, {REVISION: 16}, [])


def test_a_log_without_decisions(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "new", create=True) as new:
        assert new.verify().decisions == 0


def test_a_question_put_before_a_slower_clock_lets_nothing_leave_too_early(decided: Decided) -> None:
    ring, log = decided.shop.ring().of_one_answer, decided.shop.log
    users = pa.table({"user": decided.users * 4})
    drawn = np.random.default_rng(3).integers(1, log.next_offset, len(decided.users) * 4)
    offset = np.append(np.sort(drawn)[:-1], log.next_offset)
    before = np.concatenate([one.logged_us for one in log.read(0)])[offset - 1]
    us = before + np.array([0, 3600, 90 * 86_400, 400 * 86_400])[np.arange(len(offset)) % 4] * SECOND_US
    order = np.lexsort((us, offset))
    asked = questions(ring, users, offset[order], us[order])
    found = _computed(ring, log, Abreast(ring, ring.start(), 0), asked, lambda at: None)
    for place in range(0, len(asked), 3):
        level = Abreast(ring, ring.start(), 0)
        for events in log.read(0, int(asked.offset[place]), columns=ring.reads):
            level.take(events)
        for lane in ring.lanes():
            one = level.x(lane, asked.rows(slice(place, place + 1)))
            assert one[0].tobytes() == found[lane.app.name][place].tobytes()
