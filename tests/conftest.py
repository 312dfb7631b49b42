"""How hypothesis draws: the same examples on every run, unless HYPOTHESIS_PROFILE says `fresh`; a database server."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from evercart.testing.postgres import PrivateServer

settings.register_profile("stable", derandomize=True, deadline=None, database=None)
settings.register_profile("fresh", derandomize=False, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "stable"))


@pytest.fixture(scope="session")
def server() -> Iterator[PrivateServer]:
    """Start a real server; where none can start, every test that needs it fails with the reason."""
    with PrivateServer({"fsync": "off", "max_connections": "300", "shared_buffers": "32MB"}) as started:
        yield started
