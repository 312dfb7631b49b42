"""What is written for those who run it: commands, options, settings, paths are as they are."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from evercart.cli import app
from evercart.commands.up import _MORE_S
from evercart.serve.running import _SPARE
from evercart.serve.settings import Settings

ROOT = Path(__file__).parent.parent
UNIT, IMAGE = ROOT / "deploy" / "evercart.service", ROOT / "deploy" / "Dockerfile"
INSTRUCTIONS = {
    *("FROM", "WORKDIR", "RUN", "COPY", "ENV", "USER", "VOLUME", "EXPOSE"),
    *("STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD"),
}


def _require_command(words: list[str]) -> None:
    """Fail unless the command line's command, with its options, exists."""
    command = get_command(app)
    while hasattr(command, "commands"):
        assert words[0] in command.commands, words
        command = command.commands[words.pop(0)]
    options = {option for param in command.params for option in param.opts}
    for word in words:
        assert not word.startswith("--") or word in options, word


def _unit() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in UNIT.read_text().splitlines():
        if line and line[0] not in "#[":
            name, _, value = line.partition("=")
            found.setdefault(name, []).append(value)
    return found


def _image() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", "", "\n".join(one for one in IMAGE.read_text().splitlines() if not one.startswith("#")))
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in text.splitlines() if line.strip()]


def _said_by(name: str) -> list[str]:
    return [value for found, value in _image() if found == name]


# The unit.


def test_the_unit_runs_what_exists() -> None:
    unit = _unit()
    _require_command(shlex.split(unit["ExecStart"][0])[1:])
    inner = shlex.split(unit["ExecStartPre"][0])[2]
    _require_command(shlex.split(inner.partition("||")[2])[1:])


def test_the_unit_leaves_time_to_end() -> None:
    unit = _unit()
    assert int(unit["TimeoutStopSec"][0]) > Settings().drain_s + _MORE_S
    assert int(unit["LimitNOFILE"][0]) >= Settings().connections + _SPARE
    assert unit["RestartPreventExitStatus"] == ["2"]
    assert unit["KillMode"] == ["mixed"]  # `up` tells its two processes itself


def test_the_unit_keeps_to_its_own_folders() -> None:
    unit = _unit()
    for name, value in (("DynamicUser", "yes"), ("ProtectSystem", "strict"), ("NoNewPrivileges", "yes")):
        assert unit[name] == [value]
    assert unit["WorkingDirectory"] == [f"/var/lib/{unit['StateDirectory'][0]}"]
    assert f"EVERCART_CACHE=/var/cache/{unit['CacheDirectory'][0]}" in unit["Environment"][0]
    assert "MemoryDenyWriteExecute" not in unit  # kernels are compiled while it runs


def test_systemd_reads_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze, which is not here")
    copy = tmp_path / "evercart.service"
    copy.write_text(UNIT.read_text().replace("/opt/evercart/bin/evercart", str(shutil.which("true"))))
    done = subprocess.run([analyze, "verify", copy], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    words = [analyze, "security", "--offline=true", "--no-pager", copy]
    said = subprocess.run(words, capture_output=True, text=True, check=False).stdout
    level = re.search(r"Overall exposure level for evercart\.service: ([\d.]+)", said)
    assert level is not None
    assert float(level[1]) <= 2


# The image.


def test_the_image_is_made_of_known_instructions() -> None:
    assert {name for name, _ in _image()} <= INSTRUCTIONS


def test_the_image_copies_what_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    copied = [word for one in _said_by("COPY") if "--from" not in one for word in one.split()[:-1]]
    for name in copied:
        assert (ROOT / name).exists(), name
        assert f"!{name}" in ignored, name
    assert ignored[0] == "*"
    assert {project["readme"], *project["license-files"], "constraints.txt", "pyproject.toml", "src"} <= set(copied)


def test_the_image_runs_as_somebody_who_may_do_little() -> None:
    assert _said_by("USER") == ["evercart"]
    order = [name for name, _ in _image()]
    assert order.index("USER") > max(place for place, name in enumerate(order) if name == "RUN")
    assert "useradd --system" in " ".join(_said_by("RUN"))


def test_the_image_names_exact_versions() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    least = tuple(map(int, project["requires-python"].removeprefix(">=").split(".")))
    for one in _said_by("FROM"):
        version = re.match(r"python:(\d+)\.(\d+)-slim-", one)
        assert version is not None, one
        assert (int(version[1]), int(version[2])) >= least
    assert any("--constraint constraints.txt" in one for one in _said_by("RUN"))
    extra = re.search(r'"\.\[(\w+)\]"', " ".join(_said_by("RUN")))
    assert extra is not None
    assert extra[1] in project["optional-dependencies"]


def test_the_image_runs_what_exists() -> None:
    entry, words = (ast.literal_eval(_said_by(name)[0]) for name in ("ENTRYPOINT", "CMD"))
    assert entry == ["evercart"]
    _require_command(list(words))
    assert _said_by("EXPOSE") == [str(Settings().port)]
    assert ast.literal_eval(_said_by("VOLUME")[0])[0] == _said_by("WORKDIR")[-1]


def test_the_image_asks_how_it_is() -> None:
    check = ast.literal_eval(_said_by("HEALTHCHECK")[0].partition("CMD ")[2])
    assert check[:2] == ["python", "-c"]
    ast.parse(check[2])
    assert f"http://127.0.0.1:{Settings().port}/healthz" in check[2]


def test_commands_in_comments_exist() -> None:
    for path in (UNIT, IMAGE):
        for line in path.read_text().splitlines():
            if line.startswith("#") and (found := re.search(r" evercart ((?:key|init|up) .*)$", line)):
                _require_command(found[1].split())
