"""The decorator of compiled code."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from evercart import kernel as module
from evercart.kernel import kernel


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


def test_the_cache_follows_the_sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = tmp_path / "package"
    shutil.copytree(module._SOURCES, copied, ignore=shutil.ignore_patterns("__pycache__"))
    same = module._sources_hash()
    monkeypatch.setattr(module, "_SOURCES", copied)
    assert module._sources_hash() == same
    with (copied / "units.py").open("a") as file:
        file.write("# another version\n")
    assert module._sources_hash() != same


def test_a_few_caches_of_other_versions_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EVERCART_CACHE", str(tmp_path))
    for old in range(6):
        (tmp_path / "kernels" / f"old-{old}").mkdir(parents=True)
    chosen = module._choose_cache()
    assert chosen.is_dir()
    assert len(list((tmp_path / "kernels").iterdir())) == 1 + module._KEPT
