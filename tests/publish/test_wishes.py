"""What a person wishes becomes a move that fits what is live."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from evercart.errors import UserError
from evercart.publish.model import Model, Origin
from evercart.publish.moves import Logged, Move
from evercart.publish.revision import Revision
from evercart.publish.shelf import Shelf
from evercart.publish.wishes import Wish, promotion, rollback

Line, Make = Callable[..., Model], Callable[..., Revision]
WISH = Wish("gate", "gate", 100, "it is better")


@pytest.fixture
def stocked(shelf: Shelf, line: Line, revision: Make) -> Shelf:
    """Return a shelf with two lines, the first of which is live."""
    for model in (line("continual", 0.5), line("fast", 0.25)):
        for offset in (5, 9):
            shelf.publish(model, revision(offset))
    shelf.obey([Logged(10, promotion(shelf, "spend", "continual", WISH))])
    return shelf


def test_promotion_names_who_reigned(stocked: Shelf, line: Line) -> None:
    move = promotion(stocked, "spend", "fast", WISH._replace(why="force"))
    assert move == Move("spend", line(rate=0.5).id, line(rate=0.25).id, "force", "gate", 100, "it is better")
    assert move.forced
    assert stocked.moves("spend")[0].move.from_model == ""


def test_rollback_without_a_name_goes_to_who_reigned_before(stocked: Shelf, line: Line) -> None:
    with pytest.raises(UserError, match=r"^rollback spend: expected a model that reigned before, got 'none'$"):
        rollback(stocked, "spend", None, WISH)
    stocked.obey([Logged(12, promotion(stocked, "spend", "fast", WISH))])
    stocked.obey([Logged(15, rollback(stocked, "spend", None, WISH))])
    now = stocked.current("spend")
    assert now is not None
    assert now.model == line(rate=0.5).id
    assert now.skipped is None


def test_rollback_to_a_model_is_a_promotion(stocked: Shelf) -> None:
    assert rollback(stocked, "spend", "fast", WISH) == promotion(stocked, "spend", "fast", WISH)


def test_rollback_to_a_revision_starts_a_line_anew(stocked: Shelf, line: Line) -> None:
    old = next(one for one in stocked.versions() if one.next_offset == 5 and one.model == line(rate=0.5).id)
    move = rollback(stocked, "spend", old.address[:10], WISH)
    anew = line(rate=0.5).anew(Origin(old.address, 100))
    assert (move.to_model, move.revision, move.revision_offset) == (anew.id, old.address, 5)
    stocked.obey([Logged(20, move)])
    now = stocked.current("spend")
    assert now is not None
    assert (now.model, now.skipped) == (anew.id, (5, 20))
    again = rollback(stocked, "spend", old.address, WISH._replace(us=200))
    assert again.to_model not in (anew.id, line(rate=0.5).id)
    assert again.from_model == anew.id


def test_what_cannot_be_is_refused(stocked: Shelf) -> None:
    with pytest.raises(
        UserError, match=r"^promote spend: expected a model other than the one that is live, got 'continual'$"
    ):
        promotion(stocked, "spend", "continual", WISH)
    with pytest.raises(UserError, match=r"got 'fsat' \(nearest: 'fast'\)$"):
        promotion(stocked, "spend", "fsat", WISH)
    with pytest.raises(UserError, match=r"^rollback other: expected an app in which a model is live, got 'none'$"):
        rollback(stocked, "other", None, WISH)
    address = stocked.versions()[0].address
    with pytest.raises(UserError, match=r"^rollback spend: expected a revision from before 3, got 9$"):
        rollback(stocked, "spend", address, WISH._replace(us=3))
