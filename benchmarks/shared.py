"""Where the data sets lie that benchmarks read and nothing else does."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Final

DATA: Final = Path(os.environ.get("EVERCART_DATA") or Path(__file__).parent.parent.parent / "shared" / "data")


def there(path: Path) -> bool:
    """Return whether a data set is there; say so if not."""
    if not path.is_file():
        print(f"left out: {path} is not there; EVERCART_DATA names the folder", file=sys.stderr)
    return path.is_file()
