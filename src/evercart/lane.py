"""Lane: the stages of one app, in the order of the ring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple

from evercart.app import App
from evercart.asks.decided import Decided
from evercart.evaluate.business import Business, Measure
from evercart.evaluate.drift.watch import Watch
from evercart.evaluate.heads import COLUMNS as HEADS
from evercart.evaluate.heads import TERMS
from evercart.evaluate.label_race import LabelRace
from evercart.evaluate.list_race import ListRace
from evercart.evaluate.race import Race
from evercart.evaluate.report import Report
from evercart.fold import Fold, config_hash
from evercart.gate.evidence import Evidence
from evercart.gate.reign import Reign
from evercart.harden.fought import fought
from evercart.hashing import hash_name
from evercart.labels.pairs import Tick
from evercart.learners.frozen import Frozen
from evercart.learners.isolated import Isolated
from evercart.learners.learner import Learner
from evercart.publish.model import Model

CHAMPION: Final = "continual"  # the racer that an app declares: live until a move says otherwise
FROZEN: Final = "frozen"  # the control
BUSINESS: Final = "business"  # the stage that all lanes share, as they share the log


class Stage(NamedTuple):
    """A fold with the name under which its state, its output of this batch and its cost are kept."""

    name: str
    fold: Fold[Any, Any, Any]


class Early(NamedTuple):
    """A race over provisional labels, with the reign that reads it."""

    race: Stage
    gate: Stage


class Lane(NamedTuple):
    """The stages of one app.

    tables    what is known of a question; where an app ranks, its sources of candidates
    decided   puts what live decisions were answered from in the place of what is computed; None where an app ranks
    gate      who is live, with the evidence of settled labels; None in a replay that proves nothing
    early     the same from provisional labels, where the app has them
    business  what came of live decisions, by model; None like the gate
    watch     what drifts; None like the gate
    recall    what keeps answered questions; None where the app keeps none, else like the gate
    models    what each racer of the gate is at the beginning of the log
    key       of the log, under which names are hashed
    """

    app: App
    mend: tuple[Stage, ...]
    asks: Stage
    tables: tuple[Stage, ...]
    decided: Stage | None
    pairs: Stage
    racers: dict[str, Stage]
    race: Stage
    gate: Stage | None
    early: Early | None
    business: Stage | None
    watch: Stage | None
    recall: Stage | None
    report: Stage
    models: dict[str, Model]
    key: int

    @property
    def own(self) -> int:
        """Return the app's name as decisions hold it: hashed under the log's key."""
        fold = self.decided.fold if self.decided else None
        return fold.app if isinstance(fold, Decided) else 0

    @property
    def reign(self) -> Reign:
        """Return the fold that knows who is live."""
        fold = self.gate.fold if self.gate else None
        if not isinstance(fold, Reign):
            text = f"the lane of {self.app.name} has no gate"
            raise TypeError(text)
        return fold

    def live(self, states: Mapping[str, Any]) -> int:
        """Return the place of the racer that is live."""
        return int(states[self.gate.name].current[0]) if self.gate else 0

    def evidence(
        self, states: Mapping[str, Any], racer: str, *, behind: int | None = None, guess_us: float | None = None
    ) -> Evidence:
        """Return what is known about a challenger beside the live racer, by the ring's states."""
        state = states[self.gates[0].name]
        found = self.reign.evidence(state, racer, behind=behind, guess_us=guess_us)
        came = (self.earned(states, found.champion), self.earned(states, found.challenger))
        both = (self.reign.current(state), racer)
        champion, challenger = (fought(states[self.racers[one].name]) for one in both)
        return replace(found, business=came, attacked=(champion, challenger))

    def earned(self, states: Mapping[str, Any], line: str) -> tuple[Measure, ...]:
        """Return what came of a model's live decisions, nothing where it made none."""
        fold = self.business.fold if self.business else None
        return fold.measures(states[BUSINESS], hash_name(line, self.key)) if isinstance(fold, Business) else ()

    @property
    def gates(self) -> tuple[Stage, ...]:
        """Return the gate's stages: settled labels, then early ones where there are any."""
        return tuple(stage for stage in (self.gate, self.early.gate if self.early else None) if stage)

    @property
    def stages(self) -> Iterator[Stage]:
        """Hand out every stage, in order."""
        yield from (*self.mend, self.asks, *self.tables)
        yield from () if self.decided is None else (self.decided,)
        yield from (self.pairs, *self.racers.values(), self.race)
        yield from () if self.gate is None else (self.gate,)
        yield from self.early or ()
        yield from () if self.business is None else (self.business,)
        yield from () if self.watch is None else (self.watch,)
        yield from () if self.recall is None else (self.recall,)
        yield self.report


