"""A message is asked about just after it came, by a name that its label can be told by."""

import numpy as np
import pytest

from evercart.asks.messages import Messages
from evercart.errors import UserError
from evercart.events.batch import Events

MESSAGE, DECISION = 20, 7


def test_a_question_knows_the_text_the_label_and_by_what_it_is_answered():
    asks = Messages()
    events = Events.of(
        kind=[2, MESSAGE], id=[5, 6], ref=[0, 9], user=[1, 2], label=[0, 44], text=["", "where is it"], offset=[3, 4]
    )
    _, woven = asks.step(asks.start(), events)
    assert woven["number"].tolist() == [-1, -1, 0]
    assert woven["text"].tolist() == ["", "where is it", "where is it"]
    assert (woven["ref"][2], woven["label"][2], woven["user"][2], woven["id"][2]) == (6, 44, 2, 0)
    assert woven["decided"].tolist() == [0, 0, 9]
    assert woven.offset.tolist() == [3, 4, 4]


def test_numbers_go_on_and_a_decision_is_a_question_where_it_stands():
    asks = Messages()
    events = Events.of(kind=[MESSAGE, DECISION, MESSAGE], id=[5, 6, 7], ref=np.zeros(3))
    state, woven = asks.step(asks.start(), events)
    assert woven["number"].tolist() == [-1, 0, 1, -1, 2]
    assert asks.step(state, events)[1]["number"].tolist() == [-1, 3, 4, -1, 5]


def test_a_kind_that_is_none():
    with pytest.raises(UserError, match="kind: expected one of view order"):
        Messages("letter")
