"""What is special to a lease on a server: one clock for all machines, outages, rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from evercart import lease
from evercart.errors import UserError
from evercart.events.schema import SCHEMA
from evercart.lease import LASTS_US
from evercart.lease_postgres import PostgresLeases
from evercart.log import open_log
from evercart.log.address import parse
from evercart.testing.postgres import PASSWORD, PrivateServer, administer

HOUR_US = 3_600_000_000
NOW_US = 1_700_000_000_000_000


@pytest.fixture
def own_server() -> Iterator[PrivateServer]:
    """Start a server that may be stopped."""
    with PrivateServer({"fsync": "off", "shared_buffers": "16MB"}) as started:
        yield started


@pytest.fixture
def make(server: PrivateServer) -> Callable[[str], PostgresLeases]:
    def made(schema: str) -> PostgresLeases:
        url = server.url(schema)
        administer(url, f"CREATE SCHEMA {schema}")
        return PostgresLeases(parse(url))

    return made


@pytest.mark.parametrize("off_us", [-HOUR_US, HOUR_US])
def test_a_machine_whose_clock_is_an_hour_off_is_kept_out(
    make: Callable[[str], PostgresLeases], monkeypatch: pytest.MonkeyPatch, off_us: int
) -> None:
    leases = make(f"off_{abs(off_us)}{'x' * (off_us > 0)}")
    grant = leases._taken(NOW_US)
    with monkeypatch.context() as patched:
        patched.setattr(lease, "_host", lambda: "elsewhere/7/pid")
        with pytest.raises(UserError, match="expected no other learner on this shop, got 'process "):
            leases._taken(NOW_US + off_us)
    grant.renew(NOW_US + LASTS_US)
    grant.give_back()
    monkeypatch.setattr(lease, "_host", lambda: "elsewhere/7/pid")
    assert leases._taken(NOW_US + off_us).token == 2


def test_a_learner_may_append_while_it_saves(server: PrivateServer) -> None:
    log = open_log(server.url("saving"), 7)
    grant = PostgresLeases(parse(server.url("saving")))._taken(NOW_US)
    with grant.committing():
        assert log.append(SCHEMA.empty_table(), NOW_US).next_offset == 0
    log.close()


def test_the_server_restarts_while_a_learner_saves(own_server: PrivateServer) -> None:
    """The lock went with the connection; the token says that nobody else was let in."""
    url = own_server.url("lease")
    administer(url, "CREATE SCHEMA lease")
    leases = PostgresLeases(parse(url), lambda connection, now_us: now_us)
    grant = leases._taken(NOW_US)
    with grant.committing():
        own_server.stop("immediate")
        own_server.start()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lease, "_host", lambda: "elsewhere/7/pid")
        lost = r"expected the lease with token 1; another learner goes on, got process \d+ on elsewhere"
        with pytest.raises(UserError, match=lost), grant.committing():
            own_server.stop("immediate")
            own_server.start()
            leases._taken(NOW_US + LASTS_US)
    with pytest.raises(UserError, match="expected a database server that answers"), leases.held(lambda: 9 * NOW_US):
        own_server.stop("immediate")
        leases.look()


def test_who_may_only_read_is_told(server: PrivateServer, make: Callable[[str], PostgresLeases]) -> None:
    url, _ = server.url("guarded"), make("guarded")
    administer(url, f"CREATE ROLE looker LOGIN PASSWORD '{PASSWORD}'")
    administer(url, "GRANT USAGE ON SCHEMA guarded TO looker")
    with pytest.raises(UserError) as told:
        PostgresLeases(parse(server.url("guarded", user="looker")))._taken(NOW_US)
    assert "?schema=guarded: expected a log that this user may use, got 'permission denied for" in str(told.value)
    assert PASSWORD not in str(told.value)
