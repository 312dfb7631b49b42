"""A move of what is live is the event that a replay obeys."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evercart.errors import UserError
from evercart.log import open_log
from evercart.publish.moves import PROMOTION, Current, Logged, Move, logged, obey, replay_moves, table

NAMES = st.sampled_from(["a1", "b2", "c3"])


def move(old: str, new: str, app: str = "spend", revision: str = "", at: int = -1) -> Move:
    return Move(app, old, new, "it is better", "gate", 5, False, revision, at)


@st.composite
def histories(draw: st.DrawFn) -> list[Logged]:
    """Return moves of two apps in the order of the log; some found another reigning than really did."""
    pairs = draw(st.lists(st.tuples(st.sampled_from(["spend", "buy"]), st.just("") | NAMES, NAMES), max_size=12))
    return [Logged(3 * i, move(old, new, app)) for i, (app, old, new) in enumerate(pairs) if old != new]


@given(histories(), st.integers(0, 12))
def test_a_replay_can_be_cut_anywhere(moves: list[Logged], cut: int) -> None:
    assert replay_moves(moves[cut:], replay_moves(moves[:cut])) == replay_moves(moves)


@given(histories())
def test_apps_do_not_meet(moves: list[Logged]) -> None:
    live = replay_moves(moves)
    for app in ("spend", "buy"):
        assert replay_moves([one for one in moves if one.move.app == app]).get(app) == live.get(app)


@given(histories())
def test_what_is_live_comes_of_an_unbroken_chain(moves: list[Logged]) -> None:
    reigns: dict[str, str] = {}
    for one in moves:
        if reigns.get(one.move.app, "") == one.move.from_model:
            reigns[one.move.app] = one.move.to_model
    assert {app: now.model for app, now in replay_moves(moves).items()} == reigns


@given(histories())
def test_a_move_that_was_passed_over_changes_nothing(moves: list[Logged]) -> None:
    obeyed, live = [], {}
    for one in moves:
        after = replay_moves([one], live)
        if after != live:
            obeyed.append(one)
        live = after
    assert replay_moves(obeyed) == live


@given(histories())
def test_rows_tell_the_same_moves(moves: list[Logged]) -> None:
    rows = [{"offset": one.offset, **one.move.row()} for one in moves]
    assert logged([{"kind": 2}, *rows]) == moves


def test_two_who_move_at_once_move_once() -> None:
    moves = [Logged(1, move("", "a1")), Logged(2, move("a1", "b2")), Logged(3, move("a1", "c3"))]
    assert replay_moves(moves) == {"spend": Current("spend", "b2", 2, "a1", "", None)}


def test_going_back_to_a_revision_tells_what_was_skipped() -> None:
    now = obey(obey(None, Logged(1, move("", "a1"))), Logged(90, move("a1", "b2", revision="ab", at=40)))
    assert now == Current("spend", "b2", 90, "a1", "ab", (40, 90))


def test_moves_go_through_a_log_once(tmp_path: Path) -> None:
    moves = [move("", "a1"), move("a1", "b2", revision="ab", at=3)]
    log = open_log(tmp_path / "log", 1)
    log.append(table(moves), 7)
    assert log.append(table(moves), 8).duplicates == 2
    stored = logged(log.names(0, log.next_offset).to_pylist())
    log.close()
    assert [one.move for one in stored] == moves
    assert replay_moves(stored)["spend"].model == "b2"


def test_what_is_no_move_is_refused() -> None:
    for name in ("app", "new", "reason", "who"):
        said = {"app": "spend", "new": "b2", "reason": "why", "who": "gate"} | {name: ""}
        with pytest.raises(UserError, match=r"^move\.\w+: expected a text that is not empty, got ''$"):
            Move(said["app"], "a1", said["new"], said["reason"], said["who"], 5)
    with pytest.raises(UserError, match=r"^move.to_model: expected a model other than the one that reigns, got 'a1'$"):
        move("a1", "a1")
    with pytest.raises(
        UserError, match=r"^move.revision_offset: expected an offset where a revision is named, else -1, got -1$"
    ):
        move("a1", "b2", revision="ab")


def test_an_event_that_is_no_move_is_named() -> None:
    row = {"offset": 9, **move("", "a1").row()}
    assert row["kind"] == PROMOTION
    for broken in ({"properties": "{"}, {"properties": json.dumps({"who": "x"})}, {"properties": None}):
        with pytest.raises(
            UserError, match=r"^promotion at offset 9: expected an event with app, ref, text, properties"
        ):
            logged([row | broken])
