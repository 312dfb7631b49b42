"""A move of what is live is the event that a replay obeys."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evercart.errors import UserError
from evercart.log import open_log
from evercart.publish.moves import PROMOTION, Current, Logged, Move, logged, obey, replay_moves, table

NAMES = st.sampled_from(["a1", "b2", "c3"])


def move(old: str, new: str, app: str = "spend", revision: str = "", at: int = -1) -> Move:
    return Move(app, old, new, "gate", "gate", 5, "it is better", revision, at)


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


def test_a_row_without_properties_is_a_move_too() -> None:
    told = {"offset": 3, "kind": PROMOTION, "event_us": 5, "app": "spend", "model": "b2", "current": "a1"}
    (one,) = logged([told | {"why": "force", "text": None, "properties": None}])
    assert one == Logged(3, Move("spend", "a1", "b2", "force", "force", 5))
    assert one.move.forced


def test_what_is_no_move_is_refused() -> None:
    for name in ("app", "to_model", "who"):
        said = {"app": "spend", "from_model": "a1", "to_model": "b2", "why": "gate", "who": "gate", "us": 5}
        with pytest.raises(UserError, match=rf"^move\.{name}: expected a text that is not empty, got ''$"):
            Move(**said | {name: ""})
    text = r"^move.why: expected one of the reasons first gate .* force settings, got 'forced' \(nearest: 'force'\)$"
    with pytest.raises(UserError, match=text):
        Move("spend", "a1", "b2", "forced", "me", 5)
    with pytest.raises(UserError, match=r"^move.to_model: expected a model other than the one that reigns, got 'a1'$"):
        move("a1", "a1")
    text = r"^move.revision_offset: expected an offset where a revision is named, else -1, got -1$"
    with pytest.raises(UserError, match=text):
        move("a1", "b2", revision="ab")


def test_an_event_that_is_no_move_is_named() -> None:
    row = {"offset": 9, **move("", "a1").row()}
    for broken in ({"properties": "{"}, {"properties": "[]"}, {"properties": '{"revision_offset": "x"}'}):
        text = "^promotion at offset 9: expected an event with app, model, current, why, text, properties, got "
        with pytest.raises(UserError, match=text):
            logged([row | broken])
