"""One learner a shop: who holds the lease is named, who ended is noticed, who lost it cannot save.

Every promise is tested on both stores.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import NamedTuple

import pytest

from evercart import lease
from evercart.errors import UserError
from evercart.lease import LASTS_US, Holding, Leases, SqliteLeases
from evercart.lease_postgres import PostgresLeases
from evercart.log.address import parse
from evercart.testing.postgres import administer

NOW_US = 1_700_000_000_000_000
_numbers = count()


class Store(NamedTuple):
    """A place where one lease is written down, as the code that opens it again in another process."""

    leases: Leases
    where: str
    code: str


def own_us(connection: object, now_us: int) -> int:
    """Be a server whose clock is the holder's."""
    return now_us


@pytest.fixture(params=["folder", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "folder":
        code = f"from evercart.lease import SqliteLeases; leases = SqliteLeases(Path({str(tmp_path)!r}))"
        yield Store(SqliteLeases(tmp_path), str(tmp_path / "lease.db"), code)
        return
    url = request.getfixturevalue("server").url(f"lease_{next(_numbers)}")
    there = parse(url)
    administer(url, f"CREATE SCHEMA {there.schema}")
    code = (
        "from evercart.lease_postgres import PostgresLeases; from evercart.log.address import parse;"
        f"leases = PostgresLeases(parse({url!r}), lambda connection, now_us: now_us)"
    )
    yield Store(PostgresLeases(there, own_us, wait_s=0.02), there.shown, code)


@pytest.fixture
def leases(store: Store) -> Leases:
    return store.leases


def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "_host", lambda: "elsewhere/7/pid")


class TestOnEveryStore:
    """What a lease promises wherever it is written down."""

    def test_the_second_is_told_who_learns_until_when(self, store: Store) -> None:
        leases, where, _ = store
        with leases.held(lambda: NOW_US), pytest.raises(UserError) as told, leases.held(lambda: NOW_US + 1):
            pass
        host = lease._host().split("/")[0]
        assert str(told.value) == (
            f"{where}: expected no other learner on this shop, "
            f"got 'process {os.getpid()} on {host} until 2023-11-14 22:13:40 UTC'"
        )

    def test_given_back_it_is_free_at_once_with_a_larger_token(self, leases: Leases) -> None:
        tokens = []
        for _ in range(3):
            with leases.held(lambda: NOW_US) as grant:
                tokens.append(grant.token)
        assert tokens == [1, 2, 3]

    def test_a_holder_that_ended_on_this_machine_keeps_no_one_out(self, store: Store) -> None:
        leases, _, opening = store
        code = f"import os; from pathlib import Path; {opening}\nleases._taken({NOW_US}); os._exit(9)"
        ended = subprocess.run([sys.executable, "-c", code], check=False, timeout=60)
        assert ended.returncode == 9
        there = leases.look()
        assert there is not None
        assert there.until_us == NOW_US + LASTS_US
        with leases.held(lambda: NOW_US) as grant:
            assert grant.token == 2

    def test_a_holder_on_another_machine_is_waited_for(self, leases: Leases, monkeypatch: pytest.MonkeyPatch) -> None:
        grant = leases._taken(NOW_US)
        elsewhere(monkeypatch)
        with pytest.raises(UserError, match="expected no other learner on this shop"):
            leases._taken(NOW_US + LASTS_US - 1)
        assert leases._taken(NOW_US + LASTS_US).token == grant.token + 1

    def test_a_clock_that_was_moved_back_blocks_no_one(self, leases: Leases, monkeypatch: pytest.MonkeyPatch) -> None:
        leases._taken(NOW_US + 3_600_000_000)
        elsewhere(monkeypatch)
        assert leases._taken(NOW_US).token == 2

    def test_renewed_it_lasts_longer(self, leases: Leases, monkeypatch: pytest.MonkeyPatch) -> None:
        grant = leases._taken(NOW_US)
        grant.renew(NOW_US + LASTS_US // 4)  # too early to be worth a write
        assert self.until(leases) == NOW_US + LASTS_US
        grant.renew(NOW_US + LASTS_US)  # late, but no one else came
        assert self.until(leases) == NOW_US + 2 * LASTS_US
        elsewhere(monkeypatch)
        with pytest.raises(UserError, match="no other learner"):
            leases._taken(NOW_US + LASTS_US + 1)

    def until(self, leases: Leases) -> int:
        there = leases.look()
        assert there is not None
        return there.until_us

    def test_a_clock_moved_back_under_the_holder_lets_it_hold_on(self, leases: Leases) -> None:
        grant = leases._taken(NOW_US)
        grant.renew(NOW_US - 3_600_000_000)
        assert self.until(leases) == NOW_US - 3_600_000_000 + LASTS_US
        with grant.committing():
            pass

    def test_who_lost_it_cannot_save(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        leases = store.leases
        slow = leases._taken(NOW_US)
        with slow.committing():
            pass
        with monkeypatch.context() as patched:
            elsewhere(patched)
            leases._taken(NOW_US + LASTS_US)
        text = r": expected the lease with token 1; another learner goes on, got process \d+ on elsewhere until 20"
        with pytest.raises(UserError, match=text), slow.committing():
            pytest.fail("the block must not be entered")
        with pytest.raises(UserError, match=text):
            slow.renew(NOW_US + 2 * LASTS_US)

    def test_who_lost_it_does_not_give_it_back(self, leases: Leases, monkeypatch: pytest.MonkeyPatch) -> None:
        with leases.held(lambda: NOW_US), monkeypatch.context() as patched:
            elsewhere(patched)
            leases._taken(NOW_US + LASTS_US)
        there = leases.look()
        assert there is not None
        assert there[3:] == (2, NOW_US + 2 * LASTS_US)

    def test_no_one_takes_it_in_the_middle_of_a_commit(self, leases: Leases, monkeypatch: pytest.MonkeyPatch) -> None:
        grant = leases._taken(NOW_US)
        monkeypatch.setattr(lease, "_WAIT_S", 0.01)
        with grant.committing(), pytest.raises(UserError, match=r"the (database|log) to be free"):
            leases._taken(NOW_US + LASTS_US)

    def test_what_fails_inside_a_commit_is_told_as_it_is(self, leases: Leases) -> None:
        def fail() -> None:
            text = "the disk is full"
            raise UserError(text)

        grant = leases._taken(NOW_US)
        with pytest.raises(UserError, match=r"^the disk is full$"), grant.committing():
            fail()
        with grant.committing():
            pass


def test_a_number_used_again_is_not_taken_for_the_holder() -> None:
    mine = Holding(lease._host(), os.getpid(), lease._began(os.getpid()), 1, NOW_US + 5)
    assert mine.keeps_out(NOW_US)
    assert not mine._replace(began=mine.began - 1).keeps_out(NOW_US)


def test_a_damaged_file_is_told(tmp_path: Path) -> None:
    (tmp_path / lease.FILE).write_bytes(b"not a database" * 100)
    with pytest.raises(UserError, match=r"lease.db: expected an undamaged file, got 'file is not a database'$"):
        SqliteLeases(tmp_path)._taken(NOW_US)
