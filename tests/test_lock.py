"""One at a time, until the holder is gone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evercart.errors import UserError
from evercart.lock import locked


def test_a_second_one_is_told_so_until_the_first_is_done(tmp_path: Path) -> None:
    path = tmp_path / "shop" / "run.lock"
    text = f"{path.parent}: expected one process at a time that runs, got 'another one'"
    with locked(path, "runs"):
        with pytest.raises(UserError, match=f"^{re.escape(text)}$"), locked(path, "runs"):
            raise AssertionError
        with locked(path.with_name("ingest.lock"), "ingests"):
            pass
    with locked(path, "runs"):
        pass
