"""Live: the weights that answer, as the learner publishes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from evercart.deciding import Weights
from evercart.errors import UserError, expected, loudly
from evercart.fold import fingerprint, unpack
from evercart.lane import Lane
from evercart.learners.isolated import Isolated
from evercart.loop import Ring
from evercart.publish.published import Published, Reader
from evercart.publish.shelf import Shelf
from evercart.serve.answering.forms import Forms


class Fresh(NamedTuple):
    """Weights that were published since the last look; learned up to an offset of the log."""

    app: str
    weights: Weights
    next_offset: int


class Live:
    """Looks for publications of a shop's apps; used by one thread.

    ring      of the shop
    folder    of the live weights
    shelf     which knows the lines that began at an older revision
    told      called with what is wrong with a publication; the one before goes on answering
    forms     which knows the exports that answer in the place of nets
    """

    def __init__(
        self,
        ring: Ring,
        folder: Path,
        shelf: Shelf,
        told: Callable[[str], None] = loudly,
        forms: Forms | None = None,
    ) -> None:
        self._shelf, self._told, self._forms = shelf, told, forms
        self._lanes = {lane.app.name: lane for lane in ring.lanes()}
        self._readers = {name: Reader(folder, name, told) for name in self._lanes}
        self._seen: dict[str, Published] = {}
        self.strange = False  # whether the last look found weights of a model that does not race here

    def look(self) -> list[Fresh]:
        """Return what was published, or exported, since the last look, ready to answer."""
        found: list[Fresh] = []
        self.strange = False
        for app, reader in self._readers.items():
            newest = reader.newest()
            again = newest is self._seen.get(app) and not (self._forms and self._forms.moved(app))
            if newest is None or again:
                continue
            self._seen[app] = newest
            try:
                weights = self._weights(self._lanes[app], newest)
                found.append(Fresh(app, self._forms.of(app, weights) if self._forms else weights, newest.next_offset))
            except UserError as error:
                self.strange = True
                self._told(f"{error}; going on with what was published before")
        return found

    def _weights(self, lane: Lane, one: Published) -> Weights:
        fold = learner_of(lane, one.model, self._shelf)
        state = unpack(fold.start(), one.flat)
        return Weights(fold, state, one.model, fingerprint(state))


def learner_of(lane: Lane, model: str, shelf: Shelf) -> Any:
    """Return the learner of a model that races; raises `UserError` where none does."""
    named = {one.id: racer for racer, one in lane.models.items()}
    racer = named.get(model)
    if racer is None:  # a line that began at an older revision
        line = next((one for one in shelf.models(lane.app.name) if one.id == model), None)
        racer = named.get(replace(line, origin=None).id) if line else None
    if racer is None:
        rule = "the weights of a model that races: " + " ".join(lane.models)
        raise UserError(expected(f"live weights of {lane.app.name}", rule, model))
    fold = lane.racers[racer].fold
    return fold.learner if isinstance(fold, Isolated) else fold
