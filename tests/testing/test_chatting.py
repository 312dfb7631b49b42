"""The invented stream is the same each time; its labels come at once, later or never."""

import pyarrow.compute as pc

from evercart.events.kinds import number
from evercart.events.schema import SCHEMA
from evercart.testing.chatting import WORDS, chatting


def test_a_stream_is_what_was_asked_for():
    found = chatting(200, seed=3, untold=0.2)
    assert found.schema == SCHEMA
    assert found.equals(chatting(200, seed=3, untold=0.2))
    us = found["event_us"].to_pylist()
    assert us == sorted(us)
    messages = found.filter(pc.equal(found["kind"], number("message")))
    labelled = messages["label"].drop_null()
    assert len(messages) == 200
    assert 20 < len(labelled) < 100
    assert 0.1 < 1 - (found.num_rows - 200 + len(labelled)) / 200 < 0.3
    assert set(found["label"].drop_null().to_pylist()) == set(WORDS)
    assert labelled[0].as_py() == next(iter(WORDS))


def test_nobody_says_who_he_is():
    assert chatting(20, users=0)["user"].null_count == chatting(20, users=0).num_rows
