"""A row's width knows what it is made of."""

import copy

from evercart.learners.deep.inputs import Inputs


def test_a_copy_keeps_its_parts():
    one = copy.deepcopy(Inputs(3, 2, 8))
    assert (one, one.numbers, one.fields, one.width) == (19, 3, 2, 8)
    assert Inputs(4) == 4 and Inputs(4).fields == 0
