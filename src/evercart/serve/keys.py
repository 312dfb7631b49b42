"""Keys: who may do what; nobody needs one where there are none."""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from evercart.serve.caller import LOCAL, Caller


class Keys:
    """The keys of a shop."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def caller(self, asgi: MutableMapping[str, Any]) -> Caller:
        """Return who sent a request."""
        return LOCAL
