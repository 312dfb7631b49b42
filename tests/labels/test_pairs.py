"""Pairs against a slow oracle, on streams with ties, late rows, idle stretches."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evercart.errors import UserError
from evercart.events.batch import Events
from evercart.fold import fingerprint, pack, unpack
from evercart.labels.answers import Answer, total, yes
from evercart.labels.pairs import Pairs, Tick
from evercart.labels.turns import ABANDONED, ASKED, CORRECTION, HINT, SETTLED, Turns
from evercart.units import MISSING, SECOND_US

WINDOW, LATE, HINT_AFTER = 20, 8, 6  # seconds
ORDER, DECISION, HEARTBEAT = 2, 7, 11


def woven_stream(draw) -> Events:
    rows = draw(st.integers(1, 60))
    gaps = st.sampled_from([0, 0, 0, 1, 2, HINT_AFTER, LATE, WINDOW - 1, WINDOW, WINDOW + 1, WINDOW + LATE + 1, 90])
    now = np.cumsum([draw(gaps) for _ in range(rows)]) * SECOND_US
    back = [draw(st.sampled_from([0, 0, 0, 0, 1, 3, LATE, WINDOW, WINDOW + LATE, -5])) for _ in range(rows)]
    asked = np.array([draw(st.booleans()) for _ in range(rows)])
    live = draw(st.integers(0, 4 * rows))
    kind = np.where(asked, DECISION, [draw(st.sampled_from([ORDER, ORDER, 1, 0])) for _ in range(rows)])
    if live < rows:
        kind[live] = HEARTBEAT
        asked[live] = False
    return Events.of(
        kind=kind,
        logged_us=now,
        event_us=now - np.array(back) * SECOND_US,
        user=[draw(st.integers(0, 3)) for _ in range(rows)],
        amount=[draw(st.sampled_from([0, 5, 7, MISSING])) for _ in range(rows)],
        live=np.where(np.arange(rows) == live, 1, MISSING),
        number=np.where(asked, np.cumsum(asked) - 1, -1),
    )


def features(woven: Events) -> np.ndarray:
    asked = woven.asked
    return np.stack([woven["number"][asked], woven["user"][asked]], axis=1).astype(np.float32)


def oracle(pairs: Pairs, woven: Events) -> list[tuple]:
    """Every turn as (row, what, number, y, was, weight), found by looking at all questions at every row."""
    answer, window, late = pairs.answers[0], WINDOW * SECOND_US, int(pairs.late_s * SECOND_US)
    is_total = not answer.at_once
    hint = None if pairs.provisional_s is None else int(pairs.provisional_s * SECOND_US)
    weight = pairs.provisional_weight
    questions: list[dict] = []
    turns: list[tuple] = []

    def label(q):
        return min(q["sum"] * answer.scale, answer.most)

    def settle(row, q, y):
        if q["hinted"]:
            if y:
                turns.append((row, HINT, q["number"], y, None, weight))
            turns.append((row, SETTLED, q["number"], y, None, 1 - weight))
        else:
            turns.append((row, SETTLED, q["number"], y, None, 1.0))

    for row in range(len(woven)):
        now = int(woven.logged_us[row])
        if woven["live"][row] == 1:
            turns.extend((row, ABANDONED, q["number"], None, None, 0.0) for q in questions if not q["done"])
            questions = []
        for q in questions:
            if not q["done"] and q["asked"] + window < now:
                settle(row, q, label(q) if is_total else 0)
                q["done"], q["label"] = True, label(q) if is_total else 0
        for q in questions:
            if hint is not None and not q["done"] and not q["hinted"] and q["asked"] + hint < now:
                turns.append((row, HINT, q["number"], 0, None, weight))
                q["hinted"] = True
        questions = [q for q in questions if q["asked"] + window + late >= now]
        if woven["number"][row] >= 0:
            number, key = int(woven["number"][row]), int(woven["user"][row])
            questions.append(
                {"number": number, "key": key, "asked": now, "done": False, "hinted": False, "sum": 0, "label": None}
            )
            turns.append((row, ASKED, number, None, None, 1.0))
            if key == 0:
                turns.append((row, ABANDONED, number, None, None, 0.0))
                questions.pop()
        elif woven.kind[row] == ORDER and woven["user"][row] != 0:
            happened, amount = min(int(woven.event_us[row]), now), int(woven["amount"][row])
            if not answer.column:
                amount = 1
            if is_total and amount == MISSING:
                continue
            for q in questions:
                if q["key"] != woven["user"][row] or not q["asked"] < happened <= q["asked"] + window:
                    continue
                if is_total and not q["done"]:
                    q["sum"] += amount
                elif is_total:
                    was = label(q)
                    q["sum"] += amount
                    if label(q) != was:
                        turns.append((row, CORRECTION, q["number"], label(q), was, 1.0))
                elif not is_total and not q["done"]:
                    settle(row, q, 1)
                    q["done"], q["label"] = True, 1
                elif not is_total and q["label"] == 0:
                    turns.append((row, CORRECTION, q["number"], 1, 0, 1.0))
                    q["label"] = 1
    return turns


def as_rows(turns: Turns, woven: Events) -> Counter:
    def number(value):
        return None if np.isnan(value) else float(value)

    place = {int(o): i for i, o in enumerate(woven.offset)}
    return Counter(
        (
            place[int(turns.offset[i])],
            int(turns.what[i]),
            int(turns.number[i]),
            number(turns.y[i]),
            None if turns.what[i] == HINT else number(turns.was[i]),
            float(turns.weight[i]),
        )
        for i in range(len(turns))
    )


FOLDS = [
    Pairs((yes("order"),), WINDOW, width=2),
    Pairs((yes("order"),), WINDOW, LATE, HINT_AFTER, 0.25, width=2),
    Pairs((total("order", "amount"),), WINDOW, LATE, width=2),
    Pairs((total("order", "amount", scale=0.5, most=5.0),), WINDOW, LATE, width=2),
    Pairs((yes("order", at_once=False),), WINDOW, LATE, width=2),
]


@pytest.mark.parametrize("pairs", FOLDS, ids=["yes", "hinted", "total", "capped", "at the close"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_equals_the_oracle_however_the_log_is_cut(pairs: Pairs, data) -> None:
    woven = woven_stream(data.draw)
    x = features(woven)
    state, whole = pairs.step(pairs.start(), (woven, x))
    assert as_rows(whole, woven) == Counter(oracle(pairs, woven))
    assert (whole.x[:, 0] == whole.number).all()
    assert (whole.x[:, 1] == whole.key).all()

    cut = data.draw(st.integers(0, len(woven)))
    seen = int(np.count_nonzero(woven["number"][:cut] >= 0))
    half, first = pairs.step(pairs.start(), (woven.rows(slice(0, cut)), x[:seen]))
    half = unpack(pairs.start(), pack(half))
    end, second = pairs.step(half, (woven.rows(slice(cut, None)), x[seen:]))
    both = Turns.concat([first, second])
    assert fingerprint(end) == fingerprint(state)
    for name in ("what", "tick", "offset", "number", "y", "was", "weight", "key", "x"):
        np.testing.assert_array_equal(getattr(both, name), getattr(whole, name))


def test_a_question_about_nobody_is_not_answered_no() -> None:
    pairs = FOLDS[0]
    woven = Events.of(
        kind=[DECISION, DECISION, 1],
        logged_us=np.array([0, 0, 1000]) * SECOND_US,
        user=[0, 1, 1],
        live=[MISSING] * 3,
        number=[0, 1, -1],
    )
    state, turns = pairs.step(pairs.start(), (woven, np.zeros((2, 2), np.float32)))
    assert list(zip(turns.number, turns.what, strict=True)) == [(0, ASKED), (0, ABANDONED), (1, ASKED), (1, SETTLED)]
    assert (pairs.counts(state)["nobody"], pairs.counts(state)["abandoned"], state.held) == (1, 0, 0)


def test_a_drained_book_is_empty_again() -> None:
    pairs = FOLDS[1]
    woven = Events.of(
        kind=[DECISION, ORDER, 1],
        logged_us=np.array([0, 1, 1000]) * SECOND_US,
        user=[1, 1, 1],
        amount=[0, 0, 0],
        live=[MISSING] * 3,
        number=[0, -1, -1],
    )
    state, _ = pairs.step(pairs.start(), (woven, np.zeros((1, 2), np.float32)))
    assert state.held == 0
    assert state.keys.size == 0


def test_counts_name_what_became_of_the_questions() -> None:
    pairs = FOLDS[2]
    woven = Events.of(
        kind=[DECISION, ORDER, 1, ORDER],
        logged_us=np.array([0, 1, 22, 23]) * SECOND_US,
        event_us=np.array([0, 1, 22, 2]) * SECOND_US,
        user=[1, 1, 1, 1],
        amount=[0, 5, 0, 7],
        live=[MISSING] * 4,
        number=[0, -1, -1, -1],
    )
    state, turns = pairs.step(pairs.start(), (woven, np.zeros((1, 2), np.float32)))
    assert turns.y[1:].tolist() == [5.0, 12.0]
    assert turns.was[2] == 5.0
    counted = pairs.counts(state)
    assert (counted["asked"], counted["settled"], counted["corrected"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("make", "text"),
    [
        (lambda: Pairs((), 1), "pairs.answers: expected at least one, got ()"),
        (lambda: Pairs((yes("order"),), 0), "pairs.window_s: expected more than 0, at most a century, got 0"),
        (lambda: Pairs((yes("order"),), 1e99), "pairs.window_s: expected more than 0, at most a century, got 1e+99"),
        (lambda: Pairs((yes("order"),), 5, provisional_s=9), "pairs.provisional_s: expected within the window, got 9"),
        (lambda: Tick(us=0), "tick.us: expected more than 0, got 0"),
        (lambda: Answer("order", "amount"), "answer.by: expected a hashed column, got 'amount'"),
    ],
)
def test_bad_configurations(make, text: str) -> None:
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        make()
