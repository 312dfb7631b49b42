"""Forms: the exported graphs that answer in the place of nets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from evercart.deciding import Weights
from evercart.errors import UserError, loudly
from evercart.export.kept import Statement, path_of, statement_of

ONNX: Final = "onnx"


class Forms:
    """Looks for the exports that a shop keeps; used by one thread.

    folder    of the shop
    told      called, once for each file, with why one does not answer; then the learner itself does
    """

    def __init__(self, folder: Path, told: Callable[[str], None] = loudly) -> None:
        self._folder, self._told = folder, told
        self._found: dict[str, tuple[tuple[int, ...], Statement | None]] = {}
        self._refused: dict[str, tuple[int, ...]] = {}

    def moved(self, app: str) -> bool:
        """Return whether the file of an app is another than when it was last asked for."""
        return self._found.get(app, ((), None))[0] != self._mark(app)

    def of(self, app: str, weights: Weights) -> Weights:
        """Return weights that answer by the app's export, if it is that of just these; else the weights as they are."""
        mark = self._mark(app)
        try:
            stated = self._stated(app, mark)
            if stated is None:
                return weights
            path = path_of(self._folder, app, ONNX)
            stated.require(path, weights.model, weights.revision)
            from evercart.export.formed import formed  # no shop without an export waits for what reads it

            return weights._replace(learner=formed(path, stated, weights.learner, weights.state), form=ONNX)
        except UserError as error:
            if self._refused.get(app) != mark:
                self._refused[app] = mark
                self._told(f"{error}; the learner itself answers")
            return weights

    def _stated(self, app: str, mark: tuple[int, ...]) -> Statement | None:
        known = self._found.get(app)
        if known is None or known[0] != mark:
            self._found[app] = mark, None  # so that a statement that cannot be read is tried once
            if mark:
                self._found[app] = mark, Statement.read(path_of(self._folder, app, ONNX))
        return self._found[app][1]

    def _mark(self, app: str) -> tuple[int, ...]:
        """Return what tells a file with its statement from those before; nothing where neither is there."""
        path = path_of(self._folder, app, ONNX)
        marks: list[int] = []
        for one in (path, statement_of(path)):
            try:
                found = one.stat()
            except OSError:
                continue
            marks += found.st_ino, found.st_mtime_ns, found.st_size
        return tuple(marks)
