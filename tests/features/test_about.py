"""The kind that is asked about, as a slot."""

from __future__ import annotations

import pytest

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.features import Table
from evercart.features.about import About
from evercart.units import MISSING


def test_slots_are_places_among_the_kinds() -> None:
    table = Table("asked", (), (About(("view", "order")),))
    rows = Events.of(kind=[7] * 4, about=[2, 1, 3, MISSING], number=[0, 1, 2, 3])
    assert table.step(table.start(), rows)[1][:, 0].tolist() == [2, 1, 0, 0]
    assert table.reads == ("about",)


def test_mistakes_are_told() -> None:
    with pytest.raises(UserError, match=r"^about.kinds: expected at least one kind, got 'none'$"):
        About(())
    with pytest.raises(UserError, match=r"^kind: expected one of "):
        About(("nonsense",))
