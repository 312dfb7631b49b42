"""Costs: how long each racer takes over a guess."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from evercart.fold import clone
from evercart.labels.turns import ASKED, Turns
from evercart.learners.frozen import one_tick
from evercart.learners.learner import Learner
from evercart.loop import Ring, Said
from evercart.publish.shelf import Shelf
from evercart.units import SECOND_US

_LEAST, _MOST = 256, 4096  # questions that are put once more


class Costs:
    """Microseconds of CPU a guess, by stage; what is not measured yet is as the shelf last knew it.

    cpu_s    the clock to measure by

    Few questions at once cost more each: they are put once there are enough, the newest of them.
    """

    def __init__(self, ring: Ring, shelf: Shelf, cpu_s: Callable[[], float]) -> None:
        self._lanes, self._cpu_s = ring.lanes(), cpu_s
        self._asked = dict[str, list[Turns]]()
        self.known = dict[str, float]()
        for lane in self._lanes:
            stages = {model.id: lane.racers[racer].name for racer, model in lane.models.items()}
            for version in reversed(shelf.versions(lane.app.name)):
                if version.model in stages and "guess_us" in version.scores:
                    self.known[stages[version.model]] = version.scores["guess_us"]

    def add(self, said: Mapping[str, Said]) -> None:
        """Keep the newest questions."""
        for name, one in said.items():
            asked = np.flatnonzero(one.turns.what == ASKED)
            if len(asked):
                kept = self._asked.setdefault(name, [])
                kept.append(one.turns.rows(asked[-_MOST:]))
                while sum(map(len, kept[1:])) >= _MOST:
                    kept.pop(0)

    def measured(self, states: Mapping[str, Any]) -> dict[str, float]:
        """Put the newest questions to copies of all racers; return what is known then."""
        for lane in self._lanes:
            kept = self._asked.get(lane.app.name)
            known = all(lane.racers[racer].name in self.known for racer in lane.models)
            if not kept or (known and sum(map(len, kept)) < _LEAST):
                continue
            asked = Turns.concat(self._asked.pop(lane.app.name))
            asked = asked.rows(slice(-_MOST, None))
            for racer in lane.models:
                stage = lane.racers[racer]
                self.known[stage.name] = guess_us(stage.fold, states[stage.name], asked, self._cpu_s)
        return self.known


def guess_us(learner: Learner[Any], state: Any, asked: Turns, cpu_s: Callable[[], float]) -> float:
    """Return the microseconds that a learner takes over each of some questions; its state stays as it is."""
    spent, batch = 0.0, one_tick(asked)
    for _ in range(2):  # the first time may compile
        copy = clone(state)
        began = cpu_s()
        learner.step(copy, batch)
        spent = cpu_s() - began
    return spent / len(asked) * SECOND_US
