"""The command line as a user meets it: real commands, real exit codes, no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest

from evercart.testing.console import evercart, example_shop

EXAMPLES = Path(__file__).parent.parent / "examples"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's two commands were run on the example."""
    return example_shop(tmp_path_factory.mktemp("readme"), EXAMPLES)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("status",), "shop: expected a shop (a folder with shop.toml); see `evercart init`, got 'none'"),
        (("ingest", "none.csv", "--map", "none.toml"), "none.toml: expected"),
        (("quarantine", "list"), "shop: expected a shop"),
        (("backtest",), "Missing argument 'APP'"),
        (("nothing",), "No such command 'nothing'"),
    ],
)
def test_a_user_s_mistake_exits_with_2(tmp_path: Path, words: tuple[str, ...], text: str) -> None:
    assert text in evercart(*words, folder=tmp_path, code=2)


def test_mistakes_in_a_shop(shop: Path) -> None:
    assert "expected one of" in evercart("backtest", "fruad", folder=shop, code=2)
    assert "app: expected one of repurchase spend" in evercart("compare", "fruad", folder=shop, code=2)
    assert "number of a row that is held" in evercart("quarantine", "show", 99, folder=shop, code=2)
    assert "--set: expected FIELD=VALUE, got 'x'" in evercart("quarantine", "retry", "--set", "x", folder=shop, code=2)
    assert "expected a folder without shop.toml" in evercart("init", folder=shop, code=2)
    assert "a file that can be written" in evercart("report", "--out", "shop/shop.toml/x", folder=shop, code=2)


def test_a_fault_of_ours_exits_with_1(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    from evercart import cli

    def broken() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(cli, "app", broken)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 1
    assert "a fault of ours: ZeroDivisionError" in capsys.readouterr().err


def test_a_full_disk_is_said_plainly(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    import errno

    from evercart import cli

    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "shop/log/log.db")

    monkeypatch.setattr(cli, "app", full)
    with pytest.raises(SystemExit) as stopped:
        cli.main()
    assert stopped.value.code == 2
    assert "shop/log/log.db: expected room to write, got 'No space left on device'" in capsys.readouterr().err


def test_every_command_has_help_with_an_example(tmp_path: Path) -> None:
    whole = evercart("--help", folder=tmp_path)
    for command in (
        "init",
        "ingest",
        "run",
        "demo",
        "backtest",
        "compare",
        "status",
        "events",
        "fingerprint",
        "report",
    ):
        assert command in whole
        said = evercart(command, "--help", folder=tmp_path)
        assert f"Example: evercart {command}" in said or f"Examples: evercart {command}" in said
        assert "--json" in said
        assert "--shop" in said
    for command in ("list", "show", "retry"):
        assert "Example: evercart quarantine" in evercart("quarantine", command, "--help", folder=tmp_path)
