"""Evidence against which nothing can be said, for tests that spoil one figure of it."""

from __future__ import annotations

import pytest

from evercart.gate.evidence import Evidence, Part


@pytest.fixture
def good() -> Evidence:
    return Evidence(
        champion="current",
        challenger="shadow",
        enrolled=1,
        counted=4_000,
        log_money=9.0,
        gain=0.01,
        whole=Part("all", 5_000, 0.50, 0.49, 0.002),
        slices=(Part("new", 1_000, 0.60, 0.59, 0.004), Part("old", 4_000, 0.45, 0.44, 0.002)),
        miscalibrated=(0.02, 0.01),
        behind=0,
        guess_us=5.0,
    )
