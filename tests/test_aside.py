"""Who needs the lease for a while asks for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from evercart.aside import WAIT_S, stepped_aside, wanted
from evercart.clock import Clock
from evercart.lease import SqliteLeases, Taken

NOW_US = 1_800_000_000_000_000


class Rests:
    """A clock that stands still; the learner gives the lease back after so many rests."""

    def __init__(self, folder: Path, gives_back: int = -1) -> None:
        self.leases, self.rests, self._gives_back = SqliteLeases(folder), 0, gives_back
        self.grant = self.leases._taken(NOW_US)
        self.clock = Clock(lambda: NOW_US, rest_s=self.rest)
        self.folder = folder

    def rest(self, seconds: float) -> None:
        assert wanted(self.folder)
        self.rests += 1
        if self.rests == self._gives_back:
            self.grant.give_back()


def test_the_lease_is_waited_for(tmp_path: Path) -> None:
    learner = Rests(tmp_path, gives_back=3)
    with stepped_aside(tmp_path, learner.leases, learner.clock, gives_way=True) as grant:
        assert grant.token == 2
        assert wanted(tmp_path)
    assert learner.rests == 3
    assert not wanted(tmp_path)


def test_one_that_gives_no_way_is_not_waited_for(tmp_path: Path) -> None:
    learner = Rests(tmp_path)
    text = "expected no other learner on this shop, got 'process"
    with pytest.raises(Taken, match=text), stepped_aside(tmp_path, learner.leases, learner.clock, gives_way=False):
        pass
    assert learner.rests == 0
    assert not wanted(tmp_path)


def test_nobody_is_waited_for_for_ever(tmp_path: Path) -> None:
    learner = Rests(tmp_path)
    with pytest.raises(Taken), stepped_aside(tmp_path, learner.leases, learner.clock, gives_way=True):
        pass
    assert learner.rests * 0.05 == pytest.approx(WAIT_S, abs=0.1)
