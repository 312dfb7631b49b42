"""Streams for what recommends."""

from __future__ import annotations

import numpy as np

from evercart.testing.browsed import Browsed, Offered


def test_a_cut_keeps_each_list_beside_its_question() -> None:
    stream = Offered(each=2)
    whole = stream.draw(1, 60, ())
    woven, (question, item, x) = stream.rows(whole, 20, 50)
    assert (question == np.repeat(woven["number"][woven.asked], 2)).all()
    assert len(question) == len(item) == len(x) > 4


def test_scrambling_keeps_what_was_offered_up_to_a_row() -> None:
    stream = Offered()
    whole = stream.draw(2, 60, ())
    row = int(np.flatnonzero(whole[0].asked)[5])
    mixed = stream.scramble(whole, row, 9)
    assert (mixed[1][1][:18] == whole[1][1][:18]).all()
    assert not np.array_equal(mixed[1][2], whole[1][2])


def test_each_row_said_belongs_to_its_question() -> None:
    stream = Browsed()
    woven = stream.draw(3, 60, ())
    asked = np.flatnonzero(woven.asked)

    class Out:
        question = np.repeat(woven["number"][asked], 2)

    assert stream.said(woven, Out).tolist() == np.repeat(asked, 2).tolist()
