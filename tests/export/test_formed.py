"""A graph guesses in a learner's place; one of other columns, or of another shape, does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.export.check import fresh
from evercart.export.formed import formed
from evercart.export.kept import Statement, digest
from evercart.export.onnx import graph
from evercart.export.unwrapped import unwrapped


@pytest.fixture
def kept(sloted, tmp_path):
    """Return an exported learner's path, statement, learner, state."""
    learner, state = sloted
    one = unwrapped("here", learner, state)
    path, body = tmp_path / "spend.onnx", graph(one)
    path.write_bytes(body)
    columns = tuple(column.name for column in one.columns)
    return path, Statement("spend", "m", "r", "f", "onnx", "plain", columns, digest(body)), learner, state


def test_the_guesses_are_the_learners(kept):
    path, stated, learner, state = kept
    one = unwrapped("here", learner, state)
    x = fresh(one, 300, 4)
    theirs = one.deep.head.guess(one.deep.margins(one.trained, one.seen(x)), one.trained.seen)
    np.testing.assert_allclose(formed(path, stated, learner, state).guess(None, x), theirs, atol=1e-6)
    assert theirs.std() > 0.01


def test_another_shape_is_refused(kept, one):
    path, stated, learner, state = kept
    with pytest.raises(UserError) as caught:
        formed(path, replace(stated, columns=("a",)), learner, state)
    assert str(caught.value) == f"{path}: expected an export of the columns a same shop word b, got 'a'"
    body = graph(one)
    path.write_bytes(body)
    with pytest.raises(UserError) as caught:
        formed(path, replace(stated, sha256=digest(body)), learner, state)
    wanted, got = ([("x", "tensor(float)", n), ("margins", "tensor(float)", m)] for n, m in ((5, 1), (6, 3)))
    assert str(caught.value) == f"{path}: expected a graph of {wanted}, got {got}"
