"""A shop's settings: read, checked, with the nearest name where one is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evercart.config import FILE, KEY_FILE, Config, create, read_key
from evercart.errors import UserError
from evercart.labels.pairs import Tick
from evercart.tuning import Tuning
from evercart.units import SECOND_US


def written(folder: Path, text: str) -> Path:
    (folder / FILE).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def light(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hide torch, where it is installed."""
    monkeypatch.setattr("evercart.config.find_spec", lambda name: None)


@pytest.mark.usefixtures("light")
def test_what_is_created_reads_as_the_defaults(tmp_path: Path) -> None:
    create(tmp_path / "a" / "shop", "mine")
    config = Config.read(tmp_path / "a" / "shop")
    assert config == Config(name="mine")
    assert config.apps == ("repurchase", "spend", "recommend")


def test_where_torch_is_found_nets_race(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evercart.config.find_spec", lambda name: name)
    create(tmp_path, "mine")
    assert Config.read(tmp_path).options == {"repurchase": {"deep": True}}


@pytest.mark.usefixtures("light")
def test_the_sample_s_settings_cap_a_week(tmp_path: Path) -> None:
    create(tmp_path, "sample", sample=True)
    assert Config.read(tmp_path).options == {"spend": {"most": 300}}


def test_each_shop_has_a_key_of_its_own_that_others_may_not_read(tmp_path: Path) -> None:
    keys = []
    for name in ("one", "two"):
        create(tmp_path / name, name)
        keys.append(read_key(tmp_path / name))
        assert (tmp_path / name / KEY_FILE).stat().st_mode & 0o077 == 0
    assert keys[0] != keys[1]


def test_a_shop_is_not_made_twice(tmp_path: Path) -> None:
    create(tmp_path, "one")
    before = read_key(tmp_path)
    with pytest.raises(UserError, match=r"expected a folder without shop\.toml, got 'one with shop\.toml'$"):
        create(tmp_path, "two")
    assert read_key(tmp_path) == before


def test_settings_are_read(tmp_path: Path) -> None:
    text = (
        'apps = ["spend"]\ntime_zone = "Europe/Paris"\n[tick]\nseconds = 0.5\n[checkpoint]\nkeep = 9\n[spend]\nmost = 5'
    )
    config = Config.read(written(tmp_path, text))
    assert config.tick == Tick(us=SECOND_US // 2)
    assert config.checkpoint.keep == 9
    assert config.options == {"spend": {"most": 5}}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (
            "time_zon = 'UTC'",
            "shop.toml: time_zon: expected one of name time_zone apps log tick checkpoint webhook serve "
            "tune repurchase spend recommend (nearest: time_zone), got 'time_zon'",
        ),
        ("tick = 5", "shop.toml: tick: expected a table, got 5"),
        ("[tick]\nevents = 'many'", "shop.toml: tick.events: expected an integer, got 'many'"),
        ("[tick]\nevent = 5", "shop.toml: tick.event: expected one of seconds events (nearest: events), got 'event'"),
        ("[tick]\nseconds = 0", "shop.toml: tick.seconds: expected a number from 0.000001 to 86400, got 0"),
        ("[checkpoint]\nkeep = 0", "shop.toml: checkpoint.keep: expected an integer of at least 1, got 0"),
        (
            "[tune.repurchse]",
            "shop.toml: tune.repurchse: expected one of repurchase spend recommend (nearest: repurchase), "
            "got 'repurchse'",
        ),
        ("[tune]\nspend = 3", "shop.toml: tune.spend: expected a table, got 3"),
        ("[tune.spend]\nrate = 3", "shop.toml: tune.spend.rate: expected a list of values, got 3"),
        ("apps = []", "shop.toml: apps: expected at least one app, got []"),
        ("apps = 'spend'", "shop.toml: apps: expected a list of names that differ, got 'spend'"),
        ("apps = [['spend']]", "shop.toml: apps: expected a list of names that differ, got [['spend']]"),
        ("apps = ['spend', 'spend']", "shop.toml: apps: expected a list of names that differ, got ['spend', 'spend']"),
        ("spend = 5", "shop.toml: spend: expected a table, got 5"),
        (
            "[spnd]\nmost = 5",
            "shop.toml: spnd: expected one of name time_zone apps log tick checkpoint webhook serve tune "
            "repurchase spend recommend (nearest: spend), got 'spnd'",
        ),
        ("log = 5", "shop.toml: log: expected text, got 5"),
        (
            "log = 'mysql://db/shop'",
            'shop.toml: log: expected a folder, "postgresql://USER@HOST/DATABASE" or "env:NAME", got \'mysql://…\'',
        ),
        (
            "log = 'postgresql://me:s3cret@db/shop'",
            "shop.toml: log: expected a URL without a password: that goes into PGPASSWORD, ~/.pgpass, or with the URL "
            "into \"env:NAME\", got 'one with a password'",
        ),
        ("[tick]\nseconds = nan", "shop.toml: tick.seconds: expected a number from 0.000001 to 86400, got nan"),
        ("[tick]\nseconds = 1e300", "shop.toml: tick.seconds: expected a number from 0.000001 to 86400, got 1e+300"),
        ("[tick]\nseconds = '1'", "shop.toml: tick.seconds: expected a number, got '1'"),
        (
            "[tick]\nevents = 99999999999999999999",
            "shop.toml: tick.events: expected an integer from 1 to 2147483648, got 99999999999999999999",
        ),
        (
            "time_zone = 'Mars'",
            "shop.toml: time_zone: expected an IANA time zone such as 'Europe/Paris', got 'Mars'",
        ),
    ],
)
def test_bad_settings(tmp_path: Path, text: str, error: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(error)}$"):
        Config.read(written(tmp_path, text))


