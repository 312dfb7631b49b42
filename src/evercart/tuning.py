"""Tuning: which settings of an app's racer are tried, as `[tune.APP]` of the settings says.

rate, decay    of the steps of a net
memory         bytes of old rows that a net replays; 0 replays none
depth          how much of a pretrained network learns: head, last, lora, full
any other      the path of a setting through a learner's fields, as in `grid`
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final, Self

from evercart.app import App
from evercart.errors import UserError, expected, require, unknown
from evercart.fold import describe
from evercart.learners.deep.adapted import Adapted
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.depths import Full, Last, OnlyHead
from evercart.learners.deep.lora import Lora
from evercart.learners.deep.within import changed, exchanged, net_within
from evercart.learners.grid import grid
from evercart.learners.judged import Loss
from evercart.learners.learner import Learner
from evercart.learners.tuned import Tuned
from evercart.remember.exemplars import Exemplars
from evercart.remember.memories import Reservoir
from evercart.remember.remembering import Remembering
from evercart.remember.replay import Replay

NAME: Final = "tuned"  # the challenger
CHAMPION: Final = "continual"
DEPTHS: Final[dict[str, Any]] = {"head": OnlyHead(), "last": Last(2), "lora": Lora(), "full": Full()}
_DEPTH_COSTS: Final = {"OnlyHead": 1.0, "Last": 1.5, "Lora": 2.5, "Full": 3.0}  # a guide: back as far as it learns
_LOSSES: Final[dict[str, Loss]] = {"log_loss": "logistic", "squared": "squared"}
_MOST: Final = 64  # candidates
_OF_NETS: Final = ("rate", "decay", "memory", "depth")


@dataclass(frozen=True)
class Tuning:
    """Settings to race.

    of        the racer whose settings they are; None: the first challenger with a net inside, else the champion
    cpu       the budget: work of so many such racers at most
    first     judged questions of the first round
    values    by setting; every combination races, beside the racer as it is
    """

    of: str | None = None
    cpu: float = 2.0
    first: int = 4096
    values: tuple[tuple[str, tuple[Any, ...]], ...] = ()

    @classmethod
    def read(cls, where: str, said: Mapping[str, Any]) -> Self:
        """Return what a table of the settings says; `where` is what an error names."""
        own = {"of": (str, "text"), "cpu": ((int, float), "a number"), "first": (int, "an integer")}
        for name, value in said.items():
            wanted, plain = own.get(name, (list, "a list of values"))
            right = isinstance(value, wanted) and not isinstance(value, bool) and value != []  # type: ignore[arg-type]
            require(right, f"{where}.{name}", plain, value)
        values = tuple((name, tuple(each)) for name, each in said.items() if name not in own)
        require(len(values) > 0, where, "at least one list of values, such as rate = [0.001, 0.01]", "none")
        return cls(values=values, **{name: said[name] for name in own if name in said})


def tuned(app: App, tuning: Tuning) -> App:
    """Return the app with one more challenger, which answers as the leader of the race."""
    where = f"tune {app.name}"
    app.one_answer("tune")
    if app.loss.name not in _LOSSES:
        raise UserError(expected(where, "an app whose loss is log_loss or squared", app.loss.name))
    name, racer = racer_of(app, tuning.of)
    settings = [dict(zip(dict(tuning.values), one, strict=True)) for one in product(*dict(tuning.values).values())]
    require(len(settings) <= _MOST, where, f"at most {_MOST} combinations", len(settings))
    found = {describe(racer): (name, racer)}
    for one in settings:
        learner = with_settings(where, racer, one)
        found.setdefault(describe(learner), (told(one), learner))
    require(len(found) > 1, where, f"values that differ from those of {name}", tuning.values)
    names, learners = zip(*found.values(), strict=True)
    costs = tuple(_cost(learner) / _cost(racer) for learner in learners)
    race = Tuned(learners, names, costs, tuning.cpu, _LOSSES[app.loss.name], tuning.first)
    return replace(app, challengers=(*app.challengers, (NAME, race)))


def racer_of(app: App, name: str | None) -> tuple[str, Learner[Any]]:
    """Return a racer of the app; without a name the first challenger with a net inside, else the champion."""
    racers = {CHAMPION: app.champion, **dict(app.challengers)}
    if name is None:
        name = next((one for one, learner in app.challengers if net_within(learner) is not None), CHAMPION)
    if name not in racers:
        raise UserError(unknown(f"tune {app.name}: of", "racers", racers, name))
    return name, racers[name]


def with_settings(where: str, learner: Learner[Any], settings: Mapping[str, Any]) -> Learner[Any]:
    """Return a learner with other settings."""
    for name, value in settings.items():
        if name in _OF_NETS:
            require(net_within(learner) is not None, f"{where}: {name}", "a racer with a net inside", learner)
            learner = _with(where, learner, name, value)
        else:
            (learner,) = grid(learner, **{name: (value,)})
    return learner


def _with(where: str, learner: Any, name: str, value: Any) -> Learner[Any]:
    if name == "memory":
        memory = Exemplars(value, Reservoir()) if value else None
        found: Learner[Any] = exchanged(
            learner, lambda deep: Remembering(deep, Replay(memory, _draws(deep))) if memory else deep
        )
        return found
    if name == "depth":
        require(value in DEPTHS, f"{where}: depth", "one of " + " ".join(DEPTHS), value)

    def change(deep: Deep) -> Deep:
        if name != "depth":
            (other,) = grid(deep, **{f"steps.{name}": (value,)})
            return other
        if not isinstance(deep.network, Adapted):
            rule = "a net with a pretrained network inside"
            raise UserError(expected(f"{where}: depth", rule, type(deep.network).__name__))
        return replace(deep, network=replace(deep.network, depth=DEPTHS[value]))

    other: Learner[Any] = changed(learner, change)
    return other


def _draws(deep: Deep) -> int:
    """Return the old rows beside each lesson: half as many as it has."""
    return max(deep.batch // 2, 1)


def _cost(learner: Any) -> float:
    """Return what a label costs, as a guide: old rows beside it, how far back the network learns."""
    if isinstance(learner, Deep):
        depth = learner.network.depth if isinstance(learner.network, Adapted) else None
        return _DEPTH_COSTS.get(type(depth).__name__, 1.0)
    if isinstance(learner, Remembering):
        draws = getattr(learner.cure, "draws", 0)
        return _cost(learner.deep) * (1 + draws / learner.deep.batch)
    return _cost(learner.learner) if net_within(learner) is not None else 1.0


def told(settings: Mapping[str, Any]) -> str:
    """Return settings as a person reads them.

    >>> told({"rate": 0.01, "memory": 65536})
    'rate 0.01, memory 65536'
    """
    return ", ".join(f"{name} {value}" for name, value in settings.items())
