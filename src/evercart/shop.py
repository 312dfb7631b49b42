"""Shop: a folder with a log, its apps' states, its reports, behind a dozen verbs."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa

from evercart import apps
from evercart.alerting import alerting
from evercart.annals import alarms, annals
from evercart.app import App
from evercart.apps.recommend import NAME as RECOMMEND
from evercart.apps.recommend import found_in
from evercart.backtest import Backtest, backtest
from evercart.backtest_named import backtest_named
from evercart.checkpoints import Checkpoints
from evercart.clock import Clock
from evercart.compacting import Compacted, compact
from evercart.compare import compare
from evercart.config import FILE, KEY_FILE, Config, make_key, read_key
from evercart.config import create as make
from evercart.control import quarter_us
from evercart.costs import Costs
from evercart.course import Progress
from evercart.deciding import Decider, Decision
from evercart.errors import UserError, expected, loudly, require
from evercart.evaluate.comparison import Comparison
from evercart.evaluate.recommended import Recommended
from evercart.evaluate.refit import Fit
from evercart.events.kinds import kind_name
from evercart.events.mapping_file import load as load_mapping
from evercart.events.quarantine import Quarantine
from evercart.fold import config_hash, fingerprint
from evercart.ingest import Ingest, Ingested
from evercart.kit import kit_of
from evercart.lease import Leases
from evercart.log import Log
from evercart.loop import Ring, warm
from evercart.mover import Mover, Standing
from evercart.place import FOLDER, require_ready
from evercart.profiled import Profile
from evercart.publish.moves import Current, Move
from evercart.publish.revision import Version
from evercart.publish.shelf import Shelf
from evercart.publishing import FOLDER as LIVE
from evercart.recommender import Recommender, recommender
from evercart.recommending import recommending_shop
from evercart.referee import follow
from evercart.results import Found, Results
from evercart.samples import completejourney
from evercart.tuning import tuned
from evercart.turn import Turned, turn
from evercart.verifying import Verified, verify

if TYPE_CHECKING:
    from evercart.profiles import Profiles
    from evercart.pulse import Pulse


def _silent(step: str, done: float, total: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Shop:
    """A shop's folder, opened.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Shop.open(folder + "/shop", create=True) as shop:
    ...     shop.status()["events"]
    0
    """

    folder: Path
    config: Config
    log: Log
    clock: Clock
    told: Callable[[str], None] = loudly  # of damage that was gone around
    given: tuple[App, ...] = ()

    @classmethod
    def open(
        cls,
        folder: str | Path = "shop",
        *,
        create: bool = False,
        sample: bool = False,
        log: str = FOLDER,
        given: Sequence[App] = (),
        clock: Clock | None = None,
        told: Callable[[str], None] = loudly,
    ) -> Self:
        """Open a shop's folder; `create` makes it where there is none, `sample` with the sample's settings.

        Of a `shop.toml` that somebody wrote, of which nothing came yet, it makes a shop, too.

        log      where the log of a shop that is made here is to lie, as `shop.toml` may say it
        given    apps of your own, instead of those that `shop.toml` names
        """
        folder = Path(folder)
        if create and not (folder / FILE).exists():
            require_ready(log, folder)
            make(folder, folder.resolve().name, sample=sample, log=log)
        config = Config.read(folder)
        place = config.place(folder)
        if create and not (folder / KEY_FILE).exists() and not place.begun():
            make_key(folder)
        return cls(folder, config, place.log(read_key(folder)), clock or Clock(), told, tuple(given))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the log's files; nothing is pending."""
        self.log.close()
        if "shelf" in vars(self):
            self.shelf.close()

    @cached_property
    def shelf(self) -> Shelf:
        """The kept revisions of all models, with the moves of what is live."""
        return Shelf(self.folder / "shelf")

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
        """Return the apps that were given, else those that the settings name, as suits what the log holds now."""
        return self.given or tuple(self.app(name) for name in self.config.apps)

    def app(self, name: str) -> App:
        """Return one of the shop's apps by its name."""
        if self.given:
            rule = "one of " + " ".join(one.name for one in self.given)
            require(any(one.name == name for one in self.given), "app", rule, name)
            return next(one for one in self.given if one.name == name)
        options = self.config.options.get(name, {})
        if name == RECOMMEND:
            options = found_in(self.log) | options
        found = apps.app(name, options, self.config.time_zone)
        return tuned(found, self.config.tune[name]) if name in self.config.tune else found

    @property
    def checkpoints(self) -> Checkpoints:
        """Where the states of all folds are saved."""
        return Checkpoints(self.folder / "checkpoints", self.config.checkpoint.keep, self.told)

    @property
    def leases(self) -> Leases:
        """Who may learn: one process at a time, on any machine that shares the log."""
        return self.config.place(self.folder).leases(self.folder)

    def ingest(self, source: str | Path, map: str | Path, told: Callable[[str, int, int], None] = _silent) -> Ingested:
        """Import a file, or a folder's files, as a mapping file says."""
        return self.ingester.take(Path(source), load_mapping(Path(map)), self.clock.now_us(), told)

    @property
    def wants_sample(self) -> bool:
        """Return whether nothing was ever taken in, or a stop left the sample half way."""
        begun = self.ingester.begun()
        if begun:
            place = completejourney.place()
            return place is not None and self.ingester.named(place, completejourney.mapping()) in begun
        return not (self.log.next_offset or self.ingester.notes())

    def ingest_sample(self, told: Callable[[str, int, int], None] = _silent) -> Ingested:
        """Import the sample shop, from the package that carries it."""
        return self.ingester.take(completejourney.source(), completejourney.mapping(), self.clock.now_us(), told)

    def compile(self, told: Callable[[str, float | None], None] = lambda step, part: None) -> None:
        """Make machine code of every stage that the apps need; kept on disk, so it takes long only once."""
        told("compile kernels", None)
        warm(Ring(self.apps, self.config.tick, frozen_us=0))
        told("compile kernels", 1.0)

    def run(self, told: Callable[[Progress], None] = lambda _: None, *, replay: bool = False) -> Turned:
        """Turn the ring for all apps up to the last closed tick of the log, going on from the last checkpoint."""
        with self.leases.held(self.clock.even_us) as grant:
            kit = kit_of(self, grant, replay=replay)
            with alerting(self.config.webhook, self.log, self.folder, self.clock.now_us, self.told):
                return turn(kit, told)

    def learn(self, stop: Callable[[], bool], told: Callable[[Pulse], None] = lambda _: None) -> None:
        """Learn from each event, for ever: until `stop` says so; see `learning`."""
        from evercart.learning import learn  # which knows shops

        learn(self, stop, told)

    def ring(self) -> Ring:
        """Return the shop's ring; its control is frozen where the last checkpoint has it, else a quarter in."""
        frozen_us = self.checkpoints.frozen_us()
        frozen_us = self.quarter_us() if frozen_us is None else frozen_us
        return Ring(self.apps, self.config.tick, frozen_us, key=self.log.key)

    def quarter_us(self) -> int:
        """Return the log time at which a quarter of the span of what is asked about had passed; 0 for none."""
        return quarter_us(self.log, self.apps)

    def backtest(
        self,
        app: str,
        told: Callable[[str, float | None], None] = lambda step, part: None,
        *,
        every_days: int = 7,
        opponents: Sequence[Fit] | None = None,
    ) -> Backtest | Recommended:
        """Replay the log for one app, against its controls; one that ranks against its baselines."""
        ranks = self.app(app).candidates
        return recommending_shop(self, ranks, told) if ranks else self._backtest(app, told, every_days, opponents)

    def _backtest(
        self,
        app: str,
        told: Callable[[str, float | None], None],
        every_days: int = 7,
        opponents: Sequence[Fit] | None = None,
    ) -> Backtest:
        chosen = self.app(app)
        ring = Ring((chosen,), self.config.tick, self.quarter_us(), gated=False)
        if chosen.named:
            return backtest_named(chosen, ring.read(self.log), self.config.tick, self.quarter_us(), self.clock.cpu_s)
        return backtest(
            chosen,
            ring.read(self.log),
            self.config.tick,
            self.quarter_us(),
            self.clock.cpu_s,
            every_days=every_days,
            opponents=opponents,
            told=told,
        )

    def compare(
        self,
        app: str,
        told: Callable[[str, float | None], None] = lambda step, part: None,
        *,
        nightly: bool = True,
        joint_days: int = 28,
    ) -> Comparison:
        """Replay the log for one app under each policy of learning; write its page, `reports/compare-APP.html`."""
        from evercart.reporting import write_comparison  # pages bring plotly, which no learner waits for

        chosen, tick = self.app(app).one_answer("compare"), self.config.tick
        told(f"{app}: replay", None)
        batches = Ring((chosen,), tick, gated=False).read(self.log)
        how: dict[str, Any] = {"nightly": nightly, "joint_days": joint_days, "told": told}
        found = compare(chosen, batches, tick, self.quarter_us(), self.clock.cpu_s, **how)
        write_comparison(self.comparison_path(app), self.config.name, self.clock.now_us(), found)
        return found

    def comparison_path(self, app: str) -> Path:
        """Return where the page of a comparison lies."""
        return self.folder / "reports" / f"compare-{app}.html"

    def results(self, told: Callable[[str, float | None], None] = lambda step, part: None) -> Found:
        """Return each app's backtest against weekly refits; computed only where app or log have changed."""
        kept = Results(self.folder / "reports", self.config.tick)
        asked = [app for app in self.apps if not app.candidates]
        return kept.found(asked, self.log.next_offset, lambda app: self._backtest(app, told))

    def report(
        self, path: str | Path | None = None, told: Callable[[str, float | None], None] = lambda step, part: None
    ) -> Path:
        """Write the report page; return where it is: `reports/report.html` in the shop unless said."""
        from evercart.detecting.reported import all_reported
        from evercart.reporting import quality_of, write

        require(self.log.next_offset > 0, "log", "events; see `evercart ingest --help`", "none")
        found = self.results(told).backtests
        told("write the report", None)
        written = Path(path) if path else self.folder / "reports" / "report.html"
        about = {app.name: app.about for app in self.apps}
        held, notes = self.quarantine.counts(), self.ingester.notes()
        quality = quality_of(self.log, self.config.time_zone, found, held, notes)
        happened = {name: annals(self.log, self.shelf, name) for name in about}
        page = (about, quality, self.log.next_offset, happened, all_reported(self))
        write(written, self.config.name, self.clock.now_us(), found, *page)
        told("write the report", 1.0)
        return written

    def versions(self, app: str | None = None) -> list[Version]:
        """Return the kept revisions, newest first, of one app if it is named."""
        return self.shelf.versions(self.app(app).name if app else None)

    def current(self, app: str) -> Current | None:
        """Return what is live in an app; None before the first turn."""
        follow(self.log, self.shelf)
        return self.shelf.current(self.app(app).name)

    def promote(self, app: str, model: str, *, who: str, force: bool = False) -> Move:
        """Ask the gate to make a model live; raises `Refused` with its objections, unless they are overruled."""
        ring = self.ring()
        found = self.checkpoints.last(ring)
        if found is None:
            raise UserError(expected(f"promote {app}", "a checkpoint; see `evercart run`", "none"))
        costs = Costs(ring, self.shelf, self.clock.cpu_s)
        return self._mover(who).promote(Standing(ring, *found, costs.known), self.app(app).name, model, force=force)

    def rollback(self, app: str, to: str | None = None, *, who: str) -> Move:
        """Go back at once: to another model, to an older revision, or to what was live before."""
        return self._mover(who).back(Ring(self.apps, self.config.tick), self.app(app).name, to)

    def _mover(self, who: str) -> Mover:
        us = self.log.last_us if self.log.live_from is None else max(self.clock.now_us(), self.log.last_us)
        return Mover(self.log, self.shelf, self.folder / LIVE, who, us)

    @cached_property
    def decider(self) -> Decider:
        """What answers live questions; it holds the folds that are level with the log."""
        return Decider(
            self.ring().of_one_answer, self.log, self.checkpoints, self.clock.now_us, lambda: secrets.token_hex(16)
        )

    def decide(self, app: str, *, id: str | None = None, **keys: Any) -> Decision:
        """Answer a question about the named keys; the decision is in the log when this returns."""
        return self.decider.decide(app, keys, id)

    def recommender(self, app: str = RECOMMEND, **given: Any) -> Recommender:
        """Return what answers in process which items come next; see `Recommender` for what may be given."""
        return recommender(self, app, **given)

    @cached_property
    def _profiles(self) -> Profiles:
        from evercart.profiles import profiles  # which knows shops

        return profiles(self)

    def profile(self, user: str) -> Profile:
        """Return what is known of a shopper now."""
        return self._profiles.of(user)

    def verify(self, told: Callable[[str, int, int], None] = _silent) -> Verified:
        """Compute each live decision again: from its feature offset, its revision it must be the same."""
        began_s = self.clock.cpu_s()
        found = verify(self.ring().of_one_answer, self.log, self.shelf, told)
        found.cpu_s = self.clock.cpu_s() - began_s
        return found

    def compact(self, told: Callable[[str, int, int], None] = _silent) -> Compacted:
        """Seal live rows; drop features of decisions that are learned, and lie before the oldest checkpoint."""
        paths = self.checkpoints.paths()
        return compact(self.apps, self.log, int(paths[0].stem) if paths else 0, told)

    def status(self) -> dict[str, Any]:
        """Return how far the log and the folds are, with the alarms of the last seven days of log time."""
        waiting = sum(self.quarantine.counts().values())
        learned = self.checkpoints.next_offset()
        return {
            "shop": self.config.name,
            "log": self.config.place(self.folder).shown,
            "events": self.log.next_offset,
            "last_us": self.log.last_us,
            "live": self.log.live_from is not None,
            "learned": learned,
            "quarantined": waiting,
            "alarms": [one.text for one in alarms(self.log)],
            "apps": [one.name for one in self.apps],
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
