"""An app that ranks goes round the ring like any other: same laws, same gate, same report."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any, cast

import numpy as np
import pytest

from evercart import loop
from evercart.app import App
from evercart.apps.recommend import app_of, recommend
from evercart.evaluate.scored import Scored
from evercart.events.batch import Events
from evercart.fold import fingerprint_packed
from evercart.gate.judge import judge
from evercart.labels.outcomes import Gains
from evercart.labels.pairs import Tick
from evercart.learners.lambda_rank import LambdaRank
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.ranker import Ranker
from evercart.loop import Ring, Stopwatch
from evercart.testing.shop import SimulatedShop

TICK = Tick(events=64)


def small(task: str) -> App:
    made = recommend(task)
    parts = made.candidates
    assert parts
    by = "session" if task == "next click" else "user"
    parts = replace(parts, sources=(Browsing(parts.kind, by, most=4096, newest=8, offered=12, hops=4),))
    slow = Ranker(parts.columns, hidden=4, rate=0.001)
    return replace(made, candidates=parts, champion=Ranker(parts.columns, hidden=4), challengers=(("slow", slow),))


def treed(task: str) -> App:
    """Return an app whose challenger grows trees after few lists."""
    parts = small(task).candidates
    assert parts
    made = app_of(parts, challenger="lambda-rank")
    ((name, learner),) = made.challengers
    few = replace(cast(LambdaRank, learner), every=100, memory=300, most=40, leaves=8)
    return replace(made, challengers=((name, few),))


def events(ring: Ring, rows: int = 3000) -> Events:
    shop = SimulatedShop(seed=3, shoppers=120, items=60, days=60)
    return Events.concat(list(shop.stream(rows, 1 << 12, columns=ring.reads)))


def walked(ring: Ring, rows: Events, cuts: list[int]) -> tuple[Scored, str]:
    ticks = loop.tick_of(rows.logged_us, rows.offset, TICK.us, TICK.events)
    starts = np.append(np.flatnonzero(np.diff(ticks, prepend=-1)), len(rows))
    edges = np.unique(starts[np.searchsorted(starts, [0, *cuts, len(rows)])])
    states, scored = ring.start(), []
    for first, last in pairwise(edges.tolist()):
        states = ring.unpack(ring.pack(states))
        scored.append(ring.step(states, rows.rows(slice(first, last)), Stopwatch(lambda: 0.0))["recommend"].scored)
    return Scored.concat(scored), fingerprint_packed(ring.pack(states))


@pytest.mark.parametrize("task", ["next click", "next basket"])
def test_resumed_anywhere_cut_anyhow_it_says_the_same(task: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ring = Ring((small(task),), TICK, frozen_us=0)
    rows = events(ring)
    scored, state = walked(ring, rows, [])
    assert len(scored) > 200
    again, same = walked(ring, rows, [300, 700, 701, 2000])
    assert (again.guesses.tobytes(), same) == (scored.guesses.tobytes(), state)
    monkeypatch.setattr(loop, "_LARGE", 7)
    again, same = walked(ring, rows, [1500])
    assert (again.guesses.tobytes(), same) == (scored.guesses.tobytes(), state)


@pytest.mark.parametrize("task", ["next click", "next basket"])
def test_who_learns_ranks_better_than_who_does_not(task: str) -> None:
    ring = Ring((small(task),), TICK, frozen_us=0)
    scored, _ = walked(ring, events(ring, 12_000), [])
    learning, slow, frozen = scored.guesses[len(scored) // 2 :].mean(axis=0)
    assert learning > slow > 0
    assert learning > frozen
    assert (scored.y == 1).all()


def test_what_is_not_known_yet_changes_no_list() -> None:
    ring = Ring((small("next click"),), TICK)
    rows = events(ring, 1200)
    half = walked(ring, rows.rows(slice(0, 600)), [])[0]
    whole = walked(ring, rows, [])[0]
    known = np.searchsorted(whole.number, half.number)
    assert whole.guesses[known].tobytes() == half.guesses.tobytes()


def test_its_gate_has_evidence_of_each_challenger() -> None:
    app = small("next click")
    ring = Ring((app,), TICK)
    lane: Any = ring.lanes()[0]
    states = ring.start()
    ring.step(states, events(ring, 6000), Stopwatch(lambda: 0.0))
    found = lane.reign.evidence(states[lane.gate.name], "slow")
    assert found.counted > 100
    assert list(lane.models) == ["continual", "slow"]


@pytest.mark.parametrize("task", ["next click", "next basket"])
def test_trees_may_challenge_the_ranker(task: str) -> None:
    pytest.importorskip("lightgbm")
    ring = Ring((treed(task),), TICK)
    lane: Any = ring.lanes()[0]
    rows = events(ring, 9000)
    assert walked(ring, rows, [2000, 2500])[1] == walked(ring, rows, [])[1]
    states = ring.start()
    ring.step(states, rows, Stopwatch(lambda: 0.0))
    assert states[lane.racers["lambda-rank"].name].learner.trees[0] >= 20
    assert states[lane.racers["lambda-rank"].name].fallen[0] == -1
    evidence = lane.reign.evidence(states[lane.gate.name], "lambda-rank")
    verdict = judge(lane.app.gate, evidence)
    assert verdict.evidence.counted > 100
    assert verdict.promote == (not verdict.objections)


@pytest.mark.parametrize("task", ["next click", "next basket"])
def test_a_net_of_several_outcomes_may_challenge_the_ranker(task: str) -> None:
    pytest.importorskip("torch")
    parts = small(task).candidates
    assert parts
    further = tuple(kind for kind in ("view", "cart", "order") if kind != parts.kind)
    app = app_of(replace(parts, further=further), deep=True)
    ring = Ring((app,), TICK)
    lane: Any = ring.lanes()[0]
    rows = events(ring, 4000)
    scored, state = walked(ring, rows, [])
    assert walked(ring, rows, [1500, 1700])[1] == state
    assert walked(Ring((app_of(parts),), TICK), rows, [])[0].guesses[:, 0].tobytes() == scored.guesses[:, 0].tobytes()
    states = ring.start()
    ring.step(states, rows, Stopwatch(lambda: 0.0))
    held = states[lane.racers["deep"].name]
    assert held.fallen[0] == -1
    assert held.learner.net.counts.learned[0] > 20
    assert judge(lane.app.gate, lane.reign.evidence(states[lane.gate.name], "deep")).evidence.counted > 100


def test_answers_of_several_kinds_go_round() -> None:
    plain = small("next click")
    parts = plain.candidates
    assert parts
    gains = Gains((("view", 0.1), ("order", 1.0)), value="amount", usual=3000)
    parts = replace(parts, gains=gains, answers_by="user")
    app = replace(plain, candidates=parts, asks=parts.asks)
    ring = Ring((app,), TICK, frozen_us=0)
    rows = events(ring)
    scored, state = walked(ring, rows, [])
    again, same = walked(ring, rows, [300, 2000])
    assert (again.guesses.tobytes(), same) == (scored.guesses.tobytes(), state)
    unread = walked(ring, rows.rows(rows.kind != 2), [])[0]
    assert len(scored) > len(unread)  # an order is an answer, too
