"""Wall clocks of zones."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.units import SECOND_US
from evercart.zones import local_us


@pytest.mark.parametrize("name", ["UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_equals_the_standard_library_hour_by_hour(name: str) -> None:
    hours = np.arange(1_483_228_800, 1_514_764_800, 1_799) * SECOND_US
    local = local_us(hours, name)
    for us, read in zip(hours[::50].tolist(), local[::50].tolist(), strict=True):
        wall = datetime.fromtimestamp(us // SECOND_US, UTC).astimezone(ZoneInfo(name)).replace(tzinfo=UTC)
        assert read // SECOND_US == int(wall.timestamp())


def test_no_rows() -> None:
    assert len(local_us(np.empty(0, np.int64), "Europe/Paris")) == 0


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(UserError, match=r"^zone: expected an IANA time zone such as 'Europe/Paris', got 'Atlantis'$"):
        local_us(np.zeros(1, np.int64), "Atlantis")
