"""Anew: what a shop comes to that is given all of another's log at once."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evercart.config import KEY_FILE, create
from evercart.shop import Shop


def learned_anew(shop: Shop, folder: Path, opened: Callable[[Path], Shop]) -> dict[str, Any]:
    """Return the fingerprint of a new shop in a folder with the key, the log, the frozen moment of another.

    opened    opens it with the apps that the other has
    """
    create(folder, "shop")
    shutil.copy(shop.folder / KEY_FILE, folder / KEY_FILE)
    with opened(folder) as other:
        other.log.adopt(shop.log.names(0, shop.log.next_offset), {})
        other.checkpoints.freeze(shop.checkpoints.frozen_us() or 0)
        other.run()
        return other.fingerprint()
