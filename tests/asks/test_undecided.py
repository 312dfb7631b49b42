"""Live decisions of other apps are no questions of one that ranks."""

from __future__ import annotations

import time

import numpy as np
import pytest

from evercart.apps.recommend import recommend
from evercart.asks.undecided import Nothing, Undecided
from evercart.events.batch import Events
from evercart.events.kinds import TOMBSTONE
from evercart.events.kinds import number as kind_number
from evercart.fold import fingerprint
from evercart.loop import Ring, Stopwatch
from evercart.units import SECOND_US

ROWS = 240


def log(ring: Ring, kind: str, live: bool) -> Events:
    """Return clicks, orders with a row between any two that is a decision, or blank."""
    rng = np.random.default_rng(2)
    kinds, ids = np.full(ROWS, kind_number(kind)), np.zeros(ROWS, np.uint64)
    kinds[1::3] = kind_number("decision") if live else TOMBSTONE
    ids[1::3] = 99 + np.arange(len(ids[1::3])) if live else 0
    us, session = np.arange(ROWS) * SECOND_US // 3, np.arange(ROWS) // 9 + 1
    keys = {"session": session, "user": session % 5 + 1, "item": rng.integers(1, 7, ROWS)}
    given = {"kind": kinds, "logged_us": us, "id": ids, "app": ids // 99, **keys}
    return Events.of(**{name: np.zeros(ROWS) for name in ring.reads} | given)


@pytest.mark.parametrize(("task", "kind"), [("next click", "view"), ("next basket", "order")])
def test_decisions_of_other_apps_are_not_ranked(task: str, kind: str) -> None:
    ring, seen = Ring((recommend(task),)), []
    for live in (False, True):
        states = ring.start()
        ring.step(states, log(ring, kind, live), Stopwatch(time.process_time))
        seen.append({name: fingerprint(state) for name, state in states.items()})
    assert seen[0] == seen[1]


def test_a_batch_without_any_is_not_copied() -> None:
    rows = Events.of(kind=[1, 2])
    assert Undecided().step(Nothing(), rows)[1] is rows
