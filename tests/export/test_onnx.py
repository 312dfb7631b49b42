"""A graph says what the learner says; a small one nearly so."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.export.check import check
from evercart.export.onnx import graph, package, said, session, small
from evercart.export.unwrapped import unwrapped
from evercart.features.columns import Column
from evercart.learners.deep.cnn import Cnn
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Classes

X = np.random.default_rng(2).normal(size=(500, 6)).astype(np.float32)


def test_the_same_margins_for_any_number_of_rows(one):
    asked = session(graph(one))
    assert check(one, lambda x: said(asked, x), rows=10_000).margins <= 1e-5
    for rows in (1, 32):
        np.testing.assert_allclose(said(asked, X[:rows]), one.deep.margins(one.trained, X[:rows]), atol=1e-5)


def test_dropout_stays_at_home(one):
    asked = session(graph(one))
    assert np.array_equal(said(asked, X), said(asked, X))


@pytest.mark.parametrize("how", ["static", "dynamic"])
def test_small_numbers_guess_nearly_alike(one, how, tmp_path):
    whole = graph(one)
    asked = session(small(whole, tmp_path, X, how))
    theirs, ours = said(asked, X).argmax(1), one.deep.margins(one.trained, X).argmax(1)
    assert (theirs == ours).mean() > 0.95


@pytest.mark.parametrize("name", ["sloted", "tasked"])
def test_small_numbers_are_the_networks_alone(name, request, tmp_path):
    from evercart.export.check import fresh

    one = unwrapped("here", *request.getfixturevalue(name))
    x = fresh(one, 400, 5)
    asked = session(small(graph(one), tmp_path, x))
    ours = one.deep.margins(one.trained, one.seen(x))
    apart = np.abs(said(asked, x) - ours)
    assert 0 < apart.max() < 0.25 * ours.std(0).max() + 0.02
    if name == "tasked":
        assert np.array_equal(said(asked, x)[:, 1], ours[:, 1])  # the number of the task


def test_convolutions_want_ranges_chosen_before(tmp_path):
    columns = tuple(Column(f"x{at}") for at in range(64))
    net = Deep(columns, Cnn((1, 8, 8), (16, 16), hidden=16), Classes(10))
    whole, x = graph(unwrapped("here", net, net.start())), np.zeros((64, 64), np.float32)
    with pytest.raises(UserError) as caught:
        small(whole, tmp_path, x, "dynamic")
    assert str(caught.value) == "small.how: expected static, as the graph has convolutions, got 'dynamic'"
    assert said(session(small(whole, tmp_path, x)), x).shape == (64, 10)


def test_bad_settings(one, tmp_path):
    with pytest.raises(UserError) as caught:
        small(b"", tmp_path, X, "other")
    assert str(caught.value) == "small.how: expected static or dynamic, got 'other'"
    with pytest.raises(UserError) as caught:
        small(b"", tmp_path, X[:0])
    assert str(caught.value) == "small.examples: expected at least one row, got 0"
    with pytest.raises(UserError) as caught:
        package("no_such_package")
    assert (
        str(caught.value) == "export: expected the extra deep (pip install 'evercart[deep]'), got 'no no_such_package'"
    )
