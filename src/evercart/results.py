"""Results: backtests as they are kept, so that what did not change is not computed again."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, NamedTuple

from evercart import __version__
from evercart.app import App
from evercart.backtest import Backtest, TooEarly, report_of
from evercart.durable import writing
from evercart.errors import UserError
from evercart.evaluate import days as day_files
from evercart.fold import config_hash
from evercart.labels.pairs import Tick

_ARRAYS = ("report", "days", "later")


class Found(NamedTuple):
    """The apps' backtests; one text for each app of which nothing can be said yet."""

    backtests: list[Backtest]
    too_early: list[str]


@dataclass(frozen=True)
class Results:
    """The folder `reports` of a shop."""

    folder: Path
    tick: Tick

    def found(self, apps: Sequence[App], next_offset: int, test: Callable[[str], Backtest]) -> Found:
        """Return what is kept of each app, what `test` says of the others, which is kept then."""
        backtests, too_early = list[Backtest](), list[str]()
        for app in apps:
            result = self.load(app, next_offset)
            if result is None:
                try:
                    result = test(app.name)
                except TooEarly as error:
                    too_early.append(str(error))
                    continue
                self.save(app, next_offset, result)
            backtests.append(result)
        return Found(backtests, list(dict.fromkeys(too_early)))

    def save(self, app: App, next_offset: int, result: Backtest) -> None:
        """Keep a backtest of the log up to an offset; the JSON is written last, so that it vouches for the rest."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._path(app).unlink(missing_ok=True)  # or it would vouch for arrays that are half another's
        day_files.save(self.folder / f"{app.name}.days.arrow", result.days, {})
        day_files.save(self.folder / f"{app.name}.later.arrow", result.later, {})
        kept = {f.name: getattr(result, f.name) for f in fields(result) if f.name not in _ARRAYS}
        said = {"made_from": self._made_from(app, next_offset), "kept": kept, "summary": result.summary()}
        with writing(self._path(app)) as file:
            file.write(json.dumps(said, indent=1).encode())

    def load(self, app: App, next_offset: int) -> Backtest | None:
        """Return the kept backtest of this very app over this very log, or None."""
        try:
            said = json.loads(self._path(app).read_text(encoding="utf-8"))
            if said.get("made_from") != self._made_from(app, next_offset):
                return None
            days, _ = day_files.load(self.folder / f"{app.name}.days.arrow")
            later, _ = day_files.load(self.folder / f"{app.name}.later.arrow")
        except (OSError, ValueError, UserError):
            return None
        return Backtest(report=report_of(app), days=days, later=later, **said["kept"])

    def _path(self, app: App) -> Path:
        return self.folder / f"{app.name}.json"

    def _made_from(self, app: App, next_offset: int) -> dict[str, Any]:
        return {"version": __version__, "app": config_hash((app, self.tick)), "next_offset": next_offset}
