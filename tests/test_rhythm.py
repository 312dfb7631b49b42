"""Duties come round in time; those that fail are left alone for longer each time."""

from __future__ import annotations

import pytest

from evercart.errors import Passing, UserError
from evercart.rhythm import Every

FULL = "disk: expected room on the disk, got 'none'"


class World:
    def __init__(self) -> None:
        self.s, self.done, self.fails, self.takes_s = 0.0, 0, False, 0.0
        self.told: list[str] = []

    def do(self) -> None:
        if self.fails:
            raise Passing(FULL)
        self.done += 1
        self.s += self.takes_s

    def duty(self, seconds: float, share: float = 1.0) -> Every:
        return Every(self.do, seconds, lambda: self.s, share=share, told=self.told.append)


def test_a_duty_is_done_every_so_many_seconds() -> None:
    world = World()
    duty = world.duty(10)
    for world.s in (0, 1, 9.9, 10, 19, 20.5, 30.4, 30.5):
        duty.on_time()
    assert world.done == 4
    assert set(world.told) == {""}


def test_what_takes_longer_than_its_share_comes_later() -> None:
    world = World()
    duty = world.duty(10, share=0.1)
    world.takes_s = 3
    assert duty.on_time()
    world.s = 29.9
    assert not duty.on_time()
    world.s = 30
    assert duty.on_time()


def test_what_fails_is_told_and_left_alone_for_longer_each_time_up_to_a_few_seconds() -> None:
    world = World()
    duty, tries = world.duty(0), []
    world.fails = True
    while world.s < 20:
        before = len(world.told)
        assert not duty.on_time()
        if len(world.told) > before:
            tries.append(world.s)
        world.s += 0.25
    assert tries == [0, 0.25, 0.75, 1.75, 3.75, 7.75, 12.75, 17.75]
    world.fails, world.s = False, 22.75
    assert duty.on_time()
    assert world.told[-2:] == [FULL, ""]


def test_what_does_not_pass_by_itself_is_raised() -> None:
    def wrong() -> None:
        raise UserError(FULL)

    with pytest.raises(UserError, match="expected room on the disk"):
        Every(wrong, 0, lambda: 0.0).on_time()
