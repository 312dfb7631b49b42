"""Old classes that a lesson does not show are left alone by it."""

import numpy as np
import pytest
from drawn import COLUMNS, blobs, lesson

from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Classes
from evercart.learners.deep.mlp import Mlp
from evercart.remember.apart import set_apart

torch = pytest.importorskip("torch")

DEEP = Deep(COLUMNS, Mlp((16,)), Classes(6))


def test_only_old_classes_not_shown_are_far_below():
    trained = DEEP.start()
    trained.seen[:3] = 1
    one = lesson(*blobs(3, 1, (2, 3)))._replace(y=np.array([2.0, 3.0, 3.0]))
    out = set_apart(torch.zeros(3, 6), trained, one)
    assert (out == torch.tensor([-1e9, -1e9, 0, 0, 0, 0])).all()
    corrected = one._replace(was=np.array([np.nan, 0.0, np.nan]))
    assert (set_apart(torch.zeros(3, 6), trained, corrected)[0] == torch.tensor([0, -1e9, 0, 0, 0, 0])).all()
