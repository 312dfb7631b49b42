"""The export command: what it refuses, what it tells."""

from __future__ import annotations

from pathlib import Path

import pytest

from evercart.testing.console import evercart, example_shop

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's two commands were run on the example."""
    return example_shop(tmp_path_factory.mktemp("readme"), EXAMPLES)


def test_what_cannot_be_exported(shop: Path) -> None:
    text = evercart("export", "spend", "--to", "onnx", folder=shop, code=2)
    within = "Scaled, Numbered, Remembering, Harden, Forget, Halving, Tuned, Weighed, Isolated"
    assert f"export spend: expected a Deep learner, alone or within {within}, got 'Rescaled'" in text
    text = evercart("export", "spend", "--to", "keras", folder=shop, code=2)
    assert "--to: expected one of onnx torchscript, got 'keras'" in text
    text = evercart("export", "spend", "--to", "onnx", "--as", "tiny", folder=shop, code=2)
    assert "--as: expected one of plain int8 pruned distilled, got 'tiny'" in text
    assert not list(shop.glob("**/*.onnx"))


def test_help(tmp_path: Path) -> None:
    said = evercart("export", "--help", folder=tmp_path)
    assert "Example: evercart export recommend --to onnx --as int8" in said and "--json" in said
