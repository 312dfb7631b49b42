"""Where the weights of a row lie."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.learners.terms import lay, ring, terms

COLUMNS = (Column("n"), Column("s", slots=10, space="shop"), Column("t", slots=10, space="shop"), Column("u", slots=5))


def laid(made, row, dtype=np.float32):
    places, values = ring(made)
    lay(made, np.array([row], dtype), 0, places, values, 2)
    return places[2].tolist(), values[2].tolist()


def test_numbers_then_slots_then_the_bias():
    made = terms(COLUMNS, None, (), 0, bias=True)
    assert made.weights == 1 + 10 + 5 + 1
    assert laid(made, [2.5, 3, 7, 4]) == ([0, 4, 8, 15, 16], [2.5, 1, 1, 1, 1])


def test_only_the_columns_in_use():
    made = terms(COLUMNS, ("u",), (), 0, bias=False)
    assert made.weights == 5 and laid(made, [2.5, 3, 7, 4])[0] == [4]


def test_what_is_no_number_counts_as_zero_and_what_is_no_slot_as_slot_zero():
    made = terms(COLUMNS, None, (), 0, bias=False)
    for bad in (np.nan, np.inf, -np.inf, -1, 10, 1e30):
        places, values = laid(made, [bad if not np.isfinite(bad) else 0, bad, 2, 1])
        assert values[0] == 0.0 and places[1] == 1


def test_a_cross_has_a_weight_of_its_own_in_the_common_region():
    made = terms(COLUMNS, (), (("s", "u"), ("u", "s")), 1000, bias=False)
    seen = {tuple(laid(made, [0, s, 0, u])[0]) for s in range(10) for u in range(5)}
    assert made.weights == 1000 and len(seen) == 50
    assert all(0 <= place < 1000 for pair in seen for place in pair)


def test_integers_are_laid_like_floats():
    made = terms(COLUMNS[1:], None, (("s", "u"),), 64, bias=True)
    assert laid(made, [3, 7, 4]) == laid(made, [3, 7, 4], np.int32)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (((), None, (), 0, False), "columns: expected at least one column or the bias, got 'none'"),
        ((COLUMNS, ("v",), (), 0, True), "column: expected one of n s t u, got 'v'"),
        ((COLUMNS, None, (("n", "s"),), 8, True), "cross of n: expected a slot column, got 'a number column'"),
        (
            ((Column("a", slots=2, space="x"), Column("b", slots=3, space="x")), None, (), 0, True),
            "column b.slots: expected 2, as its space, got 3",
        ),
    ],
)
def test_bad_layouts(arguments, text):
    with pytest.raises(UserError) as caught:
        terms(*arguments)
    assert str(caught.value) == text
