"""Ids are found in runs as in a dictionary, in few of them."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evercart.errors import UserError
from evercart.hashing import hash_strings
from evercart.log.files import Stored
from evercart.log.ids import Ids, Run, find, first_of, hash_ids, merge, open_run, unbalanced, write_run


def ids(*names: str | None) -> Ids:
    return hash_ids(pa.chunked_array([pa.array(names, pa.string())]), 7)


def hashed(pairs: list[tuple[int, int]]) -> Ids:
    high, low = np.array(pairs, np.uint64).reshape(-1, 2).T
    return Ids(high.copy(), low.copy(), np.argsort(high))


def run(pairs: list[tuple[int, int]]) -> Run:
    one = hashed(pairs)
    words = np.stack([one.high[one.order], one.low[one.order], one.order.astype(np.uint64)])
    return Run(Stored("", 0, ""), words)


def test_the_first_hash_is_that_of_events_and_the_second_another():
    found = ids("a", None)
    assert found.high.tolist() == hash_strings(pa.array(["a", None]), 7).tolist()
    assert found.low[0] != found.high[0]
    assert found.low[1] == 0


PAIRS = st.lists(st.tuples(st.integers(0, 6), st.integers(1, 2)), max_size=40)


@given(PAIRS, PAIRS)
def test_find_is_a_dictionary(stored, wanted):
    stored = [pair for pair in dict.fromkeys(stored) if pair[0]]
    places = {pair: place for place, pair in enumerate(stored)}
    found = find([run(stored)], hashed(wanted))
    assert found.tolist() == [places.get(pair, -1) for pair in wanted]


@given(PAIRS)
def test_first_of_is_a_dictionary(pairs):
    first: dict[tuple[int, int], int] = {}
    told = [place if not pair[0] else first.setdefault(pair, place) for place, pair in enumerate(pairs)]
    assert first_of(hashed(pairs)).tolist() == told


def test_runs_are_few_and_hold_everything(tmp_path):
    runs: list[Run] = []
    names = [f"id-{n}" for n in range(1000)]
    for first in range(0, 1000, 10):
        runs.append(write_run(tmp_path, f"{first:04d}.ids", ids(*names[first : first + 10]), first))
        while unbalanced(runs):
            older, newer = runs[-2:]
            runs[-2:] = [merge(tmp_path, older.stored.name.replace(".ids", "+.ids"), older, newer)]
        assert len(runs) <= 7  # log2 of 100 runs
    again = [open_run(tmp_path, one.stored) for one in runs]
    assert find(again, ids(*names, "new")).tolist() == [*range(1000), -1]


def test_rows_without_an_id_stand_in_no_run(tmp_path):
    assert len(write_run(tmp_path, "a.ids", ids(None, "a", None), 5)) == 1
    empty = write_run(tmp_path, "b.ids", ids(None), 5)
    assert find([open_run(tmp_path, empty.stored)], ids("a")).tolist() == [-1]


def test_a_run_of_another_size(tmp_path):
    stored = write_run(tmp_path, "a.ids", ids("a"), 0).stored
    (tmp_path / "a.ids").write_bytes(b"")
    with pytest.raises(UserError, match=r"a\.ids: expected 24 bytes, got 0$"):
        open_run(tmp_path, stored)
