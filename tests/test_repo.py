"""The rules of the repository."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import evercart

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "evercart"
MODULES = sorted(SOURCE.rglob("*.py"))
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

STAGES = (
    *("events", "log", "knowledge", "asks", "features", "labels", "learners", "remember", "harden"),
    *("evaluate", "gate", "publish", "shortlist", "acting", "app", "apps", "samples"),
)
BRICKS = (
    "batch",
    "chance",
    "durable",
    "errors",
    "fold",
    "hashing",
    "kernel",
    "memory",
    "prefetch",
    "queue",
    "recent",
    "remembered",
    "slots",
    "units",
    "zones",
)
MOST_LINES, MOST_FUNCTION_LINES = 400, 60
LONG: dict[str, str] = {}  # "path" or "path:function" -> why it is long
MAY_ASK_THE_CLOCK = ("clock.py", "cli.py")
CLOCKS = re.compile(r"\b(time\.time(_ns)?|datetime\.(now|utcnow|today)|date\.today|np\.random\.\w+|random\.\w+)$")


def _name(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def _rank(part: str) -> int:
    """Return how far right a part of the package stands; what no list names stands on top, beside `loop`."""
    if part in BRICKS:
        return 0
    return 1 + (STAGES.index(part) if part in STAGES else len(STAGES))


def _imported(tree: ast.AST) -> Iterator[str]:
    """Hand out the part of the package that each import names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            modules = [
                f"{node.module}.{alias.name}" if node.module == "evercart" else str(node.module) for alias in node.names
            ]
        else:
            continue
        for module in modules:
            if module.split(".")[0] == "evercart":
                yield module.split(".")[1] if "." in module else "__init__"


@cache
def _tree(module: Path) -> ast.Module:
    return ast.parse(module.read_text())


def test_imports_point_left() -> None:
    for module in MODULES:
        own = module.relative_to(SOURCE).parts[0].removesuffix(".py")
        for part in _imported(_tree(module)) if own != "testing" else ():
            if part not in (own, "__version__"):
                assert part != "testing", f"{_name(module)} imports testing"
                right = _rank(part) > _rank(own) or (_rank(part) == _rank(own) and part in STAGES)
                assert not right, f"{_name(module)} imports {part}, which stands to its right"


def test_a_module_begins_with_one_sentence_that_needs_no_and() -> None:
    for module in MODULES:
        first = (ast.get_docstring(_tree(module)) or "").split("\n")[0]
        assert first.endswith((".", "?")), f"{_name(module)}: {first!r} is no sentence on one line"
        assert not re.search(r"\band\b", first, re.IGNORECASE), f"{_name(module)}: {first!r} says two things"


def test_files_that_are_tested_first_are_there() -> None:
    named = re.findall(r'"(tests/[^"]+\.py)"', (ROOT / "tests" / "conftest.py").read_text())
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_a_module_has_its_mirrored_test() -> None:
    for module in MODULES:
        if module.name != "__init__.py":
            mirrored = ROOT / "tests" / module.relative_to(SOURCE).with_name(f"test_{module.name}")
            assert mirrored.exists(), f"{_name(module)} has no {mirrored.relative_to(ROOT)}"


def test_files_stay_short_unless_a_reason_is_given() -> None:
    for module in MODULES:
        assert len(module.read_text().splitlines()) <= MOST_LINES or _name(module) in LONG, _name(module)
        for node in ast.walk(_tree(module)):
            if isinstance(node, ast.FunctionDef):
                lines, name = (node.end_lineno or 0) - node.lineno + 1, f"{_name(module)}:{node.name}"
                assert lines <= MOST_FUNCTION_LINES or name in LONG, name


