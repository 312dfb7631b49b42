"""An erased shopper is gone from every file, from every state."""

from __future__ import annotations

import errno
import json
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from evercart import erasing
from evercart.clock import Clock
from evercart.config import KEY_FILE
from evercart.erasing import Receipt, erase, erased, pending, receipts, require_known
from evercart.errors import UserError
from evercart.events.findings import Refusal
from evercart.events.kinds import number
from evercart.events.schema import conform
from evercart.hashing import hash_name
from evercart.lock import locked
from evercart.log.copying import copy
from evercart.shop import Shop
from evercart.testing.disks import Failing, Power
from evercart.testing.faults import KEY, NOW_US, Life, opened
from evercart.testing.postgres import PrivateServer
from evercart.testing.shop import SimulatedShop
from evercart.traces import traces
from evercart.units import DAY_US, SECOND_US

SECRET = "Ægir-of-the-secret-name"
LATE = "Ωmega-who-came-late"
END_US = NOW_US + 20 * DAY_US
LATER_US = END_US + DAY_US  # when who was ended holds no lease any more


def rows(users: list[str], kind: str = "order", us: int = NOW_US, **columns: object) -> pa.Table:
    count = len(users)
    sent = {"item": ["i1"] * count, "quantity": [1000] * count, "amount": [500] * count, "currency": ["EUR"] * count}
    about = {"id": [f"{kind} {us} {n}" for n in range(count)], "event_us": [us] * count, "user": users}
    kinds = pa.array([number(kind)] * count, pa.int16())
    return conform(pa.table({**about, "kind": kinds, **(sent if kind == "order" else {}), **columns}))


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop that has learned of two shoppers who will want to be forgotten, among others."""
    folder = tmp_path_factory.mktemp("shops") / "learned"
    table = SimulatedShop(seed=5, shoppers=25, items=30, days=40).table()
    orders = table.filter(pc.equal(table["kind"], number("order")))
    users = orders["user"].combine_chunks()
    named = pc.replace_with_mask(users, pc.equal(users, "u22"), pa.scalar(SECRET))
    orders = orders.set_column(orders.column_names.index("user"), "user", named)
    Life(folder.parent, (), every=60).begin(folder)
    with opened(folder, pytest.fail, NOW_US) as shop:
        shop.log.import_history("h", lambda skip: iter([orders.slice(skip, 340 - skip)]))
        shop.run()
        mine = orders.filter(pc.equal(orders["user"], SECRET))["id"][5].as_py()
        told = rows(["u3"], "feedback", NOW_US, ref=[mine], text=[f"{SECRET} was pleased"], verdict=["good"])
        then = rows(["u3"], "feedback", NOW_US + 1, ref=[told["id"][0].as_py()], text=[f"So is {SECRET}?"])
        for place, batch in enumerate(
            (orders.slice(340), pa.concat_tables([told, then]), rows([LATE, "u3", LATE, SECRET]))
        ):
            shop.log.append(batch, NOW_US + (place + 1) * DAY_US)
            shop.log.heartbeat(NOW_US + (place + 1) * DAY_US + 9 * SECOND_US)
            shop.run()
        shop.log.heartbeat(END_US + 100 * DAY_US)  # so that no later clock adds one
        body = json.dumps({"kind": "order", "user": SECRET, "quantity": -1}, ensure_ascii=False)
        line = json.dumps({"line": f"1,{SECRET},3"}, ensure_ascii=False)
        other = json.dumps({"kind": "order", "user": SECRET[:-1], "quantity": -1}, ensure_ascii=False)
        bodies = (body, line, other)
        shop.quarantine.add("a.csv", "f", tuple(Refusal(n, "f", "r", "v", one) for n, one in enumerate(bodies)))
    (folder / "reports").mkdir()
    (folder / "reports" / "report.html").write_text("what it learned")
    (folder / "exports").mkdir()
    return folder


@pytest.fixture
def folder(learned: Path, tmp_path: Path) -> Path:
    shutil.copytree(learned, tmp_path / "shop")
    return tmp_path / "shop"


@pytest.fixture
def shop(folder: Path) -> Iterator[Shop]:
    with opened(folder, pytest.fail, END_US) as one:
        yield one


def words(path: Path) -> bytes:
    """Return what a file says, unpacked."""
    text = path.read_bytes()
    if path.suffix == ".parquet":
        text += repr((pq.read_table(path).to_pylist(), pq.read_metadata(path).to_dict())).encode()
    return text


def naming(folder: Path, name: str) -> list[str]:
    """Return the files in which a name or its hash stands."""
    signs = (name.encode(), json.dumps(name)[1:-1].encode(), hash_name(name, KEY).to_bytes(8, "little"))
    found = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [str(path.relative_to(folder)) for path in found if any(sign in words(path) for sign in signs)]


def test_no_file_names_the_shopper(shop: Shop) -> None:
    before = naming(shop.folder, SECRET)
    there = {Path(path).parts[0] for path in before}
    assert {"log", "checkpoints", "quarantine.db"} <= there
    done = erase(shop, "user", SECRET)
    assert naming(shop.folder, SECRET) == []
    assert not (shop.folder / "reports").exists() and not (shop.folder / "exports").exists()
    assert not (shop.folder / "apart").exists()
    assert done.rows == {"feedback": 2, "order": 58}
    assert done.quarantined == 2
    assert [one.body for one in shop.quarantine.list()] != []
    assert shop.log.names(0, 9999, {0}).num_rows == 60
    assert shop.log.verify() == []
    assert shop.shelf.verify() == []
    (kept,) = (shop.folder / "receipts").iterdir()
    assert json.loads(kept.read_text()) == vars(done)
    assert receipts(shop.folder) == [done]
    assert done.hash == f"{hash_name(SECRET, KEY):016x}"


def test_states_are_those_of_a_shop_that_never_knew_more(shop: Shop, tmp_path: Path) -> None:
    known = shop.fingerprint()
    done = erase(shop, "user", SECRET)
    assert shop.fingerprint() != known
    table = shop.log.names(0, shop.log.next_offset)
    Life(tmp_path, (), every=60).begin(tmp_path / "other")
    with opened(tmp_path / "other", pytest.fail, END_US) as other:
        other.log.adopt(table, {})
        other.checkpoints.freeze(shop.checkpoints.frozen_us() or 0)
        other.run()
        assert other.fingerprint() == shop.fingerprint()
        assert [one.fingerprint for one in newest(other)] == [one.fingerprint for one in newest(shop)]
    assert done.next_offset == shop.fingerprint()["next_offset"]


def newest(shop: Shop) -> list:
    last = max(one.next_offset for one in shop.shelf.versions())
    found = [one for one in shop.shelf.versions() if one.next_offset == last]
    return sorted(found, key=lambda one: (one.app, one.model))


def test_nothing_comes_back_when_it_is_sent_again(shop: Shop) -> None:
    sent = shop.log.names(0, shop.log.next_offset)
    mine = sent.filter(pc.equal(sent["user"], SECRET)).drop(["offset", "logged_us"])
    erase(shop, "user", SECRET)
    before, end = shop.fingerprint(), shop.log.next_offset
    said = shop.log.append(mine, END_US)
    assert (said.added, said.duplicates, said.refused.num_rows) == (0, 58, 0)
    assert shop.log.import_history("again", lambda skip: iter([mine.slice(skip)])).added == 0
    shop.run()
    assert (shop.fingerprint(), shop.log.next_offset) == (before, end)
    assert naming(shop.folder, SECRET) == []


def test_what_was_saved_before_the_first_row_stays(shop: Shop) -> None:
    kept = [path.name for path in shop.checkpoints.paths()]
    revisions = {one.address for one in shop.shelf.versions()}
    done = erase(shop, "user", LATE)
    assert done.rows == {"order": 2}
    assert done.checkpoints == 1
    assert shop.checkpoints.paths()[0].name in kept
    clean = {one.address for one in shop.shelf.versions() if one.next_offset <= done.first}
    assert clean < revisions
    assert done.revisions == len(revisions) - len(clean)
    assert naming(shop.folder, LATE) == []
    assert naming(shop.folder, SECRET) != []


def test_what_came_since_is_erased_too(shop: Shop) -> None:
    one = erase(shop, "user", LATE)
    shop.log.append(rows([LATE], us=END_US), END_US)
    two = erase(shop, "user", LATE)
    assert (two.rows, two.first > one.first, two.again) == ({"order": 1}, True, False)
    assert receipts(shop.folder) == [one, two]
    assert naming(shop.folder, LATE) == []


def test_erasing_twice_shows_the_receipt_of_before(shop: Shop) -> None:
    done = erase(shop, "user", LATE)
    before = {path: path.read_bytes() for path in shop.folder.rglob("*.*") if path.suffix not in (".db", ".db-wal")}
    again = erase(shop, "user", LATE)
    assert again.again
    assert vars(again) == {**vars(done), "again": True}
    after = {path: path.read_bytes() for path in shop.folder.rglob("*.*") if path.suffix not in (".db", ".db-wal")}
    assert {path: body for path, body in after.items() if path.name[-4:] != "-shm"} == {
        path: body for path, body in before.items() if path.name[-4:] != "-shm"
    }
    assert require_known(shop, "user", LATE) == f"erase user {LATE}"


@pytest.mark.parametrize("name", ["somebody", "名前" * 160, "ن" * 500, "x" * 1000, "' OR 1=1 --", "\n", "u222"])
def test_a_name_that_nothing_has(shop: Shop, name: str) -> None:
    before = shop.log.next_offset
    for call in (erase, require_known):
        with pytest.raises(UserError) as told:
            call(shop, "user", name)
        assert str(told.value).startswith(f"erase user {name[:60]}".strip())
        assert str(told.value).endswith(": expected a name that log or quarantine has, got 'none'")
        assert len(str(told.value)) < 150
    assert shop.log.next_offset == before


@pytest.mark.parametrize("name", ["名前" * 160, "ن" * 500, "😀" * 250])
def test_a_long_name_in_any_script(shop: Shop, name: str) -> None:
    shop.log.append(rows([name, "u3"], us=END_US), END_US)
    assert erase(shop, "user", name).rows == {"order": 1}
    assert naming(shop.folder, name) == []


@pytest.mark.parametrize(
    ("what", "name", "text"),
    [
        ("usr", "a", "erase: expected one of the kinds user session item place, got 'usr' (nearest: 'user')"),
        ("ref", "a", "erase: expected one of the kinds user session item place, got 'ref'"),
        ("user", "", "erase user: expected a name, got ''"),
        ("item", "\udcff", "erase item: expected a name in UTF-8, got 'other bytes'"),
    ],
)
def test_what_makes_no_sense(shop: Shop, what: str, name: str, text: str) -> None:
    with pytest.raises(UserError) as told:
        erase(shop, what, name)
    assert str(told.value) == text


def test_an_item_with_all_its_orders(shop: Shop) -> None:
    shop.log.append(rows(["u3", "u4"], us=END_US, item=["Secret-item", "i2"]), END_US)
    assert erase(shop, "item", "Secret-item").rows == {"order": 1}
    assert naming(shop.folder, "Secret-item") == []


def test_a_name_that_only_the_quarantine_has(shop: Shop) -> None:
    body = json.dumps({"kind": "order", "user": "Only-refused"})
    shop.quarantine.add("b.csv", "g", (Refusal(1, "f", "r", "v", body),))
    before = shop.fingerprint()
    done = erase(shop, "user", "Only-refused")
    assert (done.rows, done.quarantined, done.first) == ({}, 1, -1)
    assert shop.fingerprint() == before
    assert naming(shop.folder, "Only-refused") == []


def test_a_shop_that_never_learned(tmp_path: Path) -> None:
    Life(tmp_path, (), every=60).begin(tmp_path / "shop")
    with opened(tmp_path / "shop", pytest.fail, END_US) as shop:
        shop.log.append(rows([SECRET, "u3"]), NOW_US)
        done = erase(shop, "user", SECRET)
        assert (done.rows, done.states, done.next_offset) == ({"order": 1}, "", 0)
        assert naming(shop.folder, SECRET) == []


def test_no_one_else_learns_or_imports_meanwhile(shop: Shop) -> None:
    with shop.leases.held(lambda: END_US), pytest.raises(UserError, match="expected no other learner on this shop"):
        erase(shop, "user", LATE)
    with locked(shop.folder / "ingest.lock", "ingests"), pytest.raises(UserError, match="one process at a time"):
        erase(shop, "user", LATE)
    assert pending(shop) == []


def test_an_import_that_stands_half_way_would_bring_it_back(shop: Shop) -> None:
    (shop.folder / "imports" / "scratch" / "abc").mkdir(parents=True)
    with pytest.raises(UserError) as told:
        erase(shop, "user", LATE)
    text = "expected no import that stands half way; run it again first, got 'abc'"
    assert str(told.value) == f"erase user {LATE}: {text}"
    (shop.folder / "imports" / "scratch" / "abc").rmdir()
    (shop.folder / "imports" / "scratch" / "h").mkdir()
    (shop.folder / "imports" / "scratch" / "h" / "run").write_text(LATE)
    erase(shop, "user", LATE)
    assert naming(shop.folder, LATE) == []


def test_until_it_is_done_it_is_pending(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    assert erased(shop) == {}
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(erasing, "rebuild", killed)
        erase(shop, "user", LATE)
    assert erased(shop) == {"user": {hash_name(LATE, KEY)}}
    assert require_known(shop, "user", LATE)
    assert pending(shop)[0].rows == {"order": 2}
    done = erase(shop, "user", LATE)
    assert (done.rows, done.again, erased(shop)) == ({"order": 2}, False, {})


def test_an_event_that_others_sent_begins_nothing(shop: Shop) -> None:
    shop.log.append(rows([None], "erase", END_US, ref=["x"], what=["user"]), END_US)
    shop.log.append(rows([None], "erase", END_US + 1, ref=["x"], properties=['{"first": 3}']), END_US)
    assert pending(shop) == []


def test_a_receipt_that_cannot_be_read(shop: Shop) -> None:
    erase(shop, "user", LATE)
    (path,) = (shop.folder / "receipts").iterdir()
    path.write_text("[")
    with pytest.raises(UserError, match=r"expected a receipt as it was written, got 'JSONDecodeError"):
        receipts(shop.folder)


def test_on_a_server_it_comes_to_the_same(
    learned: Path, folder: Path, server: PrivateServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVERCART_LOG", server.url("erasing"))
    (folder.parent / "there").mkdir()
    shutil.copy(folder / KEY_FILE, folder.parent / "there" / KEY_FILE)
    with opened(folder, pytest.fail, END_US) as one:
        clock = Clock(now_us=lambda: END_US)
        with Shop.open(folder.parent / "there", create=True, log="env:EVERCART_LOG", clock=clock) as other:
            one.run()
            copy(one.log, other.log)
            other.checkpoints.freeze(one.checkpoints.frozen_us() or 0)
            other.run()
            assert other.fingerprint() == one.fingerprint()
            mine = one.log.names(0, 999).filter(pc.equal(one.log.names(0, 999)["user"], SECRET))
            assert erase(other, "user", SECRET).rows == erase(one, "user", SECRET).rows
            assert other.fingerprint() == one.fingerprint()
            assert naming(other.folder, SECRET) == []
            assert other.log.append(mine.drop(["offset", "logged_us"]), END_US).duplicates == len(mine)
            assert traces(other.log, "user", SECRET).levels == ()
            assert other.log.verify() == []
            assert erase(other, "user", SECRET).again


def erases(folder: Path, now_us: int = END_US) -> Receipt:
    with opened(folder, pytest.fail, now_us) as one:
        return erase(one, "user", SECRET)


def outcome(folder: Path) -> tuple[dict, list, list]:
    """Return what a folder has come to after an erasure, and one more run."""
    with opened(folder, pytest.fail, LATER_US) as one:
        assert naming(folder, SECRET) == []
        assert one.log.verify() == [] == one.shelf.verify()
        said = one.fingerprint()["folds"], [one.fingerprint for one in newest(one)]
        return *said, one.log.names(0, 440, {0})["offset"].to_pylist()


@pytest.mark.parametrize("every", [151, pytest.param(7, marks=pytest.mark.slow)])
def test_power_may_go_at_any_moment(folder: Path, tmp_path: Path, every: int) -> None:
    rng, cuts = np.random.default_rng(3), []

    def cut(number: int) -> None:
        if number % every == 5:
            cuts.append(tmp_path / f"cut {number}")
            power.cut(cuts[-1], rng)

    power = Power(folder, cut)
    with power.watching():
        erases(folder)
    whole = outcome(folder)
    assert len(cuts) > 2
    for place, cut_folder in enumerate(cuts):
        if place % 2:
            with opened(cut_folder, pytest.fail, LATER_US) as one:
                one.run()  # a learner comes before the erasure is run again
        erases(cut_folder, LATER_US)
        assert outcome(cut_folder) == whole, cut_folder.name


@pytest.mark.parametrize("times", [2, pytest.param(40, marks=pytest.mark.slow)])
def test_any_write_may_fail(learned: Path, tmp_path: Path, times: int) -> None:
    shutil.copytree(learned, tmp_path / "whole")
    disk = Failing()
    with disk.failing():
        erases(tmp_path / "whole")
    whole = outcome(tmp_path / "whole")
    for at in range(11, disk.calls, disk.calls // times):
        folder = tmp_path / f"{at}"
        shutil.copytree(learned, folder)
        with suppress(UserError), Failing(at, (errno.ENOSPC, errno.EIO)[at % 2]).failing():
            erases(folder)
        erases(folder, LATER_US)
        assert outcome(folder) == whole, at
