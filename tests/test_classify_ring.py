"""Messages go round the ring like any questions: same laws, same gate, same report, same erasure."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evercart import loop
from evercart.apps.classify import classify
from evercart.backtest import Backtest
from evercart.clock import Clock
from evercart.config import create
from evercart.erasing import erase
from evercart.errors import UserError
from evercart.evaluate.label_race import Judged
from evercart.events.batch import Events
from evercart.events.schema import table_of as table
from evercart.explaining import explain
from evercart.fold import fingerprint_packed
from evercart.gate.rules import EnoughLabels
from evercart.loop import Ring, Stopwatch
from evercart.shop import Shop
from evercart.testing.anew import learned_anew
from evercart.testing.chatting import START_US, chatting, message, told
from evercart.units import DAY_US, HOUR_S, SECOND_US

APP = classify("ngrams", features=64, window_s=4 * HOUR_S)
END_US = START_US + 40 * DAY_US
MESSAGES = chatting(600)


def opened(folder: Path, now_us: int = END_US) -> Shop:
    return Shop.open(folder, given=(APP,), clock=Clock(now_us=lambda: now_us, cpu_s=lambda: 0.0))


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop that has learned in three turns, each with a checkpoint."""
    folder = tmp_path_factory.mktemp("shops") / "learned"
    create(folder, "shop")
    third = MESSAGES.num_rows // 3
    for turn, (first, last) in enumerate(pairwise((0, third, 2 * third, MESSAGES.num_rows))):
        with opened(folder) as shop:
            part = MESSAGES.slice(first, last - first)
            shop.log.import_history(f"part {turn}", lambda skip, part=part: iter([part.slice(skip)]))
            shop.run()
    return folder


@pytest.fixture
def shop(learned: Path, tmp_path: Path) -> Iterator[Shop]:
    shutil.copytree(learned, tmp_path / "shop")
    with opened(tmp_path / "shop") as shop:
        yield shop


def walked(shop: Shop, cuts: list[int]) -> tuple[Judged, str]:
    """Return what is judged, the states at the end, of a log read in parts, resumed between them."""
    ring = Ring((APP,), frozen_us=0, key=shop.log.key)
    rows = Events.concat(list(ring.read(shop.log)))
    states, found = ring.start(), []
    ticks = loop.tick_of(rows.logged_us, rows.offset, ring.tick.us, ring.tick.events)
    starts = np.append(np.flatnonzero(np.diff(ticks, prepend=-1)), len(rows))
    edges = np.unique(starts[np.searchsorted(starts, [0, *cuts, len(rows)])])
    for first, last in pairwise(edges.tolist()):
        states = ring.unpack(ring.pack(states))
        scored = ring.step(states, rows.rows(slice(first, last)), Stopwatch(lambda: 0.0))["classify"].scored
        assert isinstance(scored, Judged)
        found.append(scored)
    return Judged.concat(found), fingerprint_packed(ring.pack(states))


@pytest.fixture(scope="module")
def at_once(learned: Path) -> tuple[Judged, str]:
    """What is judged, the states at the end, of a log read in one go."""
    with opened(learned) as shop:
        return walked(shop, [])


