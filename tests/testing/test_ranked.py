"""The invented backtest is one that could have been."""

from __future__ import annotations

import numpy as np

from evercart.testing.ranked import invented


def test_every_way_ranks_every_answer() -> None:
    done = invented(40)
    for one in (done.blend, *done.baselines.values(), *done.alone.values(), *done.stale.values()):
        assert len(one.rank) == len(done.hits) == len(done.session) == len(done.share) == 40
        assert ((one.rank >= -2) & (one.rank < done.cut)).all()
    assert np.all(np.diff(done.hits.number) >= 0)


def test_the_blend_is_best() -> None:
    done = invented()
    means = {name: done.means(one)["recall@20"] for name, one in (("blend", done.blend), *done.baselines.items())}
    assert means["blend"] > means["plain"] > means["plainer"]
