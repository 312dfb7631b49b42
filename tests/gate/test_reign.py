"""Who is live, what has been gathered against it since."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.losses import log_loss
from evercart.evaluate.scored import Scored
from evercart.fold import fingerprint
from evercart.gate.reign import Reign
from evercart.gate.trial import Trial
from evercart.testing.raced import Judged

A, B, C, D = (f"{number:016x}" for number in (10, 11, 12, 13))
REIGN = Reign(("a", "b", "c"), (A, B, C), log_loss, window_s=60, slices=("x", "y"))
MEASURED = 256


def judged(rows: int, racers: int = 3, seed: int = 2) -> Scored:
    return Judged(racers=racers, slices=2).draw(seed, rows, ())


def test_each_challenger_has_a_trial_of_its_own() -> None:
    batch = judged(900)
    state, live = REIGN.step(REIGN.start(), batch)
    assert live.tolist() == [0] * 900
    unit = log_loss.each(batch.y[:MEASURED], batch.guesses[:MEASURED, 0]).mean()
    late = batch.rows(slice(MEASURED, None))
    for place, racer in ((1, "b"), (2, "c")):
        trial = Trial(("current", "challenger"), log_loss, 2.0 * unit, 60, slices=("x", "y"))
        pair = dataclasses.replace(late, guesses=np.ascontiguousarray(late.guesses[:, [0, place]]))
        alone = trial.evidence(trial.step(trial.start(), pair)[0], "challenger")
        found = REIGN.evidence(state, racer, behind=3)
        assert found.log_money == pytest.approx(alone.log_money)
        assert found.whole == alone.whole
        assert (found.champion, found.challenger, found.behind) == (A, REIGN.lines[place], 3)


def test_cuts_move_no_bit() -> None:
    batch = judged(700)
    whole, _ = REIGN.step(REIGN.start(), batch)
    state = REIGN.start()
    for start in range(0, 700, 37):
        state, _ = REIGN.step(state, batch.rows(slice(start, min(start + 37, 700))))
    assert fingerprint(state) == fingerprint(whole)


def test_further_columns_are_controls() -> None:
    state, _ = REIGN.step(REIGN.start(), judged(400, racers=4))
    assert REIGN.evidence(state, "c").whole.questions == 400 - MEASURED


def test_a_new_reign_begins_with_nothing() -> None:
    state, _ = REIGN.step(REIGN.start(), judged(600))
    for racer in ("b", "c"):
        state = REIGN.enrol(state, racer, anew=False)
    assert REIGN.enrolled(state) == ["b", "c"]
    state = REIGN.crown(state, C, 77)
    assert (REIGN.current(state), int(state.since[0])) == ("c", 77)
    assert REIGN.enrolled(state) == ["b", "a"]  # who stepped down comes last
    assert REIGN.evidence(state, "b").whole.questions == 0
    batch = judged(600, seed=3)
    state, live = REIGN.step(state, batch)
    assert set(live) == {2}
    loss = log_loss.each(batch.y, batch.guesses[:, 2])[MEASURED:].mean()
    assert REIGN.evidence(state, "a").whole.champion == pytest.approx(loss)


def test_who_comes_later_starts_with_nothing() -> None:
    state, _ = REIGN.step(REIGN.start(), judged(600))
    state = REIGN.enrol(state, "b", anew=False)
    state = REIGN.enrol(state, None, anew=False)  # one that races no more
    state = REIGN.enrol(state, "c", anew=True)
    assert REIGN.evidence(state, "b").whole.questions == 600 - MEASURED
    assert REIGN.evidence(state, "c").whole.questions == 0
    assert [REIGN.evidence(state, racer).enrolled for racer in ("b", "c")] == [1, 3]


def test_the_first_event_only_names_who_is_live() -> None:
    state, _ = REIGN.step(REIGN.start(), judged(600))
    state = REIGN.crown(REIGN.enrol(state, "b", anew=False), A, 5)
    assert REIGN.evidence(state, "b").whole.questions == 600 - MEASURED
    assert (REIGN.enrolled(state), int(state.since[0]), int(state.live[0])) == (["b"], 5, int(A, 16))


def test_who_is_not_enrolled_is_not_judged() -> None:
    state = REIGN.enrol(REIGN.start(), "c", anew=False)
    assert REIGN.enrolled(state) == ["c"]
    assert REIGN.enrolled(REIGN.crown(state, C, 5)) == ["a"]


def test_a_line_that_starts_anew_is_another_model() -> None:
    state = REIGN.crown(REIGN.start(), D, 9, "a")
    assert REIGN.line(state, "a") == D
    assert REIGN.racer(state, D) == "a"
    assert REIGN.racer(state, A) is None
    assert REIGN.current(state) == "a"


def test_for_a_model_that_races_no_more_the_declared_champion_stands_in() -> None:
    state = REIGN.crown(REIGN.crown(REIGN.start(), C, 5), D, 9)
    assert REIGN.current(state) == "a"
    assert int(state.live[0]) == int(D, 16)


def test_silence_is_counted_without_spoiling_the_others() -> None:
    batch = judged(600)
    batch.guesses[500:, 1] = math.nan
    state, _ = REIGN.step(REIGN.start(), batch)
    assert state.silent.tolist() == [0, 100, 0]
    assert REIGN.evidence(state, "b").whole.questions == 500 - MEASURED
    assert REIGN.evidence(state, "b").silent == 100
    assert math.isfinite(REIGN.evidence(state, "c").log_money)


def test_a_silent_champion_proves_nothing() -> None:
    batch = judged(600)
    batch.guesses[300:, 0] = math.nan
    state, _ = REIGN.step(REIGN.start(), batch)
    assert REIGN.evidence(state, "b").whole.questions == 300 - MEASURED
    assert state.silent[0] == 300


def test_configuration_is_checked() -> None:
    with pytest.raises(UserError, match=r"^reign\.racers: expected names that differ, got \('a', 'a'\)$"):
        Reign(("a", "a"), (A, B), log_loss, window_s=60)
    with pytest.raises(UserError, match=r"^reign\.lines: expected 2 models, got \('000000000000000a',\)$"):
        Reign(("a", "b"), (A,), log_loss, window_s=60)
