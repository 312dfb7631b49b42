"""Prefetching neither faults nor changes a thing, wherever it points."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from numpy.typing import NDArray

from evercart.prefetch import prefetch


@numba.njit  # not from the cache, which keeps no text to look at
def _asked(array: NDArray[np.int64], row: int) -> int:
    prefetch(array, row)
    return len(array)


@pytest.mark.parametrize("row", [0, 2, -1, 3, 2**40])
def test_any_row_may_be_asked_for(row: int) -> None:
    array = np.arange(6).reshape(3, 2)
    assert _asked(array, row) == 3
    assert array.ravel().tolist() == list(range(6))
    assert "llvm.prefetch.p0" in next(iter(_asked.inspect_llvm().values()))  # type: ignore[attr-defined]
