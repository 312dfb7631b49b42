"""Sorted runs, merged."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evercart.errors import UserError
from evercart.events import runs
from evercart.events.runs import Run
from evercart.events.schema import SCHEMA


def _run(folder: Path, place: int, times: list[int]) -> Run:
    table = pa.table({"id": [f"{place}/{i}" for i in range(len(times))], "event_us": pa.array(times, pa.int64())})
    about = {"rows": len(times), "first_us": min(times, default=0), "last_us": max(times, default=0)}
    return runs.write(folder / f"{place}.arrow", table, about)


TIMES = st.lists(st.lists(st.integers(0, 12), max_size=20), min_size=1, max_size=6)


@given(TIMES, st.integers(0, 30), st.integers(1, 4))
def test_the_merge_is_a_stable_sort(
    tmp_path_factory: pytest.TempPathFactory, lists: list[list[int]], skip: int, window: int
) -> None:
    folder = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runs, "_LEAST", window)
        patch.setattr(runs, "_WINDOW", window)
        made = [_run(folder, place, times) for place, times in enumerate(lists)]
        want = sorted((us, place, i) for place, times in enumerate(lists) for i, us in enumerate(times))
        parts = list(runs.merge(made, skip))
    assert all(part.schema == SCHEMA for part in parts)
    got = [name for part in parts for name in part["id"].to_pylist()]
    assert got == [f"{place}/{i}" for _, place, i in want][skip:]


def test_a_sorted_source_is_one_stream(tmp_path: Path) -> None:
    made = [_run(tmp_path, place, times) for place, times in enumerate(([1, 2], [2, 3], [1, 9], [9]))]
    assert [[run.path.stem for run in chain] for chain in runs._chains(made)] == [["0", "1"], ["2", "3"]]


def test_a_merge_looks_at_a_bounded_number_of_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_WINDOW", 64)
    monkeypatch.setattr(runs, "_LEAST", 4)
    made = [_run(tmp_path, place, list(range(place, 2000, 9))) for place in range(8)]
    sizes = [len(part) for part in runs.merge(made)]
    assert sum(sizes) == sum(run.about["rows"] for run in made)
    assert max(sizes) <= 64


def test_a_run_is_found_again_with_what_it_counted(tmp_path: Path) -> None:
    made = _run(tmp_path, 0, [3, 1])
    assert runs.find(made.path) == made
    assert runs.find(tmp_path / "1.arrow") is None


@pytest.mark.parametrize("size", [0, 10, 300, -1])
def test_a_run_cut_short_is_not_found(tmp_path: Path, size: int) -> None:
    path = _run(tmp_path, 0, [3, 1]).path
    path.write_bytes(path.read_bytes()[:size])
    assert runs.find(path) is None


def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(UserError) as raised:
        _run(tmp_path, 0, [1])
    text = f"{tmp_path / '0.arrow'}: expected room for the rows of an import, got 'No space left on device'"
    assert str(raised.value) == text
    assert runs.find(tmp_path / "0.arrow") is None
