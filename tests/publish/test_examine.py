"""A damaged revision is given up, strays are removed, a damaged index is written again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evercart.durable import WRITING
from evercart.log.examine import Finding
from evercart.publish.examine import examine, rebuild
from evercart.publish.model import Model, Origin
from evercart.publish.moves import Logged, Move
from evercart.publish.revision import Revision
from evercart.publish.shelf import Shelf

Line, Make = Callable[..., Model], Callable[..., Revision]
AGAIN = "write it again from the files beside it, with the moves that the log holds"


class Stood:
    """A shelf with two lines, one of which began anew; every file, every move."""

    def __init__(self, folder: Path, line: Line, revision: Make) -> None:
        self.folder = folder
        with Shelf(folder) as shelf:
            good = shelf.publish(line(), revision(5))
            shelf.publish(line("fast", 0.1), revision(5))
            shelf.publish(line(), revision(20, 3.0))
            anew = line().anew(Origin(good.address, 30))
            move = Move("spend", line().id, anew.id, "person", "me", 30, "poisoned", good.address, 5)
            self.moves = [Logged(1, Move("spend", "", line().id, "first", "evercart", 0)), Logged(25, move)]
            shelf.obey(self.moves)
            shelf.publish(anew, revision(28))
            self.versions, self.models = shelf.versions(), {one.id for one in shelf.models()}

    def files(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.iterdir()}

    def examined(self, end: int | None = 28) -> list[Finding]:
        return list(examine(self.folder, lambda: self.moves, end))

    def require_as_before(self) -> None:
        with Shelf(self.folder) as shelf:
            assert shelf.versions() == self.versions
            assert {one.id for one in shelf.models()} == self.models
            assert shelf.moves() == self.moves
            assert shelf.verify() == []


@pytest.fixture
def stood(tmp_path: Path, line: Line, revision: Make) -> Stood:
    return Stood(tmp_path / "shelf", line, revision)


def test_nothing_is_wrong_where_there_is_none(tmp_path: Path) -> None:
    assert list(examine(tmp_path / "shelf", pytest.fail)) == []
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_wrong_with_a_whole_one(stood: Stood) -> None:
    before = stood.files()
    assert stood.examined() == []
    assert stood.files() == before


@pytest.mark.parametrize("harm", ["altered", "missing"])
def test_a_damaged_revision_is_given_up(stood: Stood, harm: str) -> None:
    bad = stood.versions[1]
    path = stood.folder / f"{bad.address}.safetensors"
    if harm == "altered":
        body = bytearray(path.read_bytes())
        body[len(body) // 2] ^= 1
        path.write_bytes(bytes(body))
    else:
        path.unlink()
    (one,) = stood.examined()
    assert one.wrong.startswith(f"{path}: expected ")
    assert one.would == f"give up this revision of spend at offset {bad.next_offset}; its model learns on"
    assert one.mend is not None
    one.mend()
    assert stood.examined() == []
    with Shelf(stood.folder) as shelf:
        assert shelf.versions() == [each for each in stood.versions if each != bad]


def test_files_too_many_are_removed(stood: Stood) -> None:
    for name in ("ab" * 32 + ".safetensors", "cd" * 32 + ".safetensors" + WRITING):
        (stood.folder / name).write_bytes(b"")
    found = stood.examined()
    assert [one.would for one in found] == ["remove it", "remove it"]
    for one in found:
        assert one.mend is not None
        one.mend()
    assert stood.examined() == []
    stood.require_as_before()


@pytest.mark.parametrize("harm", ["scribbled", "cut", "empty", "missing"])
def test_a_damaged_index_is_written_again(stood: Stood, harm: str) -> None:
    path = stood.folder / "index.db"
    body = path.read_bytes()
    harmed = {"scribbled": b"?" * len(body), "cut": body[: len(body) // 2], "empty": b""}
    if harm == "missing":
        path.unlink()
    else:
        path.write_bytes(harmed[harm])
    (one,) = stood.examined()
    assert one.wrong.startswith(f"{path}: expected ")
    assert one.would == AGAIN
    assert one.mend is not None
    one.mend()
    assert stood.examined() == []
    stood.require_as_before()


def test_a_rebuild_that_was_ended_begins_again(stood: Stood) -> None:
    def ended() -> list[Logged]:
        raise KeyboardInterrupt

    (stood.folder / "index.db").unlink()
    (one,) = examine(stood.folder, ended)
    with pytest.raises(KeyboardInterrupt):
        assert one.mend is None or one.mend()
    (stood.folder / f"index.db{WRITING}").write_bytes(b"half")
    rebuild(stood.folder, stood.moves)
    stood.require_as_before()
    assert stood.examined() == []


def test_what_lies_beyond_the_log_is_removed(stood: Stood) -> None:
    (one,) = stood.examined(end=20)
    assert one.wrong == f"{stood.folder}: expected revisions up to the log's end, 20, got '1 beyond it'"
    assert one.mend is not None
    one.mend()
    assert stood.examined(end=20) == []
    assert stood.examined(end=None) == []


def test_a_shelf_of_a_newer_version_is_left_alone(stood: Stood, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evercart.publish.index.VERSION", 0)
    assert stood.examined() == [
        ("shelf.version: expected at most 0, got 1", "install the version that wrote it, or a newer", None)
    ]
