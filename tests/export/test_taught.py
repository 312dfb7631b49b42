"""Steps towards given margins bring a network nearer to them; the same steps lead to the same bits."""

from __future__ import annotations

import numpy as np

from evercart.export.taught import taught
from evercart.fold import clone, fingerprint


def test_margins_come_nearer(one):
    deep, x = one.deep, np.random.default_rng(5).normal(size=(300, 6)).astype(np.float32)
    wanted = np.stack([x[:, 0], -x[:, 1], x[:, 2]], 1)

    def apart(state):
        return np.abs(deep.margins(state, x).argmax(1) != wanted.argmax(1)).mean()

    found = taught(deep, clone(one.trained), x, wanted, passes=20)
    assert apart(found) < 0.5 * apart(one.trained)
    assert fingerprint(taught(deep, clone(one.trained), x, wanted, passes=20)) == fingerprint(found)
