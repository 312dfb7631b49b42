"""What a learner noticed by itself is found, however deep it lies."""

from __future__ import annotations

from evercart.evaluate.drift.adwin import Adwin
from evercart.learners.mixture import Mixture
from evercart.learners.reacting import Reacting
from evercart.learners.restarted import Restarted
from evercart.rehearsal.reactions import ANEW, EASED, reactions
from evercart.testing.contested import seeing


def test_each_way_is_counted() -> None:
    anew, eased = Restarted(seeing(), Adwin()).start(), Reacting(seeing(), Adwin()).start()
    anew.counts[-1], eased.counts[-1] = 2, 3
    assert reactions(anew) == {ANEW: 2}
    assert reactions(eased) == {EASED: 3}
    assert reactions((anew, (eased, anew))) == {ANEW: 4, EASED: 3}


def test_inside_a_mixture() -> None:
    state = Mixture((seeing(), Restarted(seeing(), Adwin()))).start()
    assert reactions(state) == {ANEW: 0}
    assert reactions(seeing().start()) == {}
    assert reactions(None) == {}
