"""Weights that are 0 stay 0; a graph that leaves them out says the same."""

from __future__ import annotations

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.export.check import check, fresh
from evercart.export.onnx import graph, said, session
from evercart.export.pruned import pruned, sparse
from evercart.export.unwrapped import unwrapped
from evercart.fold import fingerprint

X = np.random.default_rng(6).normal(size=(400, 6)).astype(np.float32)


def test_the_smallest_weights_are_left_out(one):
    before = fingerprint(one.trained)
    found = pruned(one, X, share=0.6, passes=20)
    for part in found.deep.layout.named(found.trained.weights).values():
        if part.ndim > 1:
            assert np.count_nonzero(part) <= 0.41 * part.size
    assert fingerprint(one.trained) == before
    theirs, ours = (each.deep.margins(each.trained, X).argmax(1) for each in (found, one))
    assert (theirs == ours).mean() > 0.85


@pytest.mark.parametrize("name", ["sloted", "tasked"])
def test_a_sparse_graph_is_smaller_but_says_the_same(name, request):
    one = unwrapped("here", *request.getfixturevalue(name))
    found = pruned(one, fresh(one, 200, 1), share=0.9, passes=1)
    body = graph(found)
    small = sparse(body)
    assert len(small) < len(body)
    asked = session(small)
    assert check(found, lambda x: said(asked, x), rows=500).margins <= 1e-5


def test_a_share_of_all(one):
    with pytest.raises(UserError) as caught:
        pruned(one, X, share=1.0)
    assert str(caught.value) == "export.pruned: expected a share of more than 0, less than 1, got 1.0"