def lane_of(app: App, tick: Tick, frozen_us: int | None, gated: bool, key: int = 0) -> Lane:
    """Return an app's stages; equal folds fed alike have equal names, hence one state."""
    mend, path = [], ""
    for fold in app.mend:
        path = config_hash((path, fold))
        mend.append(Stage(f"mend {type(fold).__name__.lower()} {path}", fold))
    woven = config_hash((path, app.asks))
    racers = _racers(app, frozen_us, gated)
    models = _models(app, tick)
    race = _race(app, tuple(racers))
    slices = app.slices.names if app.slices else ("all",)
    return Lane(
        app=app,
        mend=tuple(mend),
        asks=Stage(f"asks {woven}", app.asks),
        tables=_tables(app, woven),
        decided=None if app.candidates else _decided(app, key),
        pairs=Stage(f"{app.name} pairs", app.labels(tick)),
        racers={name: Stage(f"{app.name} {name}", learner) for name, learner in racers.items()},
        race=Stage(f"{app.name} race", race),
        gate=Stage(f"{app.name} gate", _reign(app, models)) if gated else None,
        business=Stage(BUSINESS, Business.of(key)) if gated else None,
        watch=Stage(f"{app.name} watch", _watch(app, race.names)) if gated else None,
        recall=Stage(f"{app.name} precedents", app.precedents) if gated and app.precedents else None,
        early=_early(app, race, models) if gated and isinstance(race, Race) and app.provisional_s is not None else None,
        report=Stage(f"{app.name} report", Report(race.names, app.loss, slices=slices, time_zone=app.time_zone)),
        models=models,
        key=key,
    )


def _tables(app: App, woven: str) -> tuple[Stage, ...]:
    """Return the tables, which apps share; what is stepped in smaller parts is not shared."""
    if app.named:
        return tuple(Stage(f"{app.name} table {table.name}", table) for table in app.tables)
    if app.candidates:
        named = zip(app.candidates.source_names, app.candidates.sources, strict=True)
        return tuple(Stage(f"{app.name} {name}", source) for name, source in named)
    return tuple(Stage(f"table {table.name} {config_hash((woven, table))}", table) for table in app.tables)


def _decided(app: App, key: int) -> Stage:
    return Stage(f"{app.name} decided", Decided(hash_name(app.name, key), app.window_s + app.late_s))


def _race(app: App, racers: tuple[str, ...]) -> Race | ListRace | LabelRace:
    may_fall = tuple(name for name, _ in app.challengers)
    if app.named:
        return LabelRace(racers, may_fall)
    if app.candidates:
        return ListRace(racers, app.candidates.longest, app.candidates.k, may_fall)
    return Race(racers, app.slices, may_fall=may_fall)


def _watch(app: App, racers: tuple[str, ...]) -> Watch:
    """Return what looks for drift; of lists, of texts it sees the heads."""
    columns = HEADS if app.candidates else TERMS if app.named else app.columns
    return Watch(app.name, racers, columns, app.loss)


def _racers(app: App, frozen_us: int | None, gated: bool) -> dict[str, Learner[Any]]:
    """Return all that guess, by name; a challenger that fails must not stop the ring."""
    racers: dict[str, Learner[Any]] = {CHAMPION: app.champion}
    racers |= {name: Isolated(learner) if gated else learner for name, learner in app.challengers}
    return racers if frozen_us is None else {**racers, FROZEN: Frozen(app.champion, frozen_us)}


def _models(app: App, tick: Tick) -> dict[str, Model]:
    """Return what each racer of the gate is, by name: its learner with all that feeds it."""
    fed = {f"mend {place}": fold for place, fold in enumerate(app.mend)}
    fed |= {"asks": app.asks, "pairs": app.labels(tick), **{f"table {table.name}": table for table in app.tables}}
    if app.candidates:
        fed |= {f"source {at}": source for at, source in enumerate(app.candidates.sources)}
    racers = {CHAMPION: app.champion, **dict(app.challengers)}
    return {name: Model.of(app.name, name, learner, fed, app.columns) for name, learner in racers.items()}


def _reign(app: App, models: dict[str, Model]) -> Reign:
    slices = app.slices.names if app.slices else ("all",)
    lines = tuple(model.id for model in models.values())
    return Reign(tuple(models), lines, app.loss, app.window_s, app.clip, app.likely, slices=slices)


def _early(app: App, race: Race, models: dict[str, Model]) -> Early:
    first = Stage(f"{app.name} early race", replace(race, early=True))
    return Early(first, Stage(f"{app.name} early gate", _reign(app, models)))
