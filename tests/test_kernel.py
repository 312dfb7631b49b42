"""The decorator of compiled code."""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba.core.registry import CPUDispatcher

from evercart import kernel as module
from evercart.kernel import kernel, lean


@kernel
def _sum_until(values: np.ndarray, limit: float) -> float:
    total = 0.0
    for value in values:
        if total > limit:
            break
        total += value
    return total


def test_compiled_code_computes() -> None:
    assert _sum_until(np.array([1.0, 2.0, 4.0]), 2.5) == 3.0


def test_dividing_by_zero_is_numpys_infinity_not_an_error() -> None:
    @kernel
    def over(a: float, b: float) -> float:
        return a / b

    assert over(1.0, 0.0) == np.inf


@pytest.mark.parametrize("enabled", [True, False])
def test_no_garbage_is_collected_while_it_compiles(enabled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile = []
    monkeypatch.setattr(CPUDispatcher, "compile", lambda self, sig: meanwhile.append(gc.isenabled()))
    (gc.enable if enabled else gc.disable)()
    try:
        _sum_until.compile(())
        assert gc.isenabled() is enabled
    finally:
        gc.enable()
    assert meanwhile == [False]


def test_the_cache_follows_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = tmp_path / "package"
    shutil.copytree(module._SOURCES, copied, ignore=shutil.ignore_patterns("__pycache__"))
    same = module._sources_hash()
    monkeypatch.setattr(module, "_SOURCES", copied)
    assert module._sources_hash() == same
    with (copied / "units.py").open("a") as file:
        file.write("# another version\n")
    assert module._sources_hash() != same


def test_what_no_kernel_may_call_leaves_the_cache_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = tmp_path / "package"
    shutil.copytree(module._SOURCES, copied, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(module, "_SOURCES", copied)
    same = module._sources_hash()
    with (copied / "commands" / "base.py").open("a") as file:
        file.write("# another version\n")
    assert module._sources_hash() == same


def test_no_kernel_is_where_the_cache_does_not_look() -> None:
    for above in module._ABOVE:
        for path in (module._SOURCES / above).rglob("*.py"):
            assert "evercart.kernel" not in path.read_text(), path


def test_a_few_caches_of_other_versions_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVERCART_CACHE", str(tmp_path))
    for old in range(6):
        (tmp_path / "kernels" / f"old-{old}").mkdir(parents=True)
    chosen = module._choose_cache()
    assert chosen.is_dir()
    assert len(list((tmp_path / "kernels").iterdir())) == 1 + module._KEPT


@lean
def _bump(values: np.ndarray, at: int) -> None:
    values[at] += 1


def test_a_lean_kernel_works_within_another() -> None:
    @kernel
    def bumped(values: np.ndarray) -> float:
        for at in range(len(values)):
            _bump(values, at)
        return float(values.sum())

    assert bumped(np.zeros(3)) == 3.0


def test_kernels_and_python_call_the_same_kernel(tmp_path: Path) -> None:
    """Each gets machine code of its own, also from the cache, whoever comes first."""
    (tmp_path / "both.py").write_text(
        "from evercart.kernel import kernel\n"
        "@kernel\ndef half(x): return x / 2\n"
        "@kernel\ndef quarter(x): return half(half(x))\n"
    )
    env = {**os.environ, "EVERCART_CACHE": str(tmp_path), "PYTHONPATH": f"{tmp_path}:{module._SOURCES.parent}"}

    def said(asked: str) -> str:
        code = f"from both import half, quarter; print({asked})"
        return subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True).stdout

    wraps = "*('cpython' in str(one.inspect_llvm()) for one in (half, half.bare))"
    assert said(f"quarter(8.0), half(8.0), {wraps}") == "2.0 4.0 True False\n"
    assert said("quarter(8.0), half(8.0)") == "2.0 4.0\n"
    assert said("half(8.0), quarter(8.0)") == "4.0 2.0\n"


def test_a_home_that_is_a_file_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("EVERCART_CACHE", str(blocked))
    assert module._choose_cache().parent == blocked / "kernels"


@pytest.mark.parametrize(
    ("named", "home"),
    [
        ({"EVERCART_CACHE": "/a", "NUMBA_CACHE_DIR": "/b"}, "/a"),
        ({"NUMBA_CACHE_DIR": "/b", "XDG_CACHE_HOME": "/c"}, "/b"),
        ({"XDG_CACHE_HOME": "/c"}, "/c/evercart"),
    ],
)
def test_where_caches_lie(named: dict[str, str], home: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("EVERCART_CACHE", "NUMBA_CACHE_DIR", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in named.items():
        monkeypatch.setenv(name, value)
    assert module._cache_home() == Path(home)


def test_a_second_process_finds_what_the_first_compiled(tmp_path: Path) -> None:
    package = tmp_path / "evercart"
    package.mkdir()
    for path in module._SOURCES.glob("*.py"):
        shutil.copy(path, package)
    code = (
        "from evercart.chance import _uniforms, uniform; import numpy as np; uniform(1, np.arange(3), 'x');"
        "print(sum(_uniforms.stats.cache_hits.values()))"
    )
    env = {**os.environ, "EVERCART_CACHE": str(tmp_path), "PYTHONPATH": str(tmp_path)}
    command = [sys.executable, "-c", code]
    hits = [subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout for _ in range(2)]
    assert [hit.strip() for hit in hits] == ["0", "1"]
