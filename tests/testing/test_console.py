"""Commands in processes of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from evercart.testing.console import evercart


def test_another_exit_code_is_an_error(tmp_path: Path) -> None:
    assert evercart("--version", folder=tmp_path).strip()
    with pytest.raises(AssertionError, match="exit code 2: shop: expected a shop"):
        evercart("status", folder=tmp_path)
