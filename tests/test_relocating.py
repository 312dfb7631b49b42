"""A log is brought to another place by names that a person types; what does not fit is refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pyarrow as pa
import pytest

from evercart.config import KEY_FILE, create, read_key
from evercart.errors import UserError
from evercart.events.schema import conform
from evercart.log import open_log
from evercart.place import Place
from evercart.relocating import relocate
from evercart.testing.postgres import PASSWORD, PrivateServer

ROWS = 50
_numbers = count()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """Return the folder of a shop with history."""
    create(tmp_path / "mine", "mine")
    log = open_log(tmp_path / "mine" / "log", read_key(tmp_path / "mine"))
    columns = {
        "id": [f"{n}" for n in range(ROWS)],
        "event_us": list(range(ROWS)),
        "kind": pa.array([1] * ROWS, pa.int16()),
    }
    log.import_history("all", lambda skip: iter([conform(pa.table(columns)).slice(skip)]))
    log.close()
    return tmp_path / "mine"


@pytest.fixture
def url(server: PrivateServer) -> Iterator[str]:
    yield server.url(f"moved_{next(_numbers)}")


def test_to_a_server_then_back(shop: Path, url: str, tmp_path: Path) -> None:
    plain = Place.of(url, Path()).said
    there = relocate(str(shop), url)
    assert (there.rows, there.next_offset, there.waiting) == (ROWS, ROWS, 0)
    assert there.setting == f'log = "{plain}"'
    assert PASSWORD not in str(there)
    again = relocate(str(shop / "log"), url)
    assert (again.rows, again.checksum) == (0, there.checksum)
    back = relocate(url, str(tmp_path / "back"), shop)
    assert (back.rows, back.checksum) == (ROWS, there.checksum)
    assert back.setting == f'log = "{tmp_path / "back"}"'
    assert relocate(url, str(shop / "second")).setting == 'log = "second"'


def test_a_shop_that_uses_the_target_already_has_nothing_to_change(
    shop: Path, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVERCART_LOG", url)
    assert relocate(str(shop), "env:EVERCART_LOG").setting == 'log = "env:EVERCART_LOG"'
    settings = (shop / "shop.toml").read_text()
    (shop / "shop.toml").write_text(settings.replace('log = "log"', 'log = "env:EVERCART_LOG"'))
    assert relocate(str(shop / "log"), str(shop)).setting == ""
    assert relocate(str(shop), str(shop / "log")).setting == 'log = "log"'


def test_another_shop_is_refused(shop: Path, tmp_path: Path, url: str) -> None:
    create(tmp_path / "other", "other")
    with pytest.raises(UserError, match=r"^copy: expected two logs of the same shop, with one key, got 'two keys'$"):
        relocate(str(shop), str(tmp_path / "other"))
    open_log(url, 77).close()
    with pytest.raises(UserError, match=r"^log\.key: expected the key this log was begun with, got 'another'$"):
        relocate(str(shop), url)
    (tmp_path / "other" / KEY_FILE).write_text((shop / KEY_FILE).read_text())
    assert relocate(str(shop), str(tmp_path / "other")).setting == ""


def test_what_is_no_log_is_told_nothing_is_made(shop: Path, url: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=rf"^FROM {tmp_path / 'none'}: expected a log, got 'none'$"):
        relocate(str(tmp_path / "none"), url, shop)
    assert not Place.of(url, Path()).begun()
    with pytest.raises(UserError, match=r"^FROM postgresql://.*: expected a log, got 'none'$"):
        relocate(url, str(tmp_path / "new"), shop)
    assert not (tmp_path / "new").exists()
    with pytest.raises(UserError, match=r"^--shop: expected the folder of the shop whose key both logs have, got 'non"):
        relocate(url, str(tmp_path / "new"))


def test_a_target_among_other_files_is_refused(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("")
    for name in ("full", "full/letter.txt"):
        with pytest.raises(
            UserError, match=rf"^TO {tmp_path / name}: expected a log, an empty folder, or none yet, got"
        ):
            relocate(str(shop), str(tmp_path / name))
    (tmp_path / "half" / "segments").mkdir(parents=True)
    assert relocate(str(shop), str(tmp_path / "half")).rows == ROWS


def test_the_same_place_is_refused(shop: Path, url: str) -> None:
    with pytest.raises(UserError, match=r"^TO: expected another place than FROM, got '.*mine/log'$"):
        relocate(str(shop), str(shop / ".." / "mine" / "log"))


@pytest.mark.parametrize(("said", "text"), [("mysql://me:s3cret@db/a", "mysql://…"), ("", "")])
def test_what_names_no_place_is_refused(shop: Path, said: str, text: str) -> None:
    with pytest.raises(UserError, match=rf"^TO: expected a folder, .*, got '{text}'$"):
        relocate(str(shop), said)
