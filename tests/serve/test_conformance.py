"""The service keeps to its OpenAPI document, whatever is sent: requests that fit it, requests that do not."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evercart import Shop
from evercart.serve.caller import SCOPES
from evercart.serve.keystore import KeyStore
from evercart.testing.serving import served

HERE = Path(__file__).parent
CONFIG = """
hooks = "conformance_checks.py"
request-timeout = 120

[auth.openapi.key]
bearer = "{key}"

[generation]
deterministic = true
database = "none"

# each event is told of by itself: what does not fit is refused within an answer; to cover each field of each kind
# takes an hour, so that one kind stands for all
[[operations]]
include-path = "/v1/events"
phases.coverage.enabled = false
checks.negative_data_rejection.expected-statuses = [200, 400, 401, 413, 415]

[[operations]]
include-path = "/v1/outcomes"
phases.coverage.enabled = {coverage}
checks.negative_data_rejection.expected-statuses = [200, 400, 401, 413, 415]
"""


@pytest.fixture(scope="module")
def shop(learned: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("conformance") / "shop"
    shutil.copytree(learned, folder)
    with Shop.open(folder) as shop:
        yield shop


def _conforms(shop: Shop, folder: Path, examples: int, coverage: str) -> None:
    """Raise `AssertionError` with all that schemathesis found."""
    key = KeyStore(shop.folder, shop.clock).create(f"conformance-{examples}", SCOPES).text
    (folder / "schemathesis.toml").write_text(CONFIG.format(key=key, coverage=coverage))
    shutil.copy(HERE / "conformance_checks.py", folder)
    with served(shop) as url:
        words = ["run", f"{url}/openapi.json", "--max-examples", examples, "--continue-on-failure", "--warnings", "off"]
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", *map(str, words)],
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
            capture_output=True,
            text=True,
            check=False,
            timeout=3_600,
        )
    assert done.returncode == 0, done.stdout + done.stderr


def test_whatever_is_sent_is_answered_as_documented(shop: Shop, tmp_path: Path) -> None:
    _conforms(shop, tmp_path, 15, "false")


@pytest.mark.slow
def test_whatever_else_is_sent_is_answered_as_documented(shop: Shop, tmp_path: Path) -> None:
    _conforms(shop, tmp_path, 100, "true")
