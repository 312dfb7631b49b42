"""Only a deep learner's own guesses leave the house."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.export.check import check
from evercart.export.onnx import graph, session
from evercart.export.onnx import said as said_by
from evercart.export.unwrapped import unwrapped
from evercart.features.columns import Column
from evercart.harden.harden import Harden
from evercart.harden.slopes import Fgsm
from evercart.learners.halving import Halving
from evercart.learners.isolated import Isolated
from evercart.learners.mean import Mean
from evercart.learners.scaled import Scaled
from evercart.learners.tuned import Tuned
from evercart.learners.weighed import Weighed
from evercart.remember.forget import Forget
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
    around = "Scaled, Numbered, Remembering, Harden, Forget, Halving, Tuned, Weighed, Isolated"
    rule = f"a Deep learner, alone or within {around}"
    assert str(caught.value) == f"export spend: expected {rule}, got 'Mean'"


def test_who_leads_a_race_is_exported(one):
    halving = Halving((Mean(), one.deep))
    heat = halving.start()
    heat.counts[2] = 1
    heat = heat._replace(learners=(heat.learners[0], one.trained))
    assert unwrapped("here", halving, heat) == one
    forget = Forget(one.deep, half_life_rows=9)
    assert unwrapped("here", forget, forget.start()._replace(learner=one.trained)) == one


def test_a_race_is_exported_while_its_leader_stays(one):
    tuned = Tuned((one.deep, Mean()), ("net", "mean"), (1.0, 0.1), loss="squared")
    state = tuned.start()._replace(learners=(one.trained, Mean().start()))
    found = unwrapped("here", Isolated(tuned), Isolated(tuned).start()._replace(learner=state))
    assert found == one
    said = session(graph(found))
    assert check(found, lambda x: said_by(said, x), rows=200).margins <= 1e-5
    state.counts[3], state.sums[0] = 9, 1.0  # from tomorrow on the mean leads
    with pytest.raises(UserError) as caught:
        unwrapped("export spend", tuned, state)
    rule = "a race whose leader stays in front tomorrow"
    assert str(caught.value) == f"export spend: expected {rule}, got 'net, then mean'"


def test_how_much_labels_count_moves_no_guess(one):
    columns = (*one.deep.columns[:5], Column("x5", slots=2))
    found = unwrapped("here", Weighed(one.deep, columns, "x5", (1.0, 2.0)), one.trained)
    assert (found.deep, found.trained, found.stages) == (one.deep, one.trained, ())


def test_what_scales_comes_first(one):
    columns = one.deep.columns
    scaled = Scaled(Scaled(Remembering(one.deep, Replay()), columns), columns, use=("x1",))
    found = unwrapped("here", scaled, scaled.start())
    assert [len(stage.scaled.places) for stage in found.stages] == [1, 6] and found.columns == columns


def test_a_row_as_the_network_is_given_it(one):
    x = np.array([[np.nan, np.inf, -np.inf, 1, 2, 3]], np.float32)
    assert one.seen(x).tolist() == [[0, 0, 0, 1, 2, 3]]
