"""Who was live on which day decides what was lost."""

from __future__ import annotations

import json
import math

import numpy as np

from evercart.testing.rehearsed import rehearsed
from evercart.units import DAY_US


def test_a_move_counts_from_the_next_day_on() -> None:
    live = rehearsed("sabotage").live()
    np.testing.assert_array_equal(np.flatnonzero(live == 1), np.arange(15, 25))
    np.testing.assert_array_equal(np.flatnonzero(rehearsed().live() == 1), np.arange(25, 40))


def test_phases_are_cut_by_the_change_with_its_answer() -> None:
    calm, until, after = rehearsed().phases()
    assert [phase.name for phase in (calm, until, after)] == ["calm", "until promoted", "after it was promoted"]
    assert [phase.questions for phase in (calm, until, after)] == [20, 10, 30]
    assert calm.losses == {"live": 1, "continual": 1, "other": 1, "frozen": 16}
    assert until.losses == {"live": 9, "continual": 9, "other": 4, "frozen": 16}
    assert after.losses == {"live": 4, "continual": 9, "other": 4, "frozen": 16}
    back = rehearsed("sabotage").phases()[1:]
    assert [(phase.name, phase.losses["live"]) for phase in back] == [
        ("until taken back", 9),
        ("after it was taken back", 4),
    ]


def test_without_an_answer_there_is_one_phase_less() -> None:
    found = rehearsed(answered=False)
    assert found.decisive is None
    assert found.answered_us == found.plan.end_us
    assert [phase.name for phase in found.phases()] == ["calm", "after the change"]


def test_what_was_saved_is_held_against_the_declared_champion() -> None:
    found = rehearsed()
    assert found.saved(found.answered_us, found.plan.end_us) == (30 * 5, 100 * 5 / 9)
    assert found.saved(found.plan.begin_us, found.plan.change_us) == (0, 0)
    assert rehearsed("sabotage").saved(20 * DAY_US, 25 * DAY_US) == (-50, -125)
    assert math.isnan(found.saved(0, 1)[1])


def test_the_summary_is_plain_json() -> None:
    for what in ("drift", "sabotage"):
        said = json.loads(json.dumps(rehearsed(what).summary(), allow_nan=False))
        assert said["decisive"]["why"] == {"drift": "gate", "sabotage": "turned"}[what]
        assert said["questions"] == 60
        assert len(said["verdicts"]) == 3
