"""What pulses tell."""

from __future__ import annotations

from pathlib import Path

from evercart import pulse
from evercart.clock import Clock
from evercart.heart import Heart
from evercart.publish.moves import Move
from evercart.pulse import Pulse
from evercart.referee import Ruling


class World:
    def __init__(self, folder: Path) -> None:
        self.s, self.told = 0.0, list[Pulse]()
        clock = Clock(lambda: int(self.s * 1e6), lambda: self.s / 4, lambda: self.s)
        self.heart = Heart(folder, clock, self.told.append)


def test_it_tells_the_share_of_the_cpu_and_what_is_wrong(tmp_path: Path) -> None:
    world = World(tmp_path)
    assert world.heart.trouble("save", "no room")
    assert not world.heart.trouble("save", "no room")
    assert world.heart.trouble("publish", "no room")
    world.s = 2.0
    world.heart.beat(end=7)
    assert not world.heart.trouble("save", "")
    assert not world.heart.trouble("publish", "")
    world.s = 3.0
    world.heart.beat()
    first, second = world.told
    assert (first.us, first.cpu_share, first.trouble, first.next_offset) == (2_000_000, 0.25, "no room", 7)
    assert second.trouble == ""
    assert pulse.read(tmp_path) == second


def test_the_last_ruling_stays_until_there_is_another(tmp_path: Path) -> None:
    world = World(tmp_path)
    move = Move("spend", "ab", "cd", "gate", "evercart", 5, "9 nats")
    world.heart.ruled(Ruling(moves=(move,)))
    world.heart.ruled(Ruling())
    world.heart.beat()
    assert world.told[0].ruling == ("spend: cd is live instead of ab (gate): 9 nats",)
