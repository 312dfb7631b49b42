"""States are saved with the next offset to read; what was made by other folds is refused."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

import pytest

from evercart.checkpoints import Checkpoints
from evercart.errors import UserError
from evercart.fold import fingerprint_packed
from evercart.loop import Ring, Stopwatch
from evercart.testing.redeems import orders, redeems

BEFORE = "going on from what was saved before it"


def turned(ring: Ring) -> dict:
    states = ring.start()
    ring.step(states, orders(100), Stopwatch(lambda: 0.0))
    return states


def test_states_come_back_with_their_offset(tmp_path: Path) -> None:
    ring, kept = Ring((redeems(),), frozen_us=5), Checkpoints(tmp_path / "checkpoints")
    assert kept.last(ring) is None
    assert kept.next_offset() == 0
    assert kept.frozen_us() is None
    states = turned(ring)
    kept.save(ring, states, 200)
    found = kept.last(ring)
    assert found is not None
    assert found[1] == kept.next_offset() == 200
    assert kept.frozen_us() == 5
    assert fingerprint_packed(ring.pack(found[0])) == fingerprint_packed(ring.pack(states))


def test_a_few_are_kept(tmp_path: Path) -> None:
    ring, kept = Ring((redeems(),)), Checkpoints(tmp_path, keep=2)
    for offset in (1, 2, 3):
        kept.save(ring, ring.start(), offset)
    assert sorted(int(path.stem) for path in tmp_path.glob("*.safetensors")) == [2, 3]
    kept.clear()
    assert kept.last(ring) is None


def test_another_table_is_refused_by_its_fingerprint(tmp_path: Path) -> None:
    ring, kept = Ring((redeems(),)), Checkpoints(tmp_path)
    kept.save(ring, ring.start(), 1)
    other = replace(redeems(), tables=(replace(redeems().tables[0], version=2),))
    with pytest.raises(
        UserError, match=r"table user .*: expected fingerprint [0-9a-f]{16}, got 'no such fold'; `evercart"
    ):
        kept.last(Ring((other,)))


def altered(path: Path, find: bytes = b"", put: bytes = b"") -> None:
    body = path.read_bytes()
    if find:
        assert len(find) == len(put)
        assert find in body
        path.write_bytes(body.replace(find, put))
    else:
        path.write_bytes(body[:-3] + bytes([body[-3] ^ 1]) + body[-2:])


DAMAGE = [
    (lambda path: altered(path), r": expected contents with fingerprint [0-9a-f]{32}, got '[0-9a-f]{32}'"),
    (
        lambda path: altered(path, b'frozen_us\\": 5', b'frozen_us\\": 6'),
        r": expected a header with seal [0-9a-f]{32}, got '[0-9a-f]{32}'",
    ),
    (lambda path: path.write_bytes(b""), ": expected a checkpoint, got '[A-Za-z]+Error: .*'"),
    (lambda path: path.write_bytes(path.read_bytes()[:-9]), ": expected a checkpoint, got '[A-Za-z]+Error: .*'"),
    (lambda path: path.write_bytes(path.with_stem(f"{1:016d}").read_bytes()), ": expected the offset of its name, got"),
]


@pytest.mark.parametrize(("damage", "text"), DAMAGE)
def test_a_damaged_one_is_told_of_then_the_one_before_is_used(tmp_path: Path, damage, text: str) -> None:
    told: list[str] = []
    ring, kept = Ring((redeems(),), frozen_us=5), Checkpoints(tmp_path, told=told.append)
    for offset in (1, 2):
        kept.save(ring, turned(ring), offset)
    path = tmp_path / f"{2:016d}.safetensors"
    damage(path)
    found = kept.last(ring)
    assert found is not None
    assert found[1] == kept.next_offset() == 1
    assert len(told) == 1
    assert re.fullmatch(re.escape(str(path)) + text + ".*; going on from what was saved before it", told[0])


def test_unless_someone_listens_it_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / f"{2:016d}.safetensors").write_bytes(b"")
    with pytest.warns(UserWarning, match="expected a checkpoint, got .*; going on from what was saved before it"):
        assert Checkpoints(tmp_path).last(Ring((redeems(),))) is None


def test_one_beyond_the_end_of_the_log_is_passed_over(tmp_path: Path) -> None:
    told: list[str] = []
    ring, kept = Ring((redeems(),)), Checkpoints(tmp_path, told=told.append)
    for offset in (1, 9):
        kept.save(ring, ring.start(), offset)
    assert [saved.next_offset for saved in kept.whole(5)] == [1]
    assert told[0].endswith("0009.safetensors: expected at most the log's next offset, 5, got 9; " + BEFORE)


def test_another_code_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ring, kept = Ring((redeems(),)), Checkpoints(tmp_path)
    with monkeypatch.context() as older:
        older.setattr("evercart.checkpoints.__version__", "0.0.1")
        kept.save(ring, ring.start(), 1)
    text = r"checkpoint 0{15}1: expected code version [0-9.]+, got '0.0.1'; `evercart run --replay` rebuilds it from"
    with pytest.raises(UserError, match=text):
        kept.last(ring)


def test_what_lies_beyond_is_forgotten(tmp_path: Path) -> None:
    ring, kept = Ring((redeems(),)), Checkpoints(tmp_path)
    for offset in (1, 2, 3):
        kept.save(ring, ring.start(), offset)
    (tmp_path / f"{4:016d}.safetensors.writing").write_bytes(b"half")
    kept.drop_after(2)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"{n:016d}.safetensors" for n in (1, 2)]


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    ring, kept = Ring((redeems(),)), Checkpoints(tmp_path)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(UserError, match=r"0001.safetensors: expected room on the disk, got 'No space left on device'$"):
        kept.save(ring, ring.start(), 1)
    assert kept.paths() == []
