"""What is wrong in a shop is named, what can be mended loses nothing, what cannot is said."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evercart import doctor
from evercart.errors import UserError
from evercart.lease import SqliteLeases
from evercart.testing.faults import AFTER_US, NOW_US, Life, Outcome

Lived = tuple[Life, Path, Outcome]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    home = tmp_path_factory.mktemp("home")
    life = Life.made(home)
    life.begin(home / "whole")
    return life, home / "whole", life.live(home / "whole", pytest.fail)


@pytest.fixture
def shop(lived: Lived, tmp_path: Path) -> Path:
    return Path(shutil.copytree(lived[1], tmp_path / "shop"))


def first(folder: Path, pattern: str) -> Path:
    return sorted(folder.glob(pattern))[0]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


def scribbled(path: Path) -> None:
    path.write_bytes(b"?" * path.stat().st_size)


def readable(path: Path) -> None:
    """Let everybody read a file, an empty one where there is none."""
    path.touch()
    path.chmod(0o644)


def leave_scratch(shop: Path) -> None:
    (shop / "imports" / "scratch" / first(shop, "imports/*.json").stem).mkdir(parents=True)


AGAIN = "the next `evercart run` learns what it held again from the log"
MENDABLE: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "run": (lambda s: scribbled(first(s, "log/segments/*.ids")), ".ids: expected contents with sha256 ", "make the id"),
    "short run": (lambda s: cut(first(s, "log/segments/*.ids")), " bytes, got ", "make the id index again"),
    "no run": (lambda s: first(s, "log/segments/*.ids").unlink(), " bytes, got 'no such file'", "make the id index"),
    "stray": (
        lambda s: (s / "log/segments/x.writing").touch(),
        "x.writing: expected a file that belongs to something, got 'a stray'",
        "remove it",
    ),
    "checkpoint": (
        lambda s: cut(sorted(s.glob("checkpoints/*.safetensors"))[-1]),
        ".safetensors: expected a checkpoint, got 'SafetensorError",
        f"remove it; {AGAIN}",
    ),
    "all checkpoints": (
        lambda s: [cut(path) for path in s.glob("checkpoints/*.safetensors")],
        ".safetensors: expected a checkpoint, got 'SafetensorError",
        f"remove it; {AGAIN}",
    ),
    "control": (
        lambda s: (s / "checkpoints/control.json").write_text("{"),
        "control.json: expected a log time, got 'JSONDecodeError: ",
        "write it again from a checkpoint",
    ),
    "half a checkpoint": (lambda s: (s / "checkpoints/1.safetensors.writing").touch(), "1.safetensors.writing", "rem"),
    "days": (
        lambda s: cut(first(s, "days/spend/*")),
        ".arrow: expected a file of report days, got 'ArrowInvalid: ",
        f"remove the checkpoints from 127 on; {AGAIN}",
    ),
    "no days": (lambda s: first(s, "days/spend/*").unlink(), "spend: expected 4 files up to offset ", "rem"),
    "days beyond": (
        lambda s: shutil.copy(first(s, "days/spend/*"), s / "days/spend/0000000000000999.arrow"),
        "0999.arrow: expected no days beyond the checkpoint at ",
        "remove them",
    ),
    "note": (
        lambda s: first(s, "imports/*.json").write_text("{"),
        ".json: expected a note of what an import did, got 'JSONDecodeError: ",
        "write it again as far as it is known: duplicates, late or dropped rows are not",
    ),
    "scratch": (leave_scratch, "expected no rows of an import that is finished, got 'some'", "remove them"),
    "lease": (
        lambda s: scribbled(s / "lease.db"),
        "lease.db: expected an undamaged database, got 'file is not a database'",
        "remove lease.db; the next learner makes it",
    ),
}
MENDABLE |= {
    f"{name} for all": (
        lambda s, name=name: readable(s / name),
        f"{name}: expected a file that its owner alone may read, got 'mode 644'",
        "let its owner alone read it",
    )
    for name in ("shop.key", "session.key")
}
LOST: dict[str, tuple[Callable[[Path], object], str]] = {
    "names": (lambda s: first(s, "log/segments/*.parquet").unlink(), "got 'no such file'; rows 0 to 127 cannot be"),
    "numbers": (lambda s: scribbled(first(s, "log/segments/*.arrow")), "; rows 0 to 127 cannot be read"),
    "database": (lambda s: scribbled(s / "log/log.db"), "log.db: expected an undamaged file, got 'file is not"),
    "no database": (lambda s: (s / "log/log.db").unlink(), "log.db: expected the log's database, got 'no such file'"),
    "key": (lambda s: (s / "shop.key").write_text("77"), "expected the key this log was begun with, got 'another'"),
    "no key": (lambda s: (s / "shop.key").unlink(), "shop.key: expected a file with 16 hexadecimal digits"),
    "quarantine": (lambda s: scribbled(s / "quarantine.db"), "quarantine.db: expected an undamaged database"),
    "keys": (lambda s: (s / "keys.db").write_bytes(b"?" * 5000), "keys.db: expected an undamaged database"),
}


def test_nothing_is_wrong_with_a_shop_that_was_let_live(shop: Path) -> None:
    assert doctor.diagnose(shop) == []
    assert doctor.repair(shop, NOW_US) == []


@pytest.mark.parametrize("harm", MENDABLE)
def test_what_can_be_mended_is_mended_without_loss(lived: Lived, shop: Path, harm: str) -> None:
    spoil, wrong, would = MENDABLE[harm]
    spoil(shop)
    found = doctor.told(doctor.diagnose(shop))
    assert any(wrong in one.wrong and one.would.startswith(would) and one.can for one in found), found
    assert all(one.mended for one in doctor.repair(shop, AFTER_US))
    assert doctor.diagnose(shop) == []
    life, _, whole = lived
    assert life.live(shop, pytest.fail, now_us=AFTER_US) == whole


@pytest.mark.parametrize("harm", LOST)
def test_what_is_lost_is_said(shop: Path, harm: str) -> None:
    spoil, wrong = LOST[harm]
    spoil(shop)
    found = [one for one in doctor.repair(shop, AFTER_US) if wrong in one.wrong]
    assert len(found) == 1
    assert found[0].would.startswith("nothing here can mend it: put ")
    assert not found[0].mended


def test_a_note_is_written_again_from_log_with_quarantine(shop: Path) -> None:
    note = first(shop, "imports/*.json")
    before = json.loads(note.read_text())
    note.write_text("")
    doctor.repair(shop, AFTER_US)
    after = json.loads(note.read_text())
    assert {name for name in before if before[name] != after[name]} <= {"source", "late", "duplicates", "added"}
    assert after["source"] == "(written again)"


def test_who_learns_is_not_disturbed(shop: Path) -> None:
    (shop / "log/segments/x.writing").touch()
    with (
        SqliteLeases(shop).held(lambda: AFTER_US),
        pytest.raises(UserError, match=r"lease\.db: expected no other learner on this shop, got .process"),
    ):
        doctor.repair(shop, AFTER_US)
    assert (shop / "log/segments/x.writing").exists()


@pytest.mark.parametrize("harm", ["checkpoint", "all checkpoints", "days", "no days"])
def test_a_learner_goes_on_by_itself_loudly(lived: Lived, shop: Path, harm: str) -> None:
    MENDABLE[harm][0](shop)
    told: list[str] = []
    life, _, whole = lived
    assert life.live(shop, told.append, now_us=AFTER_US) == whole
    assert told
    assert all("; going on from what was saved before it" in text for text in told[:-1])
    if harm != "checkpoint":
        assert told[-1].endswith("expected a whole checkpoint, got 'none'; beginning again at the start of the log")
    assert doctor.diagnose(shop) == []