def test_no_shop_no_toml_no_key(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"expected a shop \(a folder with shop\.toml\); see `evercart init`, got 'none'$"
    ):
        Config.read(tmp_path)
    with pytest.raises(UserError, match=r"shop\.toml: expected a readable TOML file, got 'TOMLDecodeError: "):
        Config.read(written(tmp_path, "= 5"))
    with pytest.raises(UserError, match=r"shop\.key: expected a file with 16 hexadecimal digits, got "):
        read_key(tmp_path)


def test_a_folder_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"file: expected a folder that can be written, got "):
        create(tmp_path / "file", "one")


def test_seconds_between_checkpoints(tmp_path: Path) -> None:
    assert Config.read(written(tmp_path, "[checkpoint]\nseconds = 0.5")).checkpoint.seconds == 0.5
    with pytest.raises(UserError, match=r"^shop.toml: checkpoint.seconds: expected at least 0, got -1$"):
        Config.read(written(tmp_path, "[checkpoint]\nseconds = -1"))


def test_a_key_that_is_there_is_kept(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text("77\n")
    create(tmp_path, "again")
    assert read_key(tmp_path) == 0x77


def test_a_log_may_lie_elsewhere(tmp_path: Path) -> None:
    create(tmp_path / "a", 'the "north"', log="postgresql://shop@db.example/shop?schema=north")
    config = Config.read(tmp_path / "a")
    assert config.name == 'the "north"'
    assert config.place(tmp_path / "a").shown == "postgresql://shop@db.example/shop?schema=north"
    assert Config().place(tmp_path).path == tmp_path / "log"


def test_a_password_makes_no_shop(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^log: expected a URL without a password: ") as told:
        create(tmp_path / "a", "one", log="postgresql://me:s3cret@db/shop")
    assert "s3cret" not in str(told.value)
    assert not (tmp_path / "a").exists()


def test_settings_to_race_are_read(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text("[tune.repurchase]\ncpu = 3\nrate = [0.1, 0.2]\n")
    assert Config.read(tmp_path).tune == {"repurchase": Tuning(cpu=3, values=(("rate", (0.1, 0.2)),))}
