"""Publishing: the ring's racers onto the shelf, the one that is live out to who answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from evercart.fold import Packed, pack
from evercart.lane import Lane
from evercart.learners.isolated import own
from evercart.loop import Ring
from evercart.publish.guard import Offer, objections
from evercart.publish.model import Model
from evercart.publish.published import Published, Publisher
from evercart.publish.revision import Revision
from evercart.publish.shelf import Shelf
from evercart.units import SECOND_US

FOLDER: Final = "live"  # of a shop: the weights that answer
KEEP: Final = 20  # revisions of a model, beside one a day
EVERY_US: Final = SECOND_US // 2  # so that a tick that closes each second is never too early for its turn


@dataclass
class Publishing:
    """Publishes for one process that learns.

    folder    of the live weights
    told      called with what a guard has against a revision; the one before goes on answering

    published_us    when each app was published last, UTC microseconds
    """

    ring: Ring
    shelf: Shelf
    folder: Path
    now_us: Callable[[], int]
    told: Callable[[str], None]
    published_us: dict[str, int] = field(default_factory=dict)
    _publishers: dict[str, Publisher] = field(default_factory=dict)
    _said: set[str] = field(default_factory=set)

    def shelve(self, states: Mapping[str, Any], at: int, us: int, scores: Mapping[str, Mapping[str, float]]) -> None:
        """Put every racer that stands on the shelf as it is at an offset, durably; let old revisions go.

        us        log time of the last row before the offset
        scores    by stage
        """
        for lane in self.ring.lanes():
            for racer in lane.models:
                stage = lane.racers[racer].name
                state = own(states[stage])
                if state is not None:
                    revision = Revision(pack(state), at, us, scores.get(stage, {}))
                    self.shelf.publish(self._model(lane, states, racer), revision)
        self.shelf.prune(KEEP)

    def live(self, states: Mapping[str, Any], at: int, guess_us: Mapping[str, float | None]) -> bool:
        """Publish what is live of each app, if it is due, unless a guard objects; return whether all was due."""
        now_us, all_due = self.now_us(), True
        for lane in self.ring.lanes():
            publisher = self._publisher(lane.app.name)
            racer = lane.reign.current(states[lane.gates[0].name])
            line, stage = lane.reign.line(states[lane.gates[0].name], racer), lane.racers[racer].name
            state = own(states[stage])
            if state is None:
                continue
            if not publisher.due(line, now_us):
                all_due = False
            else:
                flat = pack(state)
                if self._guarded(lane, flat, at, guess_us.get(stage)) and publisher.publish(
                    Published(line, at, flat), now_us
                ):
                    self.published_us[lane.app.name] = now_us
        return all_due

    def _publisher(self, app: str) -> Publisher:
        if app not in self._publishers:
            self._publishers[app] = Publisher(self.folder, app, EVERY_US)
        return self._publishers[app]

    def _guarded(self, lane: Lane, flat: Packed, at: int, guess_us: float | None) -> bool:
        wrong = objections(lane.app.guards, Offer(Revision(flat, at, 0), guess_us or 0.0))
        for text in wrong:
            if text not in self._said:
                self._said.add(text)
                self.told(f"{lane.app.name}: {text}; what was published before goes on answering")
        return not wrong

    def _model(self, lane: Lane, states: Mapping[str, Any], racer: str) -> Model:
        line, model = lane.reign.line(states[lane.gates[0].name], racer), lane.models[racer]
        return model if line == model.id else self.shelf.model(line, lane.app.name)
