"""Service: what all addresses share."""

from __future__ import annotations

from pathlib import Path

from evercart.serve.keys import Keys
from evercart.serve.metrics import Metrics
from evercart.serve.settings import Settings
from evercart.shop import Shop


class Service:
    """A shop that is served.

    shop        opened for this process
    settings    how
    keys        who may do what
    metrics     what is counted
    """

    def __init__(self, shop: Shop, settings: Settings | None = None) -> None:
        self.shop = shop
        self.settings = settings or shop.config.serve
        self.keys = Keys(Path(shop.folder))
        self.metrics = Metrics()

    @property
    def ready(self) -> bool:
        """Return whether apps answer from their models."""
        return True

    async def start(self) -> None:
        """Begin to answer."""

    async def stop(self) -> None:
        """Let what is waiting end."""
        self.keys.close()
