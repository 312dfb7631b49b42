"""The command line as a user meets it: real commands, real exit codes, no traceback."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parent.parent / "examples"
COMMAND = [sys.executable, "-c", "from evercart.cli import main; main()"]


def evercart(*words: object, folder: Path, code: int = 0) -> str:
    """Run a command in a folder; return what it printed, errors where it failed."""
    env = {**os.environ, "COLUMNS": "400", "NO_COLOR": "1"}
    done = subprocess.run(
        [*COMMAND, *map(str, words)], cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == code, done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    return done.stdout if code == 0 else done.stderr


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the README's two commands were run on the example."""
    folder = tmp_path_factory.mktemp("readme")
    said = evercart("ingest", EXAMPLES / "purchases.csv", "--map", EXAMPLES / "purchases.toml", folder=folder)
    assert "added" in said
    said = evercart("run", folder=folder)
    assert "The report: shop/reports/report.html" in said
    return folder


def test_two_commands_make_a_report(shop: Path) -> None:
    page = (shop / "shop" / "reports" / "report.html").read_text(encoding="utf-8")
    assert "repurchase" in page
    assert "http://" not in page.replace("http://www.w3.org", "")[:5000]


def test_run_again_has_nothing_to_do(shop: Path) -> None:
    before = evercart("fingerprint", "--json", folder=shop)
    assert "Nothing new in the log" in evercart("run", folder=shop)
    assert evercart("fingerprint", "--json", folder=shop) == before


def test_a_replay_ends_in_the_same_bits(shop: Path) -> None:
    before = evercart("fingerprint", "--json", folder=shop)
    evercart("run", "--replay", folder=shop)
    assert evercart("fingerprint", "--json", folder=shop) == before


def test_status(shop: Path) -> None:
    said = json.loads(evercart("status", "--json", folder=shop))
    lines = len((EXAMPLES / "purchases.csv").read_text(encoding="utf-8").splitlines()) - 1
    assert said["events"] == lines
    assert 0 < said["learned"] <= lines
    assert "events" in evercart("status", folder=shop)


def test_backtest(shop: Path) -> None:
    said = json.loads(evercart("backtest", "repurchase", "--json", folder=shop))
    assert said["app"] == "repurchase"
    assert said["questions"] > 100
    for racer in ("continual", "frozen", "refit"):
        assert said[racer]["loss"] > 0
        assert said[racer]["cpu_s"] >= 0
    assert set(said["refit"]["difference"]) == {"mean", "low", "high"}


def test_compare(shop: Path) -> None:
    said = json.loads(evercart("compare", "repurchase", "--no-nightly", "--json", folder=shop))
    names = ["continual", "reacting", "published nightly", "refit weekly", "frozen"]
    assert list(said["policies"]) == names
    assert said["page"] == "shop/reports/compare-repurchase.html"
    page = (shop / said["page"]).read_text(encoding="utf-8")
    assert all(f"<td>{name}</td>" in page for name in names)
    shown = evercart("compare", "spend", "--no-nightly", folder=shop)
    assert "The page: shop/reports/compare-spend.html" in shown
    assert all(name in shown for name in names)


def test_events(shop: Path) -> None:
    said = json.loads(evercart("events", "--start", -3, "--json", folder=shop))["events"]
    assert [row["kind"] for row in said] == ["order"] * 3
    assert "order" in evercart("events", folder=shop)


def test_the_same_file_again_does_nothing(shop: Path) -> None:
    words = ("ingest", EXAMPLES / "purchases.csv", "--map", EXAMPLES / "purchases.toml")
    assert "nothing to do" in evercart(*words, folder=shop)
    assert json.loads(evercart(*words, "--json", folder=shop))["again"]


def test_quarantine_is_listed_shown_mended_sent_again(shop: Path, tmp_path: Path) -> None:
    lines = (EXAMPLES / "purchases.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "bad.csv").write_text("\n".join([lines[0], lines[1].replace(lines[1].split(",")[0], "")]) + "\n")
    evercart("init", folder=tmp_path)
    evercart("ingest", "bad.csv", "--map", EXAMPLES / "purchases.toml", folder=tmp_path)
    said = json.loads(evercart("quarantine", "list", "--json", folder=tmp_path))
    held = said["rows"][0]
    assert len(said["rows"]) == 1
    assert held["rule"] in evercart("quarantine", "list", folder=tmp_path)
    assert held["field"] in evercart("quarantine", "show", held["number"], folder=tmp_path)
    again = json.loads(evercart("quarantine", "retry", "--json", folder=tmp_path))
    assert again["entered"] == 0
    edit = f"{held['field']}=mended-1"
    again = json.loads(evercart("quarantine", "retry", held["number"], "--set", edit, "--json", folder=tmp_path))
    assert again == {"entered": 1, "refused": []}
    assert json.loads(evercart("status", "--json", folder=tmp_path))["events"] == 1


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
    assert "expected one of" in evercart("backtest", "fraud", folder=shop, code=2)
    assert "app: expected one of repurchase spend" in evercart("compare", "fraud", folder=shop, code=2)
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
        assert "Example: evercart " + command in said
        assert "--json" in said
        assert "--shop" in said
    for command in ("list", "show", "retry"):
        assert "Example: evercart quarantine" in evercart("quarantine", command, "--help", folder=tmp_path)


def test_doctor_says_what_is_wrong_then_mends_it(tmp_path: Path) -> None:
    evercart("init", folder=tmp_path)
    assert "Nothing is wrong." in evercart("doctor", folder=tmp_path)
    (tmp_path / "shop" / "log" / "segments" / "x.writing").touch()
    found = subprocess.run(
        [*COMMAND, "doctor", "--json"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=100
    )
    assert found.returncode == 2
    (one,) = json.loads(found.stdout)["findings"]
    assert one == {
        "wrong": "shop/log/segments/x.writing: expected a file that belongs to something, got 'a stray'",
        "would": "remove it",
        "can": True,
        "mended": False,
    }
    assert "done: remove it" in evercart("doctor", "--repair", folder=tmp_path)
    assert "Nothing is wrong." in evercart("doctor", folder=tmp_path)
