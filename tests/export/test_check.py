"""An export that says something else is refused."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.export.check import check


def test_the_learner_itself_agrees(one):
    assert check(one, lambda x: one.deep.by_module(one.trained, one.seen(x)), rows=200) == (200, 0.0, 0.0)


def test_a_little_off(one):
    with pytest.raises(UserError) as caught:
        check(one, lambda x: one.deep.by_module(one.trained, one.seen(x)) + 0.5, rows=50)
    assert str(caught.value).startswith("export: expected margins within 1e-05 of the learner's own, got '0.5")


def test_what_is_no_number_is_off(one):
    with pytest.raises(UserError, match="got 'nan'"):
        check(one, lambda x: np.full((len(x), 3), np.nan), rows=50)
