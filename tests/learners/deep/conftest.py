"""What every network has to keep, as a fixture; puts this folder's helpers within reach of its tests."""

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def rows_alike():
    """Return a check: a row says the same, to the last bit, in any place beside any rows."""
    pytest.importorskip("torch")

    def check(learner, rows=70):
        rng, state = np.random.default_rng(1), learner.start()
        numbers = rng.normal(size=(rows, learner.inputs.numbers))
        tasks = getattr(learner.network, "tasks", ())
        numbers[:, 0] = rng.integers(0, len(tasks), rows) if tasks else numbers[:, 0]
        sizes = [learner.columns[place].slots for place in learner.places[learner.inputs.numbers :]]
        slots = [rng.integers(0, size, rows) for size in sizes]
        x = np.column_stack([numbers, *slots]).astype(np.float32)
        keys = np.arange(1, sum(sizes) + 1)
        if learner.table is not None:  # rows that were learned
            from evercart.learners.deep.table import Touched

            slope = rng.normal(size=(len(keys), learner.table.width)).astype(np.float32)
            learner.table.learn(state.rows, Touched(keys, slope), 1, 1)
        together = learner.margins(state, x)
        assert np.isfinite(together).all() and len({row.tobytes() for row in together}) > rows // 2
        alone = [learner.margins(state, x[row : row + 1]).tobytes() for row in range(rows)]
        assert alone == [row.tobytes() for row in together]

    return check
