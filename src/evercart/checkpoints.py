"""Checkpoints: the states of all folds at one offset, a few of the last.

One that is damaged is told of, then the one before is used: the log holds all that is missing. One that was made
by other code or other folds is refused, since its numbers would mean something else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

from evercart import __version__
from evercart.durable import WRITING, make_folder, writing
from evercart.errors import UserError, expected, loudly, require
from evercart.fold import Saved, load, said_by, save
from evercart.log.faults import plainly
from evercart.loop import Ring

_SUFFIX: Final = ".safetensors"
_CONTROL: Final = "control.json"
_REBUILD: Final = "; `evercart run --replay` rebuilds it from the log"


class Changed(UserError):
    """A checkpoint was made by other folds than those that are to go on from it."""


def _silent(text: str) -> None:
    """Tell nobody: the learner will."""


@dataclass(frozen=True)
class Checkpoints:
    """A folder of checkpoints, each named by its next offset.

    told    called with what is wrong with a checkpoint that is passed over
    """

    folder: Path
    keep: int = 3
    told: Callable[[str], None] = loudly

    def save(self, ring: Ring, states: dict[str, Any], next_offset: int, **about: Any) -> None:
        """Write the states durably, with JSON about them; drop the oldest beyond `keep`."""
        said = {"version": __version__, "folds": ring.names, "frozen_us": ring.frozen_us, **about}
        path = self.folder / f"{next_offset:016d}{_SUFFIX}"
        with plainly(path):
            make_folder(self.folder)
            save(path, ring.pack(states), next_offset, said)
            for old in self.paths()[: -self.keep]:
                old.unlink()

    def whole(self, end: int | None = None, told: Callable[[str], None] | None = None) -> Iterator[Saved]:
        """Yield what can be gone on from, newest first; tell of each that is damaged.

        end    next offset of the log, beyond which no state can lie
        """
        told = told or self.told
        for path in reversed(self.paths()):
            try:
                yield read(path, end)
            except UserError as error:
                told(f"{error}; going on from what was saved before it")

    def last(self, ring: Ring) -> tuple[dict[str, Any], int] | None:
        """Return the newest states with their next offset; None where there is no checkpoint."""
        saved = next(self.whole(), None)
        return None if saved is None else (self.states(ring, saved), saved.next_offset)

    def states(self, ring: Ring, saved: Saved) -> dict[str, Any]:
        """Return what was saved as states of this ring; other code or other folds raise `UserError`."""
        where, made = f"checkpoint {saved.next_offset:016d}", saved.about
        if made["version"] != __version__:
            raise UserError(expected(where, f"code version {__version__}", made["version"]) + _REBUILD)
        for name, named in ring.names.items():
            found = made["folds"].get(name, "no such fold")
            if found != named:
                raise Changed(expected(f"{where}: {name}", f"fingerprint {named}", found) + _REBUILD)
        return ring.unpack(saved.flat)

    def frozen_us(self) -> int | None:
        """Return when the control stops learning, as the newest checkpoint says, else as was written down."""
        for path in reversed(self.paths()):
            with suppress(UserError):  # whoever goes on from it tells what is wrong with it
                return cast(int | None, said_by(path)["frozen_us"])
        try:
            return self.control()
        except UserError as error:
            self.told(f"{error}; it stops at a quarter of the log as it is now")
            return None

    def control(self) -> int | None:
        """Return when the control stops learning as it was written down; a damaged file raises `UserError`."""
        path = self.folder / _CONTROL
        if not path.exists():
            return None
        try:
            return int(json.loads(path.read_text(encoding="utf-8"))["frozen_us"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(expected(str(path), "a log time", f"{type(error).__name__}: {error}")) from error

    def freeze(self, frozen_us: int) -> None:
        """Write down when the control stops learning: a log that is learned again may have grown since."""
        path = self.folder / _CONTROL
        with plainly(path):
            make_folder(self.folder)
            with writing(path) as file:
                file.write(json.dumps({"frozen_us": frozen_us}).encode())

    def next_offset(self) -> int:
        """Return the offset that the newest checkpoint goes on from; 0 without one."""
        saved = next(self.whole(told=_silent), None)
        return saved.next_offset if saved else 0

    def drop_after(self, next_offset: int) -> None:
        """Forget what lies beyond an offset, with files that were never finished."""
        for path in self.paths():
            if int(path.stem) > next_offset:
                path.unlink()
        for path in self.folder.glob(f"*{WRITING}"):
            path.unlink()

    def clear(self) -> None:
        """Forget all checkpoints; the log can rebuild them."""
        self.drop_after(-1)
        (self.folder / _CONTROL).unlink(missing_ok=True)

    def paths(self) -> list[Path]:
        """Return the files, oldest first."""
        return sorted(self.folder.glob(f"{'[0-9]' * 16}{_SUFFIX}"))


def read(path: Path, end: int | None = None) -> Saved:
    """Return a checkpoint; one that is damaged, or lies beyond the end of the log, raises `UserError`."""
    saved = load(path)
    require(saved.next_offset == int(path.stem), str(path), "the offset of its name", saved.next_offset)
    within = end is None or saved.next_offset <= end
    require(within, str(path), f"at most the log's next offset, {end}", saved.next_offset)
    return saved
