"""Kit: what a learner works with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evercart.checkpoints import Checkpoints
from evercart.clock import Clock
from evercart.config import Checkpointing
from evercart.control import frozen_too_early
from evercart.errors import UserError
from evercart.lease import Grant
from evercart.log import Log
from evercart.loop import Ring
from evercart.publish.shelf import Shelf
from evercart.publishing import FOLDER as LIVE

if TYPE_CHECKING:
    from evercart.shop import Shop


@dataclass(frozen=True)
class Kit:
    """What a learner works with.

    days     folder of the closed days, by app
    live     folder of the weights that answer
    every    how often a checkpoint is made
    grant    the right to learn, without which nothing is saved
    """

    ring: Ring
    log: Log
    checkpoints: Checkpoints
    shelf: Shelf
    days: Path
    live: Path
    every: Checkpointing
    clock: Clock
    grant: Grant


def kit_of(shop: Shop, grant: Grant, *, replay: bool = False) -> Kit:
    """Return what the holder of a shop's lease learns with, once what has to be forgotten is.

    replay    whether all is forgotten; unless the log's files are as they were committed, `UserError` comes before

    A live log is told the time first: in a quiet shop, too, ticks and windows close. A first run over a short log is
    forgotten once there is enough of it: its control had stopped before it learned anything.
    """
    shop.log.heartbeat(shop.clock.now_us())
    checkpoints = shop.checkpoints
    if replay:
        _require_whole(shop.log)
    if replay or frozen_too_early(shop.log, shop.apps, checkpoints.frozen_us()):
        with grant.committing():
            checkpoints.clear()
            shop.shelf.drop_after(-1)  # what is learned again is put there again
    ring = shop.ring()
    if ring.frozen_us and checkpoints.frozen_us() is None:
        checkpoints.freeze(ring.frozen_us)
    parts = (checkpoints, shop.shelf, shop.folder / "days", shop.folder / LIVE, shop.config.checkpoint)
    return Kit(ring, shop.log, *parts, shop.clock, grant)


def _require_whole(log: Log) -> None:
    faults = log.verify()
    if faults:
        raise UserError(faults[0])
