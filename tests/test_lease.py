"""One learner a shop: who holds the lease is named, who ended is noticed, who lost it cannot save."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evercart import lease
from evercart.errors import UserError
from evercart.lease import LASTS_US, Holding, SqliteLeases

NOW_US = 1_700_000_000_000_000


@pytest.fixture
def leases(tmp_path: Path) -> SqliteLeases:
    return SqliteLeases(tmp_path)


def elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lease, "_host", lambda: "elsewhere/7/pid")


def test_the_second_is_told_who_learns_until_when(leases: SqliteLeases, tmp_path: Path) -> None:
    with leases.held(lambda: NOW_US), pytest.raises(UserError) as told, leases.held(lambda: NOW_US + 1):
        pass
    host = lease._host().split("/")[0]
    assert str(told.value) == (
        f"{tmp_path / 'lease.db'}: expected no other learner on this shop, "
        f"got 'process {os.getpid()} on {host} until 2023-11-14 22:13:40 UTC'"
    )


def test_given_back_it_is_free_at_once_with_a_larger_token(leases: SqliteLeases) -> None:
    tokens = []
    for _ in range(3):
        with leases.held(lambda: NOW_US) as grant:
            tokens.append(grant.token)
    assert tokens == [1, 2, 3]


def test_a_holder_that_ended_on_this_machine_keeps_no_one_out(leases: SqliteLeases) -> None:
    code = (
        "import os, sys; from pathlib import Path; from evercart.lease import SqliteLeases\n"
        f"SqliteLeases(Path(sys.argv[1]))._taken({NOW_US}); os._exit(9)"
    )
    ended = subprocess.run([sys.executable, "-c", code, str(leases.folder)], check=False, timeout=60)
    assert ended.returncode == 9
    assert leases.look().until_us == NOW_US + LASTS_US
    with leases.held(lambda: NOW_US) as grant:
        assert grant.token == 2


def test_a_number_used_again_is_not_taken_for_the_holder() -> None:
    mine = Holding(lease._host(), os.getpid(), lease._began(os.getpid()), 1, NOW_US + 5)
    assert mine.keeps_out(NOW_US)
    assert not mine._replace(began=mine.began - 1).keeps_out(NOW_US)


def test_a_holder_on_another_machine_is_waited_for(leases: SqliteLeases, monkeypatch: pytest.MonkeyPatch) -> None:
    grant = leases._taken(NOW_US)
    elsewhere(monkeypatch)
    with pytest.raises(UserError, match="expected no other learner on this shop"):
        leases._taken(NOW_US + LASTS_US - 1)
    assert leases._taken(NOW_US + LASTS_US).token == grant.token + 1


def test_a_clock_that_was_moved_back_blocks_no_one(leases: SqliteLeases, monkeypatch: pytest.MonkeyPatch) -> None:
    leases._taken(NOW_US + 3_600_000_000)
    elsewhere(monkeypatch)
    assert leases._taken(NOW_US).token == 2


def test_renewed_it_lasts_longer(leases: SqliteLeases, monkeypatch: pytest.MonkeyPatch) -> None:
    grant = leases._taken(NOW_US)
    grant.renew(NOW_US + LASTS_US // 4)  # too early to be worth a write
    assert leases.look().until_us == NOW_US + LASTS_US
    grant.renew(NOW_US + LASTS_US)  # late, but no one else came
    assert leases.look().until_us == NOW_US + 2 * LASTS_US
    elsewhere(monkeypatch)
    with pytest.raises(UserError, match="no other learner"):
        leases._taken(NOW_US + LASTS_US + 1)


def test_who_lost_it_cannot_save(leases: SqliteLeases, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = leases._taken(NOW_US)
    with slow.committing():
        pass
    with monkeypatch.context() as patched:
        elsewhere(patched)
        leases._taken(NOW_US + LASTS_US)
    text = r"lease.db: expected the lease with token 1; another learner goes on, got process \d+ on elsewhere until 20"
    with pytest.raises(UserError, match=text), slow.committing():
        pytest.fail("the block must not be entered")
    with pytest.raises(UserError, match=text):
        slow.renew(NOW_US + 2 * LASTS_US)


def test_who_lost_it_does_not_give_it_back(leases: SqliteLeases, monkeypatch: pytest.MonkeyPatch) -> None:
    with leases.held(lambda: NOW_US), monkeypatch.context() as patched:
        elsewhere(patched)
        leases._taken(NOW_US + LASTS_US)
    assert leases.look()[3:] == (2, NOW_US + 2 * LASTS_US)


def test_no_one_takes_it_in_the_middle_of_a_commit(leases: SqliteLeases, monkeypatch: pytest.MonkeyPatch) -> None:
    grant = leases._taken(NOW_US)
    monkeypatch.setattr(lease, "_WAIT_S", 0.01)
    with grant.committing(), pytest.raises(UserError, match="the database to be free"):
        leases._taken(NOW_US + LASTS_US)


def test_a_damaged_file_is_told(leases: SqliteLeases) -> None:
    (leases.folder / lease.FILE).write_bytes(b"not a database" * 100)
    with pytest.raises(UserError, match=r"lease.db: expected an undamaged file, got 'file is not a database'$"):
        leases._taken(NOW_US)
