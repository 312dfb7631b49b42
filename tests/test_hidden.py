"""Names that no answer may be about."""

from __future__ import annotations

from evercart.erasures import Pending
from evercart.events.batch import Events
from evercart.hidden import Hidden


def test_a_name_is_hidden_until_its_last_erasure_is_finished() -> None:
    done: set[int] = set()
    hidden = Hidden(done.__contains__)
    for offset in (3, 9):
        hidden.add(Pending("user", f"{7:016x}", offset, 0, {}, 0))
    assert hidden.covers("user", 7)
    assert not hidden.covers("item", 7)
    done.add(3)
    hidden.look()
    assert hidden.covers("user", 7)
    done.add(9)
    hidden.look()
    assert not hidden.covers("user", 7)
    hidden.add(Pending("user", f"{7:016x}", 9, 0, {}, 0))
    assert not hidden.covers("user", 7)


def test_rows_that_name_something_hidden_are_left_out() -> None:
    hidden = Hidden(lambda offset: False)
    events = Events.of(kind=[1] * 4, user=[7, 8, 9, 0], item=[1, 2, 3, 4], session=[1] * 4, place=[0] * 4)
    assert hidden.left(events)["item"].tolist() == [1, 2, 3, 4]
    hidden.add(Pending("user", f"{7:016x}", 1, 0, {}, 0))
    hidden.add(Pending("item", f"{3:016x}", 2, 0, {}, 0))
    hidden.add(Pending("moon", f"{2:016x}", 3, 0, {}, 0))
    assert hidden.left(events)["item"].tolist() == [2, 4]
    assert hidden.columns == ("user", "item")
