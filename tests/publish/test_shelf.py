"""Revisions stand on the shelf by their content, with where they came from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable

import numpy as np
import pytest

from evercart.durable import WRITING
from evercart.errors import UserError
from evercart.fold import fingerprint_packed
from evercart.publish.model import Model, Origin
from evercart.publish.moves import Logged, Move
from evercart.publish.revision import Revision
from evercart.publish.shelf import Shelf

Line, Make = Callable[..., Model], Callable[..., Revision]


def test_a_revision_comes_back_as_it_was(shelf: Shelf, line: Line, revision: Make) -> None:
    one = shelf.publish(line(), revision(5))
    saved = shelf.load(one.address)
    assert fingerprint_packed(saved.flat) == fingerprint_packed(revision(5).flat) == one.fingerprint
    assert saved.next_offset == one.next_offset == 5
    assert Model.from_json(saved.about["model"]) == line()
    body = shelf.path(one.address).read_bytes()
    assert hashlib.sha256(body).hexdigest() == one.address
    assert len(body) == one.size
    assert shelf.versions("spend") == [one]
    assert shelf.versions("other") == []


def test_the_address_is_of_the_content_alone(shelf: Shelf, line: Line, revision: Make, tmp_path) -> None:
    made = revision(5)
    turned = Revision(dict(reversed(made.flat.items())), made.next_offset, made.us, made.scores)
    with Shelf(tmp_path / "other") as other:
        assert other.publish(line(), turned).address == shelf.publish(line(), made).address


def test_lineage_runs_from_parent_to_child(shelf: Shelf, line: Line, revision: Make) -> None:
    first, second = (shelf.publish(line(), revision(offset)) for offset in (5, 9))
    other = shelf.publish(line("fast", 0.1), revision(9))
    assert (first.parent, second.parent, other.parent) == ("", first.address, "")
    assert [one.skipped for one in (first, second, other)] == [None] * 3
    assert {one.address for one in shelf.versions()[:2]} == {second.address, other.address}
    assert shelf.versions()[2] == first


def test_the_same_again_changes_nothing(shelf: Shelf, line: Line, revision: Make) -> None:
    first = shelf.publish(line(), revision(5))
    shelf.publish(line(), revision(9))
    assert shelf.publish(line(), revision(5)) == first
    assert len(shelf.versions()) == 2


def test_another_state_at_the_same_offset_is_refused(shelf: Shelf, line: Line, revision: Make) -> None:
    one = shelf.publish(line(), revision(5))
    text = f"model {line().id} at offset 5: expected a state with fingerprint {one.fingerprint}, got "
    with pytest.raises(UserError, match=f"^{re.escape(text)}"):
        shelf.publish(line(), revision(5, weight=2.0))


def test_a_line_that_starts_anew_tells_its_parent_with_what_it_skipped(
    shelf: Shelf, line: Line, revision: Make
) -> None:
    good = shelf.publish(line(), revision(5))
    shelf.publish(line(), revision(20, np.nan))
    anew = line().anew(Origin(good.address, 30))
    with pytest.raises(UserError, match=rf"^model {anew.id}: expected the move that began it, got 'none'$"):
        shelf.publish(anew, revision(26))
    move = Move("spend", line().id, anew.id, "person", "me", 30, "poisoned", good.address, 5)
    shelf.obey([Logged(1, Move("spend", "", line().id, "first", "evercart", 0)), Logged(25, move)])
    assert shelf.models("spend") == [line(), anew]
    one = shelf.publish(anew, revision(26))
    assert (one.parent, one.skipped) == (good.address, (5, 25))
    assert shelf.publish(anew, revision(28)).parent == one.address
    now = shelf.current("spend")
    assert now is not None
    assert (now.model, now.skipped) == (anew.id, (5, 25))


def test_current_is_what_the_moves_say(shelf: Shelf, line: Line) -> None:
    assert shelf.current("spend") is None
    moves = [
        Logged(1, Move("spend", "", "a1", "first", "evercart", 0)),
        Logged(7, Move("spend", "a1", "b2", "gate", "gate", 0)),
    ]
    shelf.obey(reversed(moves))
    shelf.obey(moves)
    assert shelf.moves() == moves
    now = shelf.current("spend")
    assert now is not None
    assert (now.model, now.previous) == ("b2", "a1")


def test_a_move_to_a_line_that_its_revision_does_not_make_is_refused(shelf: Shelf, line: Line, revision: Make) -> None:
    good = shelf.publish(line(), revision(5))
    anew = line().anew(Origin(good.address, 30))
    wrong = Move("spend", line().id, "ffff", "person", "me", 30, "poisoned", good.address, 5)
    with pytest.raises(UserError, match=rf"^promotion at offset 25: expected the model {anew.id}, got 'ffff'$"):
        shelf.obey([Logged(25, wrong)])
    assert shelf.moves() == []


def test_an_altered_bit_is_found_with_the_name_of_its_file(shelf: Shelf, line: Line, revision: Make) -> None:
    good, bad = (shelf.publish(line(), revision(offset)) for offset in (5, 9))
    path = shelf.path(bad.address)
    whole = path.read_bytes()
    for place in (3, len(whole) // 2, len(whole) - 1):
        body = bytearray(whole)
        body[place] ^= 1
        path.write_bytes(bytes(body))
        found = hashlib.sha256(body).hexdigest()
        assert shelf.verify() == [f"{path}: expected contents with SHA-256 {bad.address}, got '{found}'"]
        with pytest.raises(UserError, match=r"expected contents with SHA-256 [0-9a-f]{64}, got '[0-9a-f]{64}'$"):
            shelf.load(bad.address)
    shelf.drop(bad.address)
    assert shelf.verify() == []
    assert shelf.versions() == [good]


def test_files_that_are_missing_or_too_many_are_found(shelf: Shelf, line: Line, revision: Make) -> None:
    one = shelf.publish(line(), revision(5))
    shelf.publish(line(), revision(9))
    shelf.path(one.address).unlink()
    stray, torn = shelf.path("ab" * 32), shelf.path("cd" * 32 + WRITING)
    stray.write_bytes(b"")
    torn.write_bytes(b"")
    assert shelf.verify() == [
        f"{shelf.path(one.address)}: expected a file of the shelf, got 'none'",
        f"{stray}: expected a file that the index names, got 'one too many'",
        f"{torn}: expected a file that the index names, got 'one too many'",
    ]
    shelf.drop(one.address)
    assert shelf.verify() == []


def test_pruning_keeps_the_newest_with_one_a_day_with_what_moves_name(shelf: Shelf, line: Line, revision: Make) -> None:
    made = [shelf.publish(line(), revision(10 * day + hour, day=day)) for day in range(3) for hour in (1, 2, 3)]
    move = Move(
        "spend", line().id, line().anew(Origin(made[0].address, 9)).id, "person", "me", 9, "bad", made[0].address, 1
    )
    shelf.obey([Logged(40, move)])
    gone = shelf.prune(keep=2)
    assert {one.next_offset for one in gone} == {2, 11, 12, 21}
    assert {one.next_offset for one in shelf.versions()} == {1, 3, 13, 22, 23}
    assert shelf.verify() == []
    assert len(shelf.prune(keep=2, one_a_day=False)) == 2
    assert [one.next_offset for one in shelf.versions()] == [23, 22, 1]
    assert len(list(shelf.folder.glob("*.safetensors"))) == 3


def test_what_lies_beyond_an_offset_can_be_dropped(shelf: Shelf, line: Line, revision: Make) -> None:
    kept, gone = (shelf.publish(line(), revision(offset)) for offset in (5, 9))
    assert shelf.drop_after(5) == [gone]
    assert shelf.versions() == [kept]
    assert shelf.verify() == []
    shelf.publish(line(), revision(9, weight=7.0))  # an erasure made another state of it


def test_two_versions_are_compared_by_what_a_person_types(shelf: Shelf, line: Line, revision: Make) -> None:
    one = shelf.publish(line("continual", 0.5), revision(5, loss=0.5))
    other = shelf.publish(line("fast", 0.25), revision(5, 4.0, loss=0.25))
    found = shelf.diff(one.address[:8], "fast")
    assert (found.a, found.b) == (one.address, other.address)
    assert found.parameters == {"learner.optimizer.rate": ("0.5", "0.25")}
    assert found.scores == {"loss": (0.5, 0.25)}
    assert found.norms["memory"].apart == 3.0
    with pytest.raises(UserError, match=r"got 'fats' \(nearest: 'fast'\)$"):
        shelf.diff("continual", "fats")


def test_a_file_that_cannot_be_written_leaves_no_row(shelf: Shelf, line: Line, revision: Make, monkeypatch) -> None:
    def full(scratch):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("evercart.durable.opened", full)
    with pytest.raises(UserError, match=r"expected room on the disk, got 'No space left on device'$"):
        shelf.publish(line(), revision(5))
    assert shelf.versions() == []
    assert shelf.models() == []
    assert shelf.verify() == []
