"""An app's own challengers race; else one that begins anew."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evercart.apps.spend import spend
from evercart.errors import UserError
from evercart.evaluate.losses import squared
from evercart.learners.restarted import Restarted
from evercart.rehearsal.standby import standby
from evercart.testing.contested import contested, seeing


def test_its_own_challengers_come_first() -> None:
    app = contested(("seeing", seeing()))
    assert standby(app) == app.challengers


@pytest.mark.parametrize(("app", "loss"), [(contested(), "logistic"), (replace(spend(), challengers=()), "squared")])
def test_else_the_champion_begins_anew(app, loss) -> None:
    ((name, learner),) = standby(app)
    assert name == "restarted"
    assert isinstance(learner, Restarted)
    assert (learner.learner, learner.loss) == (app.champion, loss)


def test_a_loss_that_cannot_be_watched_is_refused() -> None:
    app = replace(contested(), loss=replace(squared, name="pinball"))
    with pytest.raises(UserError) as error:
        standby(app)
    rule = "challengers, or a loss that can be watched: log_loss squared"
    assert str(error.value) == f"app coupons: expected {rule}, got 'pinball'"
