"""The wall clock of a zone equals the standard library's, whole columns at once."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evercart.errors import UserError
from evercart.units import SECOND_US
from evercart.zones import local_us, zone

ZONES = ["UTC", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Kathmandu", "America/Caracas"]


@given(st.sampled_from(ZONES), st.integers(631_152_000, 4_000_000_000))
def test_equals_the_standard_library(zone: str, second: int) -> None:
    wall = datetime.fromtimestamp(second, ZoneInfo(zone)).replace(tzinfo=UTC)
    assert local_us(np.array([second * SECOND_US]), zone)[0] == round(wall.timestamp()) * SECOND_US


def test_a_column_without_rows() -> None:
    assert local_us(np.empty(0, np.int64), "Europe/Paris").tolist() == []


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd"])
def test_unknown_zones_are_refused(name: str) -> None:
    with pytest.raises(UserError, match=f"^zone: expected an IANA time zone such as 'Europe/Paris', got '{name}'$"):
        zone(name)
