"""A shop is the same shop wherever its log lies, until its disk, its server or its clock fails it."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from evercart import Shop, UserError, doctor
from evercart.clock import Clock
from evercart.config import KEY_FILE
from evercart.testing.console import evercart
from evercart.testing.postgres import OWNER, PASSWORD, PrivateServer, administer
from evercart.testing.shop import SimulatedShop
from evercart.units import DAY_US

EXAMPLES = Path(__file__).parent.parent / "examples"
NOW_US = 1_800_000_000_000_000
HOUR_US = 3_600_000_000
_numbers = count()
Open = Callable[..., Shop]


@pytest.fixture(params=["folder", "postgres"])
def make(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Return what opens a shop on each sort of store; the same one again, if it is called again."""
    log = "log"
    if request.param == "postgres":
        monkeypatch.setenv("EVERCART_LOG", request.getfixturevalue("server").url(f"store_{next(_numbers)}"))
        log = "env:EVERCART_LOG"

    def opened(now_us: int = NOW_US) -> Shop:
        return Shop.open(tmp_path / "shop", create=True, log=log, clock=Clock(now_us=lambda: now_us))

    return opened


def test_the_example_ends_in_the_same_states_on_both(
    server: PrivateServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the server by every command, in processes of their own, as a user types them; in the folder from Python."""
    source, mapping = EXAMPLES / "purchases.csv", EXAMPLES / "purchases.toml"
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / KEY_FILE).write_text("0123456789abcdef\n")
    (tmp_path / "shop" / KEY_FILE).chmod(0o600)
    shutil.copytree(tmp_path / "shop", tmp_path / "folder" / "shop")
    with Shop.open(tmp_path / "folder" / "shop", create=True) as shop:
        shop.ingest(source, mapping)
        shop.run()
        whole = shop.fingerprint()
        rows = shop.events(0, 1000).to_pylist()
    monkeypatch.setenv("EVERCART_LOG", server.url("example"))
    evercart("init", "--log", "env:EVERCART_LOG", folder=tmp_path)
    evercart("ingest", source, "--map", mapping, folder=tmp_path)
    evercart("run", folder=tmp_path)
    assert json.loads(evercart("fingerprint", "--json", folder=tmp_path)) == whole
    assert json.loads(evercart("doctor", "--json", folder=tmp_path)) == {"findings": []}
    status = json.loads(evercart("status", "--json", folder=tmp_path))
    assert status["log"] == f"postgresql://{OWNER}@{server.folder}/postgres?schema=example"
    with Shop.open(tmp_path / "shop") as shop:
        assert shop.events(0, 1000).to_pylist() == rows
    assert (tmp_path / "shop" / "reports" / "report.html").stat().st_size > 100_000
    assert not (tmp_path / "shop" / "log").exists()


def test_two_learners_on_one_shop(make: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    with make() as shop:
        live(shop, NOW_US - DAY_US)
        with shop.leases.held(shop.clock.now_us):
            with pytest.raises(UserError, match=r": expected no other learner on this shop, got 'process \d+ on "):
                shop.run()
            with monkeypatch.context() as patched:  # nor from another machine
                patched.setattr("evercart.lease._host", lambda: "elsewhere/7/pid")
                with pytest.raises(UserError, match=": expected no other learner on this shop, got "):
                    shop.run()
            with pytest.raises(UserError, match=": expected no other learner on this shop, got "):
                doctor.repair(shop.folder, NOW_US)
        assert shop.run().events > 0


def live(shop: Shop, now_us: int, first: int = 0) -> int:
    """Append live events, a hundred from one on; return how many entered."""
    table = SimulatedShop(seed=3, shoppers=20, items=30, days=20).table()
    return shop.log.append(table.slice(first, 100), now_us).added


def test_a_clock_moved_back_an_hour_loses_nothing(make: Open) -> None:
    with make() as shop:
        live(shop, NOW_US)
        shop.run()
    with make(NOW_US - HOUR_US) as shop:
        assert live(shop, NOW_US - HOUR_US, 100) == 100
        shop.run()
        logged = shop.log.names(0, shop.log.next_offset)["logged_us"].to_pylist()
        assert logged == sorted(logged)
        assert logged[-1] == NOW_US  # the clock of the log waits for ours
        assert shop.log.verify() == []
    with make(NOW_US + 9 * DAY_US) as shop:
        assert shop.run().waiting == 1
        assert doctor.diagnose(shop.folder) == []


def test_what_is_refused_waits_in_the_folder(make: Open) -> None:
    with make() as shop:
        bad = shop.folder / "bad.csv"
        lines = (EXAMPLES / "purchases.csv").read_text(encoding="utf-8").splitlines()
        bad.write_text("\n".join([lines[0], lines[1].replace("/", "-")]) + "\n", encoding="utf-8")
        assert shop.ingest(bad, EXAMPLES / "purchases.toml").added == 0
        assert sum(shop.quarantine.counts().values()) == 1
        assert (shop.folder / "quarantine.db").exists()


class TestAServerThatFails:
    """The address, the password, the server itself."""

    def told(self, tmp_path: Path, url: str, secret: str = PASSWORD) -> str:
        os.environ["EVERCART_LOG"] = url
        try:
            text = evercart("init", "--log", "env:EVERCART_LOG", folder=tmp_path, code=2)
        finally:
            del os.environ["EVERCART_LOG"]
        assert not (tmp_path / "shop").exists()  # so that the same command, mended, works
        assert secret not in text
        return text

    def test_unreachable(self, tmp_path: Path) -> None:
        text = self.told(tmp_path, "postgresql://shop:s3cret@127.0.0.1:1/shop", "s3cret")
        assert text.startswith("postgresql://shop@127.0.0.1:1/shop: expected a database server that answers and lets")
        assert "Connection refused" in text

    def test_wrong_password(self, tmp_path: Path, server: PrivateServer) -> None:
        text = self.told(tmp_path, server.url(password="guess-me-not"), "guess-me-not")
        assert f'password authentication failed for user "{OWNER}"' in text

    def test_a_url_with_a_password_is_not_written_down(self, tmp_path: Path) -> None:
        text = evercart("init", "--log", "postgresql://shop:s3cret@db/shop", folder=tmp_path, code=2)
        assert text.startswith("log: expected a URL without a password: that goes into PGPASSWORD, ~/.pgpass, or with")
        assert "s3cret" not in text
        assert not (tmp_path / "shop").exists()

    def test_a_log_of_another_version(self, tmp_path: Path, server: PrivateServer, make_there: Any) -> None:
        url = server.url("newer")
        make_there(url)
        administer(url, "UPDATE newer.meta SET version = 99")
        with pytest.raises(UserError, match=r"^log\.version: expected at most \d+, got 99$"):
            make_there(url)
        (one,) = doctor.diagnose(tmp_path / "shop")
        assert one.would == "install the version that wrote it, or a newer"
        assert [each.mended for each in doctor.repair(tmp_path / "shop", NOW_US)] == [False]

    def test_a_server_that_is_gone(self, tmp_path: Path, make_there: Any) -> None:
        with PrivateServer({"fsync": "off", "shared_buffers": "16MB"}) as there:
            make_there(there.url())
            there.stop()
            with pytest.raises(UserError, match="expected a database server that answers and lets this user in, got"):
                make_there(there.url())
            for found in (doctor.told(doctor.diagnose(tmp_path / "shop")), doctor.repair(tmp_path / "shop", NOW_US)):
                (one,) = found
                assert ": expected a database server that answers and lets this user in, got '" in one.wrong
                assert PASSWORD not in one.wrong
                assert one.would.startswith("nothing here can mend it: mend the server or the address")
            there.start()
            make_there(there.url())
            assert doctor.diagnose(tmp_path / "shop") == []

    @pytest.fixture
    def make_there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
        def opened(url: str) -> None:
            monkeypatch.setenv("EVERCART_LOG", url)
            Shop.open(tmp_path / "shop", create=True, log="env:EVERCART_LOG").close()

        return opened

    def test_who_may_only_read_sees_how_far_it_is(
        self, tmp_path: Path, server: PrivateServer, make_there: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        url = server.url("looked_at")
        make_there(url)
        administer(url, f"CREATE ROLE reads_only LOGIN PASSWORD '{PASSWORD}'")
        administer(url, "GRANT USAGE ON SCHEMA looked_at TO reads_only")
        administer(url, "GRANT SELECT ON ALL TABLES IN SCHEMA looked_at TO reads_only")
        monkeypatch.setenv("EVERCART_LOG", server.url("looked_at", user="reads_only"))
        with Shop.open(tmp_path / "shop") as shop:
            assert shop.status()["events"] == 0
            with pytest.raises(UserError, match=r"expected a log that this user may use, got 'permission denied for"):
                shop.run()


@contextmanager
def nobody() -> Iterator[None]:
    """Be a user who may not write, even where the tests are run by one who may do everything."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_disk_that_may_only_be_read_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    home = Path(tempfile.mkdtemp())
    try:
        with Shop.open(home / "shop", create=True, clock=Clock(now_us=lambda: NOW_US)) as shop:
            live(shop, NOW_US)
        for path in [home, *home.rglob("*")]:
            path.chmod(0o555 if path.is_dir() else 0o444)
        rule = "expected a folder that may be read and written, got '"
        with nobody():
            for _ in range(2):
                with pytest.raises(UserError, match=rf"^{home}/shop/log/log\.db: {rule}"):
                    Shop.open(home / "shop")
            found = doctor.told(doctor.diagnose(home / "shop"))
        assert any(rule in one.wrong for one in found)
    finally:
        for path in [home, *home.rglob("*")]:
            path.chmod(0o755)
        shutil.rmtree(home)
