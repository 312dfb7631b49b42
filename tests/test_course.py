"""A learner's way along the log."""

from __future__ import annotations

from evercart.clock import Clock
from evercart.config import Checkpointing
from evercart.course import Pace


def test_checkpoints_take_no_more_than_their_share_unless_time_has_passed() -> None:
    cpu_s, wall_s = [0.0], [0.0]
    pace = Pace(
        Checkpointing(events=10, seconds=30, share=0.25), Clock(cpu_s=lambda: cpu_s[0], wall_s=lambda: wall_s[0]), 5
    )
    assert not pace.due(15)  # what one costs is a guess until it was measured
    cpu_s[0] = 0.5
    assert not pace.due(14)
    assert pace.due(15)
    with pace.saving(15):
        cpu_s[0] = 2.5
    cpu_s[0] = 10.0
    assert not pace.due(25)
    cpu_s[0] = 10.5
    assert pace.due(25)
    assert not pace.due(24)
    wall_s[0] = 30.0
    cpu_s[0] = 2.0
    assert pace.due(16)
