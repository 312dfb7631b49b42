"""The examples: what their scripts write is what lies beside them."""

from __future__ import annotations

import importlib.util
import io
import tomllib
from pathlib import Path
from types import ModuleType

EXAMPLES = Path(__file__).parent.parent / "examples"


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_writes_the_committed_purchases_byte_for_byte() -> None:
    written = io.StringIO(newline="")
    _script("make_purchases").write(written)
    committed = (EXAMPLES / "purchases.csv").read_bytes()
    assert written.getvalue().encode() == committed
    assert 1_500 < committed.count(b"\n") < 2_500


def test_the_mapping_names_columns_that_are_there() -> None:
    mapping = tomllib.loads((EXAMPLES / "purchases.toml").read_text())
    header = (EXAMPLES / "purchases.csv").read_text().splitlines()[0].split(",")
    named = [*mapping["columns"].values(), mapping["time"]["column"]]
    assert set(named) <= set(header)
    assert all(f"{{{column}}}" in mapping["id"] for column in ("Receipt", "Line"))


def test_every_script_is_short() -> None:
    for script in EXAMPLES.glob("*.py"):
        assert len(script.read_text().splitlines()) < 60, script.name
