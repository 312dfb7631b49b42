"""Values are a batch."""

import numpy as np

from evercart.labels.values import Values


def test_rows_may_hold_several_numbers():
    values = Values(np.arange(3), np.arange(3), np.arange(6, dtype=np.float32).reshape(3, 2))
    assert values.rows(slice(1, None)).value.tolist() == [[2.0, 3.0], [4.0, 5.0]]
    assert len(Values.concat([values, values])) == 6
