"""What the documentation shows of a served shop works as printed, against a real service."""

from __future__ import annotations

import html
import re
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from evercart import Shop
from evercart.serve.described.lines import curl
from evercart.testing.serving import served

ROOT = Path(__file__).parent.parent.parent
URL = "http://127.0.0.1:8321"
BLOCK = re.compile(r"<!-- runs against a service -->\n```(\w+)\n(.*?)```", re.DOTALL)
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", ROOT / "docs" / "http.md"]
BLOCKS = [(page.name, kind, code) for page in PAGES for kind, code in BLOCK.findall(page.read_text())]


MAY_NOT = {"/v1/{app}/promote": (409,), "/v1/{app}/rollback": (404, 409), "/v1/profile/{user}": (404,)}


@pytest.fixture(scope="module")
def shop(learned: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shown") / "shop"
    shutil.copytree(learned, folder)
    with Shop.open(folder) as shop:
        yield shop


@pytest.fixture(scope="module")
def url(shop: Shop) -> Iterator[str]:
    """Serve a small shop that has learned."""
    with served(shop) as url:
        until_s = time.monotonic() + 120
        while httpx.get(f"{url}/readyz").status_code != 200:
            assert time.monotonic() < until_s
            time.sleep(0.05)
        yield url


def _run(words: list[str], code: str) -> str:
    done = subprocess.run([*words, code], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize(("page", "kind", "code"), BLOCKS, ids=lambda part: part.split("\n")[0][:40])
def test_a_block_runs_as_printed(url: str, page: str, kind: str, code: str) -> None:
    code = code.replace(URL, url)
    if kind == "python":
        _run([sys.executable, "-W", "error", "-c"], code)
        return
    assert shutil.which("curl"), "curl is needed: apt install curl"
    said = _run(["sh", "-ec"], code.replace("curl ", "curl -S --fail-with-body -w '\\n' "))
    assert '"error"' not in said


def test_some_are_shown() -> None:
    assert {kind for page, kind, _ in BLOCKS if page == "http.md"} == {"sh", "python"}


def test_the_example_runs(url: str) -> None:
    script = ROOT / "examples" / "serve_client.py"
    done = subprocess.run([sys.executable, script, url], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    *_, decision, guessed = done.stdout.splitlines()
    assert re.fullmatch(r"decision [0-9a-f]{8}, \w+", decision)
    assert re.fullmatch(r"repurchase: (None|0\.\d+) \(chance\)", guessed)
    assert done.stderr == ""


def test_every_line_of_the_page_works(url: str) -> None:
    told = httpx.get(f"{url}/openapi.json").json()
    page = html.unescape(httpx.get(f"{url}/docs").text)
    for path, item in told["paths"].items():
        for method, operation in item.items():
            line = curl(URL, path, method, operation)
            assert f">{line}</pre>" in page
            status = _status(line.replace(URL, url))
            assert status == 200 or status in MAY_NOT.get(path, ()), line


def _status(line: str) -> int:
    """Run a line as a shell does; return the status of the answer."""
    words = [*shlex.split(line), "-sS", "-o", "/dev/null", "-w", "%{http_code}"]
    return int(subprocess.run(words, capture_output=True, text=True, check=True, timeout=120).stdout)
