"""What is asked, what is said."""

from __future__ import annotations

import msgspec

from evercart.serve.answering.question import Said
from evercart.serve.wire import Listed, Shown


def test_only_the_mark_itself_is_changed_when_it_is_confirmed() -> None:
    named = '"confirmed":false'
    said = Said.of(Listed(named, named, [Shown(named, 0.5, 1, 1.0)], named, "", 1.0, 3, False), {})
    before, after = (msgspec.json.decode(one, type=Listed) for one in (said.json, said.confirmed()))
    assert (before.confirmed, after.confirmed) == (False, True)
    after.confirmed = False
    assert after == before
