"""A reader has the newest whole publication, whatever it finds."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from evercart.errors import UserError
from evercart.fold import fingerprint_packed
from evercart.publish.published import Published, Publisher, Reader, parse, path_of, write

FLAT = {
    "seen": np.array([True, False, True]),
    "memory": np.array([[1.5, np.nan]]),
    "count": np.array([3], np.int32),
    "key": np.array([1, 2**64 - 1], np.uint64),
    "none": np.empty((0, 4), np.float32),
}


def one(offset: int = 5, model: str = "ab12") -> Published:
    return Published(model, offset, FLAT | {"memory": np.array([[1.5, offset]])})


def test_a_publication_comes_back_as_it_was(tmp_path: Path) -> None:
    reader = Reader(tmp_path, "spend")
    assert reader.newest() is None
    write(path_of(tmp_path, "spend"), Published("ab12", 5, FLAT))
    found = reader.newest()
    assert found is not None
    assert found[:2] == ("ab12", 5)
    assert fingerprint_packed(found.flat) == fingerprint_packed(FLAT)
    plain = load_file(path_of(tmp_path, "spend"))  # as any reader of safetensors sees it
    assert fingerprint_packed(plain) == fingerprint_packed(FLAT)


def test_at_most_one_a_second_but_another_model_at_once(tmp_path: Path) -> None:
    live = Publisher(tmp_path / "live", "spend", every_us=1_000)
    assert [live.publish(one(us), us) for us in (0, 999, 1_000, 1_999)] == [True, False, True, False]
    assert live.publish(one(7, "cd34"), 1_999)
    assert not live.publish(one(8, "cd34"), 2_000)
    assert live.publish(one(9, "cd34"), 5)  # the clock went back
    found = Reader(tmp_path / "live", "spend").newest()
    assert found is not None
    assert found[:2] == ("cd34", 9)
    assert [path.name for path in (tmp_path / "live").iterdir()] == ["spend.safetensors"]


def test_nothing_is_read_again_while_nothing_changed(tmp_path: Path) -> None:
    write(path_of(tmp_path, "spend"), one(5))
    reader = Reader(tmp_path, "spend")
    first = reader.newest()
    assert reader.newest() is first
    write(path_of(tmp_path, "spend"), one(6))
    second = reader.newest()
    assert second is not None
    assert second.next_offset == 6
    path_of(tmp_path, "spend").unlink()
    assert reader.newest() is second


def test_a_damaged_publication_is_told_of_the_one_before_is_kept(tmp_path: Path) -> None:
    path, told = path_of(tmp_path, "spend"), []
    write(path, one(5))
    reader = Reader(tmp_path, "spend", told.append)
    first = reader.newest()
    write(path, one(6))
    whole = path.read_bytes()
    for body in (whole[:-9], whole[:20], b"", bytes(len(whole))):
        path.with_name("new").write_bytes(body)
        path.with_name("new").replace(path)
        assert reader.newest() is first
    assert len(told) == 4
    assert all(text.startswith(f"{path}: expected ") for text in told)
    assert all(text.endswith("; going on with what was published before") for text in told)


def test_every_altered_bit_is_noticed(tmp_path: Path) -> None:
    path = path_of(tmp_path, "spend")
    write(path, one())
    whole = path.read_bytes()
    assert parse("here", whole).next_offset == 5
    harmless = 0
    for place in range(len(whole)):
        body = bytearray(whole)
        body[place] ^= 1
        try:
            found = parse("here", bytes(body))
        except UserError as error:
            assert str(error).startswith("here: expected ")
            continue
        harmless += 1  # a space of the header became something that JSON ignores, too
        assert fingerprint_packed(found.flat) == fingerprint_packed(one().flat)
        assert found[:2] == ("ab12", 5)
    assert harmless <= 16


def test_an_altered_weight_is_named_by_checksums(tmp_path: Path) -> None:
    path = path_of(tmp_path, "spend")
    write(path, one())
    body = bytearray(path.read_bytes())
    body[-1] ^= 1
    with pytest.raises(UserError, match=r"^here: expected contents with checksum [0-9a-f]{8}, got '[0-9a-f]{8}'$"):
        parse("here", bytes(body))


def test_what_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^state.w: expected numbers or booleans, got <U1$"):
        write(tmp_path / "x", Published("ab12", 5, {"w": np.array(["a"])}))


def test_whoever_reads_while_another_publishes_has_whole_ones(tmp_path: Path) -> None:
    path, rows = path_of(tmp_path, "spend"), 20_000
    write(path, Published("ab12", 0, {"w": np.zeros(rows)}))

    def publish() -> None:
        for offset in range(1, 200):
            write(path, Published("ab12", offset, {"w": np.full(rows, float(offset))}))

    publisher = threading.Thread(target=publish)
    publisher.start()
    reader, offsets = Reader(tmp_path, "spend", lambda text: pytest.fail(text)), [0]
    while publisher.is_alive():
        found = reader.newest()
        assert found is not None
        assert (found.flat["w"] == found.next_offset).all()
        offsets.append(found.next_offset)
    publisher.join()
    found = reader.newest()
    assert found is not None
    assert found.next_offset == 199
    assert offsets == sorted(offsets)
