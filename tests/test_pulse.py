"""What a learner says of itself is read by others, or not at all."""

from __future__ import annotations

from pathlib import Path

from evercart import pulse
from evercart.pulse import Day, Pulse

ONE = Pulse(
    5,
    10,
    12,
    3.5,
    0.25,
    {"spend": {"continual": 0.5}},
    {"spend": Day("2026-01-02", 7, {"continual": 0.25})},
    {"spend": 4},
    ("spend: the gate refuses it",),
    99,
    "disk: expected room on the disk, got 'none'",
)


def test_a_pulse_is_read_as_it_was_written(tmp_path: Path) -> None:
    pulse.write(tmp_path / "live", ONE)
    assert pulse.read(tmp_path / "live") == ONE
    assert [path.name for path in (tmp_path / "live").iterdir()] == ["pulse.json"]


def test_what_cannot_be_read_is_none(tmp_path: Path) -> None:
    assert pulse.read(tmp_path) is None
    for text in ("", "{", "[]", "{}", '{"us": 1}', '{"today": 3}', "\xff"):
        (tmp_path / "pulse.json").write_bytes(text.encode("latin-1"))
        assert pulse.read(tmp_path) is None
