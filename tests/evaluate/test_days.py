"""Days come back from a file as they were."""

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.evaluate.days import load, save
from evercart.evaluate.losses import log_loss
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored
from evercart.units import DAY_US


def some_days():
    n = 50
    scored = Scored(
        number=np.arange(n),
        us=np.arange(n) * DAY_US // 10,
        y=(np.arange(n) % 3 == 0).astype(float),
        key=np.arange(n).astype(np.uint64),
        slice=np.zeros(n, np.int16),
        guesses=np.linspace(0.1, 0.9, 2 * n).reshape(n, 2),
    )
    return Report(("a", "b"), log_loss).days(scored)


def test_a_file_gives_back_the_same_bits(tmp_path):
    days = some_days()
    path = tmp_path / "days.arrow"
    save(path, days, {"app": "repurchase"})
    again, about = load(path)
    assert about == {"app": "repurchase"}
    for name in ("day", "n", "y", "sums", "hist", "slice_n", "slice_sums", "bucket_n", "bucket_loss"):
        kept, read = getattr(days, name), getattr(again, name)
        assert kept.dtype == read.dtype
        assert np.array_equal(kept, read), name
    assert path.stat().st_size < 100_000


def test_no_days_survive_a_file(tmp_path):
    path = tmp_path / "none.arrow"
    save(path, some_days().rows(slice(0, 0)), {})
    assert len(load(path)[0]) == 0
    assert load(path)[0].hist.shape == (0, 2, 3, 1024)


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "other.arrow"
    path.write_bytes(b"not arrow")
    with pytest.raises(UserError, match=r"other.arrow: expected a file of report days, got 'ArrowInvalid: "):
        load(path)


def test_dates():
    assert [str(date) for date in some_days().dates[:2]] == ["1970-01-01", "1970-01-02"]
