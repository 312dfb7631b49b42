"""Events come while a learner rests, at the pace that was asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from evercart.testing.resting import NOW_US, Killed, Resting, begun


def test_rows_come_at_their_pace_and_a_learner_can_be_killed(tmp_path: Path) -> None:
    live = begun(tmp_path / "shop", days=20)
    one = Resting(tmp_path / "shop", live, speed=10, every_s=0.5, rows=4)
    before = one.shop.log.next_offset
    happened: list[int] = []
    one.then[1.0] = lambda shop: happened.append(shop.log.next_offset)
    with pytest.raises(Killed):
        one.learn(5, kill_s=1.9)
    assert one.s == pytest.approx(2, abs=0.11)
    assert one.now_us() == NOW_US + int(one.s * 10_000_000)
    assert len(happened) == 1
    assert 5 * 4 <= one.shop.log.next_offset - before <= 5 * 4 + 12  # heartbeats, what the referee writes
    assert one.shop.status()["learned"] < before + 1
    one.shop.close()
