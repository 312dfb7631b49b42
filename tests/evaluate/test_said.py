"""What racers say is checked by one wording, whatever the race."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.said import require_racers, said

ASKS = np.array([True, False, True])


def test_racers_are_heard_in_their_order_where_they_were_asked():
    by_name = {"b": np.array([1.0, np.nan, 2.0]), "a": np.arange(6.0).reshape(3, 2)}
    a, b = said("race", ("a", "b"), (), by_name, ASKS)
    assert a.tolist() == [[0.0, 1.0], [4.0, 5.0]]
    assert b.tolist() == [1.0, 2.0]


def test_who_may_fall_may_say_nothing_but_not_infinity():
    found = said("race", ("a",), ("a",), {"a": np.array([np.nan, 0.0, 1.0])}, ASKS)
    assert np.isnan(found[0][0])
    for value, may_fall in ((np.nan, ()), (np.inf, ("a",))):
        with pytest.raises(UserError, match=r"^race\.guesses\.a: expected finite numbers where a guess is due, got"):
            said("race", ("a",), may_fall, {"a": np.array([value, 0.0, 1.0])}, ASKS)


def test_each_racer_says_something():
    with pytest.raises(UserError, match=r"^race\.guesses: expected one array for each of a b, got \['a'\]$"):
        said("race", ("a", "b"), (), {"a": np.zeros(3)}, ASKS)


@pytest.mark.parametrize(
    ("names", "text"),
    [((), "lists.names: expected at least one racer, got ()"), (("a", "a"), "lists.names: expected names that differ")],
)
def test_racers_have_names_that_differ(names, text):
    with pytest.raises(UserError) as caught:
        require_racers("lists", names)
    assert str(caught.value).startswith(text)
