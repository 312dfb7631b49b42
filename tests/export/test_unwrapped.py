"""Only a deep learner's own guesses leave the house."""

from dataclasses import replace

import pytest

from evercart.errors import UserError
from evercart.export.unwrapped import unwrapped
from evercart.features.columns import Column
from evercart.harden.harden import Harden
from evercart.harden.slopes import Fgsm
from evercart.learners.deep.table import Table
from evercart.learners.isolated import Isolated
from evercart.learners.mean import Mean
from evercart.remember.remembering import Remembering
from evercart.remember.replay import Replay


def test_wrappers_that_guess_as_the_learner_does(one):
    for learner in (Remembering(one.deep, Replay()), Harden(one.deep, Fgsm(0.1)), one.deep):
        for wrapped in (learner, Isolated(learner)):
            found = unwrapped("here", wrapped, wrapped.start())
            assert found.deep == one.deep and found.trained.weights.shape == one.trained.weights.shape


def test_others_are_refused(one):
    with pytest.raises(UserError) as caught:
        unwrapped("export spend", Mean(), Mean().start())
    rule = "a Deep learner, alone or within Remembering, Harden, Isolated"
    assert str(caught.value) == f"export spend: expected {rule}, got 'Mean'"


def test_a_table_is_refused(one):
    deep = replace(one.deep, columns=(*one.deep.columns, Column("slot", slots=4)), table=Table())
    with pytest.raises(UserError) as caught:
        unwrapped("export spend", deep, deep.start())
    assert str(caught.value) == "export spend: expected a Deep learner that reads numbers alone, got 'one with a table'"
