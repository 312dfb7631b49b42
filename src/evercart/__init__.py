"""Evercart keeps every model of a shop learning from each event, proving that this is better.

events -> log -> asks -> features -> labels -> learners -> evaluate

>>> from evercart import Shop, yes
>>> yes("order").kind
'order'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from evercart.app import App
    from evercart.asks.each import After, Before
    from evercart.asks.session import SessionEnd
    from evercart.client import AsyncClient, Client
    from evercart.errors import UserError
    from evercart.events.batch import Events
    from evercart.features.columns import Column
    from evercart.features.table import Table
    from evercart.fold import Fold
    from evercart.labels.answers import total, yes
    from evercart.learners.linear import Linear
    from evercart.shop import Shop

__version__: Final = "0.1.0"

_HOMES: Final = {
    "After": "asks.each",
    "App": "app",
    "AsyncClient": "client",
    "Before": "asks.each",
    "Client": "client",
    "Column": "features.columns",
    "Events": "events.batch",
    "Fold": "fold",
    "Linear": "learners.linear",
    "SessionEnd": "asks.session",
    "Shop": "shop",
    "Table": "features.table",
    "UserError": "errors",
    "total": "labels.answers",
    "yes": "labels.answers",
}
__all__ = [
    "After",
    "App",
    "AsyncClient",
    "Before",
    "Client",
    "Column",
    "Events",
    "Fold",
    "Linear",
    "SessionEnd",
    "Shop",
    "Table",
    "UserError",
    "total",
    "yes",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for, so that `import evercart` stays quick."""
    if name not in _HOMES:
        text = f"module 'evercart' has no attribute {name!r}"
        raise AttributeError(text)
    return getattr(importlib.import_module(f"evercart.{_HOMES[name]}"), name)
