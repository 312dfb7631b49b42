"""Opened: all that answers for a shop, gone on from its last checkpoint; built beside the one that answers now."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from evercart.app import App
from evercart.deciding import Decider
from evercart.erasures import finished
from evercart.publishing import FOLDER as LIVE
from evercart.recommender import Recommender
from evercart.serve.answering.forms import Forms
from evercart.serve.answering.live import Fresh, Live
from evercart.shop import Shop

Told = Callable[[str], None]


@dataclass
class Opened:
    """What answers.

    shop       opened for this alone: its log is read by nobody else
    lists      by app, where it ranks
    decider    for the apps that give one answer
    live       looks for newer weights
    apps       as the log asked for them when this was opened
    weighed    apps whose weights are live; others answer with what is popular, or with their default
    """

    shop: Shop
    lists: dict[str, Recommender]
    decider: Decider
    live: Live
    apps: tuple[App, ...]
    weighed: dict[str, Fresh]

    @property
    def stale(self) -> bool:
        """Return whether an erasure has begun that these states have yet to forget."""
        return self.decider.stale or any(one.stale for one in self.lists.values())

    @property
    def at(self) -> int:
        """Return the next offset of the log that all have taken in."""
        ats = [one.at for one in self.lists.values()]
        return min([*ats, self.decider.at] if self.decider.apps else ats)

    @property
    def parts(self) -> tuple[Recommender | Decider, ...]:
        """Return what is kept level with the log, each by itself."""
        return (*self.lists.values(), *((self.decider,) if self.decider.apps else ()))

    def part(self, app: str) -> Recommender | Decider:
        """Return what answers for an app."""
        return self.lists.get(app) or self.decider

    def weigh(self, fresh: list[Fresh]) -> None:
        """Let newly published weights answer from now on."""
        for one in fresh:
            if one.app in self.lists:
                self.lists[one.app].weigh(one.weights.learner, one.weights.state)
            else:
                self.decider.weigh(one.app, one.weights)
            self.weighed[one.app] = one

    def close(self) -> None:
        """Let go of the log."""
        self.shop.close()


def opened(like: Shop) -> Opened:
    """Open a shop again, with all that answers for it, level with its log; takes as long as the states are large."""
    shop = Shop.open(like.folder, given=like.given, clock=like.clock, told=like.told)
    try:
        return _opened(shop)
    except BaseException:
        shop.close()
        raise


def _opened(shop: Shop) -> Opened:
    ring = shop.ring()
    alone = ring.of_one_answer
    given = {"served": True, "finished": partial(finished, shop.folder)}
    lists = {app.name: shop.recommender(app.name, **given) for app in ring.apps if app.candidates}
    clock, ids = shop.clock.now_us, lambda: secrets.token_hex(16)
    decider = Decider(alone, shop.log, shop.checkpoints, clock, ids, served=True)
    if alone.apps:
        decider.level()
    live = Live(ring, shop.folder / LIVE, shop.shelf, shop.told, Forms(shop.folder, shop.told))
    found = Opened(shop, lists, decider, live, ring.apps, {})
    found.weigh(found.live.look())
    return found
