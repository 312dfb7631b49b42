"""A task is added to a running model, which goes on."""

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("torch")

from tasked import learner, two

from evercart.errors import UserError
from evercart.learners.deep.grown import grown
from evercart.learners.deep.heads import Binary
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.mmoe import Mmoe
from evercart.learners.deep.tasks import Tasks

OLD = learner(Mmoe(("yes", "sum"), 2, (16,)))
NEW = replace(OLD, network=Mmoe(("yes", "sum", "later"), 2, (16,)), head=Tasks((*OLD.head.heads, Binary())))


def test_old_tasks_say_what_they_said_then_go_on():
    given = two(200)
    state, _ = OLD.step(OLD.start(), given)
    questions = given.rows(given.what == 0)
    was, taken = OLD.peek(state, questions), grown(OLD, state, NEW)
    assert np.array_equal(NEW.peek(taken, questions), was)
    assert taken.counts.learned[0] == state.counts.learned[0] and (taken.moments != 0).any()
    x = questions.x.copy()
    x[:, 0] = 2
    assert np.isfinite(NEW.peek(taken, replace(questions, x=x))).all()
    further, _ = NEW.step(taken, two(50, 2))
    assert further.counts.learned[0] > state.counts.learned[0]


def test_to_a_wider_network_only_what_fits_is_taken():
    wide = replace(OLD, network=Mmoe(("yes", "sum"), 3, (16,)))
    state, _ = OLD.step(OLD.start(), two(50))
    taken = grown(OLD, state, wide)
    mine, theirs = wide.layout.named(taken.weights), OLD.layout.named(state.weights)
    assert np.array_equal(mine["experts.1.0.weight"], theirs["experts.1.0.weight"])
    assert np.array_equal(taken.rows.key, state.rows.key)


def test_nothing_in_common():
    with pytest.raises(UserError, match=r"^grown: expected weights of equal name and shape, got 'none'$"):
        grown(OLD, OLD.start(), replace(OLD, network=Mlp((16,)), head=Binary()))