def test_resumed_anywhere_cut_anyhow_it_says_the_same(
    shop: Shop, at_once: tuple[Judged, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, state = at_once
    assert len(whole) > 300
    cut, same = walked(shop, [100, 101, 400])
    assert (cut.guesses.tobytes(), same) == (whole.guesses.tobytes(), state)
    monkeypatch.setattr(loop, "_LARGE", 7)
    cut, same = walked(shop, [500])
    assert (cut.guesses.tobytes(), same) == (whole.guesses.tobytes(), state)


def test_what_is_not_known_yet_changes_nothing_that_was_said(shop: Shop) -> None:
    ring = Ring((APP,), frozen_us=START_US + 2 * DAY_US, key=shop.log.key)
    rows = Events.concat(list(ring.read(shop.log)))
    half = len(rows) // 2
    states, mixed = ring.start(), np.random.default_rng(1).permutation(np.arange(half, len(rows)))
    other = Events(
        {
            name: column if name in ("offset", "logged_us") else np.append(column[:half], column[mixed])
            for name, column in rows.columns.items()
        }
    )
    one, two = (
        ring.step(each, batch, Stopwatch(lambda: 0.0))["classify"].scored
        for each, batch in ((states, rows), (ring.start(), other))
    )
    both = one.us[: min(len(one), len(two))] < rows.logged_us[half]
    early = int(np.flatnonzero(both)[-1]) // 2  # later ones may be told otherwise
    assert early > 60
    np.testing.assert_array_equal(one.number[:early], two.number[:early])
    np.testing.assert_array_equal(one.guesses[:early], two.guesses[:early])


def test_what_is_learned_tells_later_messages_apart(at_once: tuple[Judged, str]) -> None:
    found, _ = at_once
    later = found.rows(slice(len(found) // 2, None))
    learning, centres, frozen = later.right.mean(axis=0)
    assert learning > 0.8 > frozen
    assert centres > 0.8
    assert (found.y == 1).all()
    assert 4 <= found.new.sum() < 20
    assert (np.log(later.guesses[:, 0]).mean()) > np.log(later.guesses[:, 2]).mean()


def test_a_turn_of_the_shop_is_the_ring_at_once(shop: Shop, tmp_path: Path) -> None:
    assert learned_anew(shop, tmp_path / "again", opened) == shop.fingerprint()


def test_the_gate_judges_whom_it_is_told_of(shop: Shop) -> None:
    ring = shop.ring()
    found = shop.checkpoints.last(ring)
    assert found is not None
    lane: Any = ring.lanes()[0]
    evidence = lane.evidence(found[0], "centres", behind=0, guess_us=1.0)
    assert evidence.whole.questions > 200
    assert EnoughLabels(200)(evidence) is None
    assert np.isfinite(evidence.log_money)
    assert {one.model for one in shop.versions("classify")} == {model.id for model in lane.models.values()}
    current = shop.current("classify")
    assert current is not None
    assert current.model == lane.models["continual"].id


def test_backtest_and_report(shop: Shop) -> None:
    done = shop.backtest("classify")
    assert isinstance(done, Backtest)
    said = done.summary()
    assert done.report.racers == ("continual", "centres", "commonest", "frozen")
    assert said["continual"]["log_loss"] < said["commonest"]["log_loss"]
    assert said["continual"]["accuracy"] > 0.8 > said["commonest"]["accuracy"]
    assert said["commonest"]["difference"]["mean"] > 0
    assert 0 <= said["continual"]["false_alarms"] < 0.3
    page = shop.report().read_text()
    assert "classify" in page
    assert "Calibration" not in page
    (again,) = shop.results().backtests  # as it was kept
    assert json.dumps(again.summary()) == json.dumps(said)  # NaN equals itself as text


def test_a_log_without_labels_says_what_is_lacking(tmp_path: Path) -> None:
    create(tmp_path / "new", "shop")
    rows = [message(f"m{at}", START_US + at * HOUR_S * SECOND_US, "hello") for at in range(30)]
    with opened(tmp_path / "new") as shop:
        shop.log.import_history("m", lambda skip: iter([table(rows).slice(skip)]))
        shop.run()
        assert shop.fingerprint()
        with pytest.raises(UserError) as caught:
            shop.backtest("classify")
        got = str(caught.value)
        rule = "message events told a label, none before them waited for still"
        assert got == f"app classify: expected {rule}, got '29 asked, 0 of them told a label'"
        rule = "an app whose answer is a number"
        with pytest.raises(UserError) as caught:
            shop.compare("classify")
        assert str(caught.value) == f"compare classify: expected {rule}, got 'one that names labels'"


def test_who_is_erased_was_never_there(shop: Shop, tmp_path: Path) -> None:
    known = shop.fingerprint()["folds"]
    done = erase(shop, "user", "u7")
    assert sum(done.rows.values()) > 10  # messages, with the outcomes that answer them
    found = shop.fingerprint()["folds"]
    assert found["classify continual"] != known["classify continual"]
    assert learned_anew(shop, tmp_path / "other", opened)["folds"] == found


def test_a_decision_is_learned_by_the_label_that_its_message_is_told(shop: Shop) -> None:
    shop.log.append(table([message("closing", END_US, "hello")]), END_US)
    shop.run()
    before = _counts(shop)
    made = shop.decide("classify", text="parcel late please", id="mine")
    assert made.named is not None
    assert (made.named.label, made.named.unknown) == ("delivery", False)
    assert made.guess == made.named.likely[0][1] > 0.4
    us = END_US + SECOND_US
    rows = [message("m-new", us, "parcel late please", ref="mine"), told("o-new", us, "m-new", "delivery")]
    shop.log.append(table(rows), us)
    shop.log.append(table([message("after", us, "hello")]), us + 10 * SECOND_US)
    shop.run()
    after = _counts(shop)
    asked, settled = (after[name] - before[name] for name in ("asked", "settled"))
    assert (asked, settled) == (2, 1)  # that message is not asked about again, the one before it is
    with pytest.raises(UserError) as caught:
        explain(shop, "mine")
    assert str(caught.value) == "explain mine: expected a decision that is a number or a list, got 'a label'"
    verified = shop.verify()
    assert (verified.agreed, verified.differing) == (1, [])


def _counts(shop: Shop) -> dict[str, int]:
    ring = shop.ring()
    found = shop.checkpoints.last(ring)
    assert found is not None
    named: Any = ring.lanes()[0].pairs.fold
    counts: dict[str, int] = named.counts(found[0]["classify pairs"])
    return counts


@pytest.mark.parametrize("text", ["a" * 999_999, "Привет 你好 hello مرحبا 🛒", " ", "\x00", "never seen of the kind"])
def test_any_text_is_answered(shop: Shop, text: str) -> None:
    named = shop.decide("classify", text=text).named
    assert named is not None
    assert named.label in {"refund", "delivery", "card", "size"}
    assert sum(share for _, share in named.likely) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("keys", "text"),
    [
        ({}, "decide classify.text: expected a text, got 'none'"),
        ({"text": ""}, "decide classify.text: expected a text, got ''"),
        ({"text": 5}, "decide classify.text: expected a text, got 5"),
        ({"text": "a" * 1_000_001}, "decide classify.text: expected at most 1,000,000 bytes, got '1,000,001'"),
        ({"text": "a", "user": 5}, "decide classify.user: expected a name, got 5"),
    ],
)
def test_what_is_no_question_says_why(shop: Shop, keys: dict[str, Any], text: str) -> None:
    with pytest.raises(UserError) as caught:
        shop.decide("classify", **keys)
    assert str(caught.value) == text


def test_a_label_is_no_part_of_a_question(shop: Shop) -> None:
    with pytest.raises(
        UserError, match="decide classify: expected one of the keys text user session item place, got 'label'"
    ):
        shop.decide("classify", text="a", label="refund")


def test_the_app_may_stand_beside_others(learned: Path, tmp_path: Path) -> None:
    shutil.copytree(learned, tmp_path / "both")
    from evercart.apps import app

    given = (replace(APP, name="topics"), app("spend"))
    with Shop.open(tmp_path / "both", given=given) as both:
        both.run(replay=True)
        assert {name.split()[0] for name in both.fingerprint()["folds"]} >= {"topics", "spend"}
