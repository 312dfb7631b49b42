"""Checkpoints: the states of all folds at one offset, a few of the last."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evercart import __version__
from evercart.errors import UserError, expected
from evercart.fold import Saved, config_hash, load, save
from evercart.loop import Ring

_REBUILD = "; `evercart run --replay` rebuilds it from the log"


@dataclass(frozen=True)
class Checkpoints:
    """A folder of checkpoints, each named by its next offset."""

    folder: Path
    keep: int = 3

    def save(self, ring: Ring, states: dict[str, Any], next_offset: int) -> None:
        """Write the states durably; drop the oldest beyond `keep`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        folds = {name: config_hash(fold) for name, fold in ring.stages().items()}
        about = {"version": __version__, "folds": folds, "frozen_us": ring.frozen_us}
        save(self.folder / f"{next_offset:016d}.safetensors", ring.pack(states), next_offset, about)
        for old in self._paths()[: -self.keep]:
            old.unlink()

    def last(self, ring: Ring) -> tuple[dict[str, Any], int] | None:
        """Return the newest states with their next offset; None where there is no checkpoint.

        One that was made by other folds raises `UserError`: its numbers would mean something else.
        """
        paths = self._paths()
        if not paths:
            return None
        saved = _load(paths[-1])
        for name, fold in ring.stages().items():
            found = saved.about["folds"].get(name, "no such fold")
            if found != config_hash(fold):
                raise UserError(
                    expected(f"checkpoint {paths[-1].name}: {name}", f"fingerprint {config_hash(fold)}", found)
                    + _REBUILD
                )
        return ring.unpack(saved.flat), saved.next_offset

    def frozen_us(self) -> int | None:
        """Return when the control of the newest checkpoint stopped learning."""
        paths = self._paths()
        return _load(paths[-1]).about["frozen_us"] if paths else None

    def next_offset(self) -> int:
        """Return the offset that the newest checkpoint goes on from; 0 without one."""
        paths = self._paths()
        return int(paths[-1].stem) if paths else 0

    def clear(self) -> None:
        """Forget all checkpoints; the log can rebuild them."""
        for path in self._paths():
            path.unlink()

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob(f"{'[0-9]' * 16}.safetensors"))


def _load(path: Path) -> Saved:
    try:
        return load(path)
    except UserError as error:
        raise UserError(str(error) + _REBUILD) from error
