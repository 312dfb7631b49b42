"""What came of a decision is what the app's own fold says, however far the log goes."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from evercart.apps import app as app_of
from evercart.events.schema import table_of as rows
from evercart.log import Log, open_log
from evercart.serve.looking.came import Came, came_of
from evercart.serve.looking.finding import the_one
from evercart.units import DAY_US, SECOND_US

DAY_0 = 1_800_000_000_000_000
BACK, SPEND = app_of("repurchase"), app_of("spend")
CLICK = app_of("recommend", {"task": "next click"})


@pytest.fixture
def log(tmp_path: Path):
    made = open_log(tmp_path / "log", key=1)
    yield made
    made.close()


def write(log: Log, after_us: int, **said) -> None:
    us = DAY_0 + after_us
    log.append(rows([{"event_us": us, **said}]), us)


def decide(log: Log, app: str = "repurchase", **said) -> None:
    write(log, 0, id="d", kind=7, app=app, model="m", revision="r", chance=1.0, feature_offset=0, **said)


def order(log: Log, after_us: int, user: str = "u1", **said) -> None:
    write(log, after_us, id=f"o{after_us}-{user}", kind=2, user=user, item="i1", quantity=1000, amount=450, **said)


def came(log: Log, app=BACK) -> Came:
    return came_of(log, the_one(log, "d"), app)


def test_nothing_yet_is_open_silence_is_a_no(log: Log) -> None:
    decide(log, user="u1")
    found = came(log)
    assert (found.rows, found.label, found.open, found.closes_us) == ((), 0.0, True, DAY_0 + 7 * DAY_US)
    log.heartbeat(DAY_0 + 8 * DAY_US)
    assert not came(log).open and came(log).label == 0.0


def test_an_order_within_the_window_is_the_answer(log: Log) -> None:
    decide(log, user="u1")
    order(log, DAY_US, user="u2")
    order(log, 7 * DAY_US)
    order(log, 7 * DAY_US + 1)
    found = came(log)
    assert found.label == 1.0 and not found.open
    assert [(one.kind, one.answers, one.names) for one in found.rows] == [
        ("order", True, False),
        ("order", False, False),
    ]
    assert came(log, SPEND).label == 4.5


def test_what_names_it_is_shown_too(log: Log) -> None:
    decide(log, user="u1")
    order(log, DAY_US, user="u9", ref="d")
    write(log, DAY_US, id="f", kind=9, ref="d", verdict="good", text="<b>thanks</b>")
    found = came(log)
    assert [(one.kind, one.names, one.answers) for one in found.rows] == [
        ("order", True, False),
        ("feedback", True, False),
    ]
    assert found.label == 0.0 and found.rows[1].row["text"] == "<b>thanks</b>"


def test_of_a_list_the_place_of_what_was_taken_counts(log: Log) -> None:
    shown = {"shown": [{"item": name, "place": at} for at, name in enumerate(("i1", "i2", "i3"), 1)]}
    decide(log, "recommend", session="s1", properties=json.dumps(shown))
    assert math.isnan(came(log, CLICK).label)
    write(log, SECOND_US, id="v", kind=1, session="s1", item="i3")
    write(log, SECOND_US, id="w", kind=1, session="s2", item="i1")
    found = came(log, CLICK)
    assert [(one.kind, one.place, one.answers) for one in found.rows] == [("view", 3, True)]
    assert found.label == pytest.approx(1 / math.log2(4))


def test_without_its_app_only_what_names_it_is_known(log: Log) -> None:
    decide(log, user="u1")
    order(log, SECOND_US)
    order(log, 2 * SECOND_US, user="u3", ref="d")
    found = came(log, None)
    assert [one.row["user"] for one in found.rows] == ["u3"]
    assert math.isnan(found.label) and found.closes_us == 0


def test_a_question_about_nobody_has_no_label(log: Log) -> None:
    decide(log)
    order(log, SECOND_US)
    assert math.isnan(came(log).label)


def test_many_rows_are_counted_some_are_shown(log: Log) -> None:
    decide(log, user="u1")
    for at in range(60):
        order(log, SECOND_US + at)
    found = came(log)
    assert (len(found.rows), found.more, found.cut) == (50, 10, False)
    assert came(log, SPEND).label == 60 * 4.5
