"""Kept: what the pages of one service share, made when it is first asked for."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from evercart.serve.service import Service

Made = TypeVar("Made")


def per_service(make: Callable[[Service], Made]) -> Callable[[Service], Made]:
    """Return a function that makes its thing once a service; it goes with the service."""
    kept: WeakKeyDictionary[Service, Made] = WeakKeyDictionary()
    lock = Lock()

    def of(service: Service) -> Made:
        with lock:
            if service not in kept:
                kept[service] = make(service)
            return kept[service]

    return of