def test_nothing_is_pickled_or_evaluated() -> None:
    for module in MODULES:
        for node in ast.walk(_tree(module)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in ("eval", "exec", "compile", "__import__"), f"{_name(module)}:{node.lineno}"
            if isinstance(node, ast.Import | ast.ImportFrom):
                names = {alias.name for alias in node.names} | {getattr(node, "module", "")}
                assert not names & {"pickle", "cloudpickle", "joblib", "marshal", "shelve"}, _name(module)


def test_time_and_chance_are_arguments() -> None:
    for module in MODULES:
        for node in ast.walk(_tree(module)) if _name(module) not in MAY_ASK_THE_CLOCK else ():
            if isinstance(node, ast.Call):
                called = ast.unparse(node.func)
                seeded = called == "np.random.default_rng" and bool(node.args)
                assert seeded or not CLOCKS.search(called), f"{_name(module)}:{node.lineno} calls {called}"


def test_the_reasons_for_length_are_still_needed() -> None:
    for place in LONG:
        assert (SOURCE / place.split(":")[0]).exists(), place


def test_one_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    newest = re.search(r"^## (\d+\.\d+\.\d+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest is not None
    assert newest[1] == evercart.__version__ == project["version"]


def test_every_declared_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = project["dependencies"] + [each for extra in project["optional-dependencies"].values() for each in extra]
    names = {re.split(r"[\[<>=]", one)[0].replace("_", "-").lower() for one in declared} - {"evercart"}
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.+]+", line) for line in lines)
    assert names <= {line.split("==")[0].replace("_", "-").lower() for line in lines}


# The pages.


def _prose(page: Path) -> str:
    return re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)


def _fences(page: Path) -> list[str]:
    return re.findall(r"```[a-z]*\n(.*?)```", page.read_text(), re.DOTALL)


def _commands(page: Path, program: str) -> list[list[str]]:
    """Return the words after a program's name, wherever a code block calls it."""
    lines = [line for fence in _fences(page) for line in fence.splitlines()]
    found = [re.match(rf"(?:\$ )?(?:\.venv/bin/)?{program} ([^#]*)", line.strip()) for line in lines]
    return [match[1].split() for match in found if match]


@pytest.fixture(scope="module", params=PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def page(request: pytest.FixtureRequest) -> Path:
    return request.param


def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", _prose(page)):
        assert target.startswith("https://") or (page.parent / target).exists(), f"{page.name}: {target}"


def test_tests_named_in_a_page_exist(page: Path) -> None:
    for file, name in re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", page.read_text()):
        assert (ROOT / file).exists(), f"{page.name}: {file}"
        assert not name or f"def {name}(" in (ROOT / file).read_text(), f"{page.name}: {file}::{name}"


def test_files_named_in_a_page_exist(page: Path) -> None:
    for file in re.findall(r"`((?:src|docs|examples|benchmarks|tools)/[\w./-]+)`", page.read_text()):
        assert (ROOT / file).exists(), f"{page.name}: {file}"


def test_make_targets_in_a_page_exist(page: Path) -> None:
    targets = re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    for words in _commands(page, "make"):
        assert words[0] in targets, f"{page.name}: make {words[0]}"


@cache
def _command_line() -> Any:
    from evercart.cli import app

    return get_command(app)


def test_commands_in_a_page_exist(page: Path) -> None:
    called = _commands(page, "evercart")
    called += [words.split() for words in re.findall(r"`evercart ([a-z][^`]*)`", page.read_text())]
    for words in called:
        command = _command_line()
        while words and hasattr(command, "commands"):
            assert words[0] in command.commands, f"{page.name}: evercart {words[0]}"
            command = command.commands[words.pop(0)]
        options = {option for param in command.params for option in param.opts}
        for word in words:
            assert not word.startswith("--") or word in options or word == "--help", f"{page.name}: {word}"


def test_the_chinese_readme_has_the_same_sections() -> None:
    english, chinese = ROOT / "README.md", ROOT / "README.zh-CN.md"
    levels = [re.findall(r"^(#+) ", _prose(each), re.MULTILINE) for each in (english, chinese)]
    assert levels[0] == levels[1]
    assert [_commands(english, p) for p in ("make", "evercart")] == [
        _commands(chinese, p) for p in ("make", "evercart")
    ]
    assert len(_fences(english)) == len(_fences(chinese))
    assert [row.count("|") for row in english.read_text().splitlines() if row.startswith("|")] == [
        row.count("|") for row in chinese.read_text().splitlines() if row.startswith("|")
    ]


def test_the_project_names_no_machine() -> None:
    places = re.compile(r"(?<![\w.])/(work|root|home/\w+|tmp)/")
    for path in [*MODULES, *PAGES, *(ROOT / "examples").iterdir(), *(ROOT / "tools").iterdir(), ROOT / "Makefile"]:
        if path.is_file():
            assert not places.search(path.read_text()), path.relative_to(ROOT)
