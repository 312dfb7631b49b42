"""How hypothesis draws, in what order files are tested, how seldom garbage is collected; a database server."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from evercart.testing.postgres import PrivateServer

# The tests' own objects live to the end; to look through them took a tenth of the time.
gc.set_threshold(50_000, 20, 50)

# Each compiles kernels that those beside it do not, which workers that begin at once would all compile; or takes long.
FIRST = (
    "tests/test_doctor.py",
    "tests/test_recommender.py",
    "tests/laws/test_every_fold.py",
    "tests/features/payments/test_payments.py",
    "tests/laws/test_neighbours.py",
    "tests/laws/test_asks.py",
    "tests/laws/test_evaluate.py",
    "tests/laws/test_features.py",
    "tests/laws/test_remember.py",
    "tests/laws/test_learners.py",
    "tests/log/test_log.py",
    "tests/learners/deep/test_adapted_exported.py",
    "tests/learners/deep/test_adapted.py",
    "tests/test_erasing.py",
    "tests/testing/test_disks.py",
    "tests/browser/test_reading.py",
    "tests/test_doctor_stores.py",
    "tests/testing/test_kills.py",
    "tests/serve/api/test_answers.py",
    "tests/commands/test_policy.py",
)

# The same examples on every run, unless HYPOTHESIS_PROFILE says `fresh`.
settings.register_profile("stable", derandomize=True, deadline=None, database=None)
settings.register_profile("fresh", derandomize=False, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "stable"))


def pytest_xdist_auto_num_workers() -> int:
    """Test with one worker more for every four cores: now and then one waits for a browser, a database, a service."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + cores // 4


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put files that compile much, or take long, first."""
    place = {name: number for number, name in enumerate(FIRST)}
    items.sort(key=lambda item: place.get(item.nodeid.split("::", 1)[0], len(FIRST)))


@pytest.fixture(scope="session", autouse=True)
def no_waiting() -> Iterator[None]:
    """Do not wait for the disk: no test cuts the power. As a service begins, do not walk through the tests' objects."""
    from evercart.serve.answering import keeping

    with pytest.MonkeyPatch.context() as patched:
        for name in ("fsync", "fdatasync"):  # macOS has only the former
            patched.setattr(os, name, lambda descriptor: None, raising=False)
        patched.setattr(keeping, "_set_apart", lambda: None)
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[PrivateServer]:
    """Start a real server; where none can start, every test that needs it fails with the reason."""
    with PrivateServer({"fsync": "off", "max_connections": "300", "shared_buffers": "32MB"}) as started:
        yield started
