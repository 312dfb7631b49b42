"""A narrower network says nearly what the one says that taught it."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.export.check import fresh
from evercart.export.distilled import distilled, narrower
from evercart.export.unwrapped import unwrapped
from evercart.fold import fingerprint
from evercart.learners.deep.cnn import Cnn
from evercart.learners.deep.mlp import Mlp


def test_a_student_guesses_nearly_as_its_teacher(one):
    x = np.random.default_rng(3).normal(size=(600, 6)).astype(np.float32)
    before = fingerprint(one.trained)
    student = distilled(one, x)
    assert student.deep.network == Mlp((16,), dropout=0.2) and len(student.trained.weights) < len(one.trained.weights)
    assert fingerprint(one.trained) == before
    late = np.random.default_rng(4).normal(size=(600, 6)).astype(np.float32)
    theirs, ours = (each.deep.margins(each.trained, late).argmax(1) for each in (student, one))
    assert (theirs == ours).mean() > 0.85


def test_vectors_of_slots_go_with_it(sloted):
    one = unwrapped("here", *sloted)
    before = fingerprint(one.trained)
    one = one._replace(deep=one.deep, trained=one.trained)
    with pytest.raises(UserError) as caught:
        distilled(one, fresh(one, 100, 1))
    rule = "a network with layers wider than 16 (hidden tower filters units)"
    assert str(caught.value) == f"export.distilled: expected {rule}, got 'DeepFm'"
    assert fingerprint(one.trained) == before


def test_layers_of_all_kinds():
    assert narrower(Cnn((1, 8, 8), (64, 32), hidden=128)) == Cnn((1, 8, 8), (16, 16), hidden=32)
