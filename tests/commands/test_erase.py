"""The command that erases."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from evercart.testing.console import COMMAND, evercart, example_shop

EXAMPLES = Path(__file__).parent.parent.parent / "examples"


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's two commands were run on the example."""
    return example_shop(tmp_path_factory.mktemp("readme"), EXAMPLES)


@pytest.fixture
def folder(learned: Path, tmp_path: Path) -> Path:
    shutil.copytree(learned / "shop", tmp_path / "shop")
    return tmp_path


def user(folder: Path) -> str:
    said = json.loads(evercart("events", "--start", 40, "--rows", 1, "--json", folder=folder))
    return str(said["events"][0]["user"])


def test_a_shopper_is_erased_then_erased_again(folder: Path) -> None:
    name = user(folder)
    said = json.loads(evercart("erase", "user", name, "--yes", "--json", folder=folder))
    assert (said["what"], said["again"]) == ("user", False)
    assert said["rows"]["order"] > 0
    assert said["states"]
    assert name not in json.dumps(said)
    again = evercart("erase", "user", name, "--yes", folder=folder)
    assert "It was erased before" in again
    assert said["hash"] in again
    assert "Nothing is wrong." in evercart("doctor", folder=folder)
    text = evercart("events", "--rows", 1000, folder=folder)
    assert "(erased)" in text


def test_it_asks_first(folder: Path) -> None:
    name = user(folder)
    for answer, code in (("n\n", 1), ("y\n", 0)):
        done = subprocess.run(
            [*COMMAND, "erase", "user", name], cwd=folder, input=answer, capture_output=True, text=True, check=False
        )
        assert done.returncode == code
        assert f"Erase user {name} for good? [y/N]" in done.stderr
    assert "rows · order" in done.stdout


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("user", "nobody"), "erase user nobody: expected a name that log or quarantine has, got 'none'"),
        (("usr", "x"), "erase: expected one of the kinds user session item place, got 'usr' (nearest: 'user')"),
        (("user", ""), "erase user: expected a name, got ''"),
        (("user", "\udcff"), "erase user: expected a name in UTF-8, got 'other bytes'"),
        (("item", "名" * 333), "expected a name that log or quarantine has, got 'none'"),
    ],
)
def test_what_cannot_be_erased(folder: Path, words: tuple[str, str], text: str) -> None:
    assert text in evercart("erase", *words, folder=folder, code=2)
