"""States are saved with the next offset to read; what was made by other folds is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evercart.checkpoints import Checkpoints
from evercart.errors import UserError
from evercart.fold import fingerprint_packed
from evercart.loop import Ring, Stopwatch
from evercart.testing.redeems import orders, redeems


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


def test_an_altered_bit_is_noticed(tmp_path: Path) -> None:
    ring, kept = Ring((redeems(),)), Checkpoints(tmp_path)
    kept.save(ring, turned(ring), 1)
    path = next(tmp_path.glob("*.safetensors"))
    body = bytearray(path.read_bytes())
    body[-3] ^= 1
    path.write_bytes(bytes(body))
    with pytest.raises(UserError, match=r"got '[0-9a-f]{32}'; `evercart run --replay` rebuilds it from the log$"):
        kept.last(ring)
