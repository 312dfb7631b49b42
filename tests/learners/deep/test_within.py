"""The net inside wrappers is found, exchanged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evercart.features.columns import Column
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.within import changed, exchanged, net_within
from evercart.learners.frozen import Frozen
from evercart.learners.mean import Mean
from evercart.learners.mixture import Mixture
from evercart.learners.scaled import Scaled
from evercart.remember.remembering import Remembering
from evercart.remember.replay import Replay

torch = pytest.importorskip("torch")

COLUMNS = (Column("a"),)
DEEP = Deep(COLUMNS)


def test_a_net_is_found_within_wrappers_a_cure_included() -> None:
    cured = Remembering(DEEP, Replay())
    for learner in (DEEP, Scaled(DEEP, COLUMNS), Frozen(Scaled(cured, COLUMNS), 5), cured):
        assert net_within(learner) is DEEP
    for learner in (Mean(), Scaled(Mean(), COLUMNS), Mixture((DEEP, Mean()))):
        assert net_within(learner) is None


def test_wrappers_stay() -> None:
    cured = Scaled(Remembering(DEEP, Replay()), COLUMNS, most=3.0)
    assert exchanged(cured, lambda deep: deep) == Scaled(DEEP, COLUMNS, most=3.0)
    assert exchanged(DEEP, lambda deep: Mean()) == Mean()


def test_a_net_is_changed_where_it_stands() -> None:
    cured = Scaled(Remembering(DEEP, Replay()), COLUMNS)
    other = changed(cured, lambda deep: replace(deep, batch=7))
    assert other == Scaled(Remembering(Deep(COLUMNS, batch=7), Replay()), COLUMNS)
    assert changed(DEEP, lambda deep: replace(deep, seed=2)) == Deep(COLUMNS, seed=2)
