"""Shop: a folder with a log, its apps' states, its reports, behind a dozen verbs."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

import pyarrow as pa

from evercart import apps
from evercart.app import App
from evercart.backtest import Backtest, backtest
from evercart.checkpoints import Checkpoints
from evercart.clock import Clock
from evercart.config import Config, create, read_key
from evercart.errors import UserError, expected
from evercart.evaluate.refit import Fit
from evercart.events.kinds import kind_name
from evercart.events.mapping_file import load as load_mapping
from evercart.events.quarantine import Quarantine
from evercart.fold import config_hash, fingerprint
from evercart.ingest import Ingest, Ingested
from evercart.log.sqlite import SqliteLog, open_log
from evercart.loop import Ring
from evercart.turn import Progress, Turned, turn


def _silent(step: str, done: float, total: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Shop:
    """A shop's folder, opened.

    >>> import tempfile
    >>> with Shop.open(tempfile.mkdtemp() + "/shop", create=True) as shop:
    ...     shop.status()["events"]
    0
    """

    folder: Path
    config: Config
    log: SqliteLog
    clock: Clock

    @classmethod
    def open(cls, folder: str | Path = "shop", *, create: bool = False, clock: Clock | None = None) -> Self:
        """Open a shop's folder; `create` makes it where there is none."""
        folder = Path(folder)
        if create and not (folder / "shop.toml").exists():
            _create(folder)
        config = Config.read(folder)
        return cls(folder, config, open_log(folder / "log", read_key(folder)), clock or Clock())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the log's files; nothing is pending."""
        self.log.close()

    @cached_property
    def quarantine(self) -> Quarantine:
        """What may not enter, with its reason."""
        return Quarantine(self.folder)

    @property
    def ingester(self) -> Ingest:
        """What takes files into the log."""
        return Ingest(self.folder, self.log, self.quarantine)

    @property
    def apps(self) -> tuple[App, ...]:
        """Return the apps that the shop's settings name."""
        return tuple(apps.app(name) for name in self.config.apps)

    @property
    def checkpoints(self) -> Checkpoints:
        """Where the states of all folds are saved."""
        return Checkpoints(self.folder / "checkpoints", self.config.checkpoint.keep)

    def ingest(
        self, source: str | Path, mapping: str | Path, told: Callable[[str, int, int], None] = _silent
    ) -> Ingested:
        """Import a file, or a folder's files, as a mapping file says."""
        return self.ingester.take(Path(source), load_mapping(Path(mapping)), self.clock.now_us(), told)

    def run(self, told: Callable[[Progress], None] = lambda _: None, *, replay: bool = False) -> Turned:
        """Turn the ring for all apps up to the last closed tick of the log, going on from the last checkpoint."""
        if replay:
            self.checkpoints.clear()
        return turn(self, told)

    def ring(self) -> Ring:
        """Return the shop's ring; its control is frozen where the last checkpoint has it, else a quarter in."""
        frozen_us = self.checkpoints.frozen_us()
        return Ring(self.apps, self.config.tick, self.quarter_us() if frozen_us is None else frozen_us)

    def quarter_us(self) -> int:
        """Return the log time at which a quarter of the log's span had passed; 0 for an empty log."""
        first = next(self.log.read(0, 1), None)
        if first is None:
            return 0
        begin = int(first.logged_us[0])
        return begin + (self.log.last_us - begin) // 4

    def backtest(
        self,
        app: str,
        told: Callable[[str, float | None], None] = lambda step, part: None,
        *,
        every_days: int = 7,
        opponents: Sequence[Fit] | None = None,
    ) -> Backtest:
        """Replay the log for one app, against its controls `frozen` and `refit`."""
        chosen = apps.app(app)
        batches = self.log.read(0, columns=chosen.reads)
        return backtest(
            chosen,
            batches,
            self.config.tick,
            self.quarter_us(),
            self.clock.cpu_s,
            every_days=every_days,
            opponents=opponents,
            told=told,
        )

    def status(self) -> dict[str, Any]:
        """Return how far the log and the folds are."""
        waiting = sum(self.quarantine.counts().values())
        learned = self.checkpoints.next_offset()
        return {
            "shop": self.config.name,
            "events": self.log.next_offset,
            "last_us": self.log.last_us,
            "live": self.log.live_from is not None,
            "learned": learned,
            "quarantined": waiting,
            "apps": list(self.config.apps),
        }

    def fingerprint(self) -> dict[str, Any]:
        """Return the hash of each fold's state at the last checkpoint, with its offset."""
        ring = self.ring()
        found = self.checkpoints.last(ring)
        if found is None:
            raise UserError(expected("fingerprint", "a checkpoint; see `evercart run`", "none"))
        states, next_offset = found
        folds = ring.stages()
        return {
            "next_offset": next_offset,
            "folds": {
                name: {"state": fingerprint(state), "config": config_hash(folds[name])}
                for name, state in sorted(states.items())
            },
        }

    def events(self, start: int = 0, rows: int = 20) -> pa.Table:
        """Return events as they were sent, from an offset on; a negative one counts from the end."""
        first = max(self.log.next_offset + start, 0) if start < 0 else start
        table = self.log.names(first, first + rows)
        names = pa.array([kind_name(number) for number in table["kind"].to_pylist()], pa.string())
        return table.set_column(table.column_names.index("kind"), "kind", names)

    def note(self, name: str, said: dict[str, Any]) -> None:
        """Keep a result as JSON beside the reports."""
        folder = self.folder / "reports"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.json").write_text(json.dumps(said, indent=1), encoding="utf-8")


def _create(folder: Path) -> None:
    create(folder, folder.resolve().name)
