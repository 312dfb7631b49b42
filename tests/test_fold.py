"""States packed, saved, loaded, named."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from evercart.errors import UserError
from evercart.fold import clone, config_hash, describe, fingerprint, load, pack, said_by, save, unpack


class Roomy(NamedTuple):
    values: NDArray[np.int64]
    size: NDArray[np.int64]

    def packed(self) -> Roomy:
        return Roomy(self.values[: self.size[0]], self.size)

    def unpacked(self) -> Roomy:
        return Roomy(np.append(self.values, np.full(5, -1)), self.size)


class Nested(NamedTuple):
    roomy: Roomy
    weights: NDArray[np.float64]
    more: tuple[NDArray[np.float32], ...]


def _state(spare: int = 3) -> Nested:
    roomy = Roomy(np.append(np.arange(4), np.full(spare, 99)), np.array([4]))
    return Nested(roomy, np.array([[0.5, -0.0]]), (np.ones(2, np.float32), np.zeros((0, 3), np.float32)))


def test_spare_room_is_dropped_and_made_again() -> None:
    flat = pack(_state())
    assert sorted(flat) == ["more.0", "more.1", "roomy.size", "roomy.values", "weights"]
    assert flat["roomy.values"].tolist() == [0, 1, 2, 3]
    assert unpack(_state(), flat).roomy.values.tolist() == [0, 1, 2, 3, -1, -1, -1, -1, -1]


def test_states_that_differ_in_spare_room_alone_are_equal() -> None:
    assert fingerprint(_state(1)) == fingerprint(_state(7))


@pytest.mark.parametrize("change", ["value", "sign of zero", "shape", "dtype", "name"])
def test_any_other_difference_shows(change: str) -> None:
    was, state = fingerprint(_state()), _state()
    if change == "value":
        state.roomy.values[2] += 1
    elif change == "sign of zero":
        state.weights[0, 1] = 0.0
    elif change == "shape":
        state = state._replace(weights=state.weights.T)
    elif change == "dtype":
        state = state._replace(weights=state.weights.astype(np.float32))
    else:
        flat: dict[str, Any] = {name + "x": array for name, array in pack(state).items()}
        from evercart.fold import fingerprint_packed

        assert fingerprint_packed(flat) != was
        return
    assert fingerprint(state) != was


def test_records_in_a_table_come_back() -> None:
    table = np.zeros((2, 3), [("number", np.int32), ("share", np.float64)])
    table["number"] = np.arange(6).reshape(2, 3)
    assert np.array_equal(unpack(np.zeros((0, 3), table.dtype), pack(table)), table)


def test_a_clone_shares_nothing() -> None:
    state = _state()
    other = clone(state)
    other.roomy.values[0] = 77
    other.more[0][0] = 77
    assert state.roomy.values[0] == 0
    assert state.more[0][0] == 1


def test_a_file_gives_back_the_same_bits_and_the_next_offset(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    save(path, pack(_state()), 41, {"version": "1"})
    saved = load(path)
    assert (saved.next_offset, saved.about) == (41, {"version": "1"})
    assert fingerprint(unpack(_state(), saved.flat)) == fingerprint(_state())
    assert [each.name for each in tmp_path.iterdir()] == ["state.safetensors"]


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "foreign"])
def test_a_damaged_file_is_told(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "state.safetensors"
    save(path, pack(_state()), 41, {})
    body = bytearray(path.read_bytes())
    if damage == "flipped":
        body[-1] ^= 1
    path.write_bytes({"cut": body[:-5], "flipped": body, "empty": b"", "foreign": b"PK\x03\x04 not ours"}[damage])
    with pytest.raises(UserError, match=r"state.safetensors: expected (a checkpoint|contents with fingerprint)"):
        load(path)


def test_a_state_of_another_fold_is_refused() -> None:
    flat = pack(_state())
    flat["weights"] = flat["weights"].astype(np.float32)
    with pytest.raises(UserError, match=r"^state.weights: expected float64 of 2 axes, got 'float32 of 2 axes'$"):
        unpack(_state(), flat)
    del flat["weights"]
    with pytest.raises(UserError, match=r"^state.weights: expected float64 of 2 axes, got 'nothing'$"):
        unpack(_state(), flat)


def test_what_is_no_array_is_no_state() -> None:
    with pytest.raises(TypeError, match=r"^state.0: expected arrays in NamedTuples, got 'int'$"):
        pack((3,))


@dataclass(frozen=True)
class Part:
    rate: float = 0.1


@dataclass(frozen=True)
class Whole:
    parts: tuple[Part, ...] = (Part(), Part(0.2))
    names: tuple[str, ...] = ("a",)


def test_a_configuration_is_named_by_its_content() -> None:
    assert describe(Whole()) == "Whole(parts=(Part(rate=0.1), Part(rate=0.2)), names=('a'))"
    assert config_hash(Whole()) == config_hash(Whole(parts=(Part(0.1), Part(0.2))))
    assert config_hash(Whole()) != config_hash(Whole(parts=(Part(0.2), Part(0.1))))
    assert describe({"b": 1, "a": Part()}) == "{a: Part(rate=0.1), b: 1}"


def test_a_save_that_failed_leaves_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "state.safetensors"
    save(path, pack(_state()), 1, {})

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        save(path, pack(_state()), 2, {})
    assert load(path).next_offset == 1


def test_what_a_file_says_of_itself_is_read_without_its_state(tmp_path):
    path = tmp_path / "state"
    save(path, {"w": np.arange(1000.0)}, 7, {"made": "here"})
    assert said_by(path) == {"made": "here"}
    body = path.read_bytes()
    path.write_bytes(body[:-8] + bytes(8))  # the state is none of its business
    assert said_by(path) == {"made": "here"}
    path.write_bytes(body.replace(b"here", b"hero"))
    with pytest.raises(UserError, match=r"expected a header with seal"):
        said_by(path)
    path.write_bytes(b"x")
    with pytest.raises(UserError, match=r"expected a checkpoint, got 'JSONDecodeError"):
        said_by(path)
