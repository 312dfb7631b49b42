"""Aside: a shop opened once more, for work that would keep others waiting for its log."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from evercart.shop import Shop

T = TypeVar("T")


class Aside:
    """A shop like another, opened when it is first used; one thread at a time uses it."""

    def __init__(self, like: Shop) -> None:
        self._like, self._lock = like, threading.Lock()
        self._shop: Shop | None = None

    def use(self, work: Callable[[Shop], T]) -> T:
        """Return what some work with the shop returns."""
        with self._lock:
            if self._shop is None:
                like = self._like
                self._shop = Shop.open(like.folder, given=like.given, clock=like.clock, told=like.told)
            return work(self._shop)

    def close(self) -> None:
        """Let go of the log, once nobody uses it."""
        with self._lock:
            if self._shop is not None:
                self._shop.close()
            self._shop = None
