"""Titles that become columns of events."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from evercart.asks.each import After
from evercart.errors import UserError
from evercart.events.batch import SKETCH, Events
from evercart.events.kinds import number
from evercart.events.schema import conform
from evercart.features.encoders import texts as module
from evercart.features.encoders.encoder import Cached
from evercart.features.encoders.ngrams import HashedNgrams
from evercart.features.encoders.sketch import sketched
from evercart.features.encoders.texts import Texts, titled
from evercart.learners.neighbours.content import Content
from evercart.log.opening import open_log

TEXTS = Texts(HashedNgrams())
TITLES = ["red shoes", None, "iron pan", "search for pans"]


def sketches(events: Events) -> np.ndarray:
    return np.stack([events[name] for name in SKETCH], axis=1)


def test_each_item_row_carries_the_sketch_of_its_own_title() -> None:
    events = Events.of(kind=[3, 3, 3, 1, 3], offset=[4, 6, 7, 8, 9])
    names = pa.table({"offset": [4, 6, 7, 8], "text": TITLES})
    found = sketches(TEXTS.beside(events, names))
    known = sketched(HashedNgrams()(["red shoes", "iron pan"]))
    assert found[[0, 2]].tolist() == known.tolist()
    assert not found[[1, 3, 4]].any()
    assert not sketches(TEXTS.beside(events, None)).any()


def test_rows_of_a_log_get_the_same_however_it_is_read(tmp_path: Path) -> None:
    kinds = [number(name) for name in ("item", "view", "item", "view", "item")]
    rows = conform(
        pa.table(
            {
                "id": list("abcde"),
                "event_us": pa.array(range(5), pa.int64()),
                "kind": pa.array(kinds, pa.int16()),
                "item": list("xyzxy"),
                "text": ["red shoes", None, "iron pan", None, None],
            }
        )
    )
    log = open_log(tmp_path / "log", key=1)
    log.append(rows, 10)
    for size in (1, 2, 5):
        batches = log.read(0, columns=("item",), kinds={1, 3}, rows=size)
        whole = Events.concat(list(TEXTS.read(log, batches)))
        items = whole.rows(whole.kind == 3)
        known = sketched(HashedNgrams()(["red shoes", "iron pan", ""]))
        assert sketches(items).tolist() == known.tolist()
        assert not sketches(whole.rows(whole.kind == 1)).any()
    fold = Content(texts="ngrams-256")
    by_title = titled(log, ["", fold.texts, fold.texts])
    whole = Events.concat(list(by_title.read(0, columns=fold.reads, kinds={1, 3})))
    assert sketches(whole.rows(whole.kind == 3)).tolist() == known.tolist()
    assert by_title.next_offset == log.next_offset
    state, _ = fold.step(fold.start(), Events({**whole.columns, "number": np.full(len(whole), -1)}))
    assert state.pools.sketch[:3].any(1).sum() == 2
    plain = next(iter(by_title.read(0, columns=("item",), kinds={1, 3})))
    assert SKETCH[0] not in plain.columns
    log.close()


def test_a_log_has_titles_only_where_somebody_reads_them_by_one_encoder(tmp_path: Path) -> None:
    log = open_log(tmp_path / "log", key=1)
    assert titled(log, ["", ""]) is log
    with pytest.raises(UserError) as caught:
        titled(log, ["ngrams", "sentences"])
    assert str(caught.value) == "texts: expected one encoder for all, got 'ngrams sentences'"
    log.close()


def test_questions_woven_among_them_carry_none() -> None:
    events = TEXTS.beside(Events.of(kind=[3, 1], item=[5, 5]), pa.table({"offset": [0], "text": ["red shoes"]}))
    asks = After("view", ("item",))
    _, woven = asks.step(asks.start(), events)
    assert sketches(woven).any(1).tolist() == [True, False, False]


def test_vectors_of_titles_outlive_the_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Slow:
        name, fingerprint, width = "slow", "0" * 64, 8

        def __call__(self, texts: Sequence[str]) -> np.ndarray:
            asked.extend(texts)
            return np.full((len(texts), 8), 8**-0.5, np.float32)

    monkeypatch.setenv("EVERCART_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(module, "encoder", lambda name: Cached(Slow()))
    rows = {"id": ["a"], "event_us": [1], "kind": pa.array([3], pa.int16()), "item": ["x"], "text": ["red shoes"]}
    log = open_log(tmp_path / "log", key=1)
    log.append(conform(pa.table(rows)), 10)
    read = [next(titled(log, ["slow"]).read(0, columns=SKETCH)) for _ in range(2)]
    assert asked == ["red shoes"]
    assert sketches(read[0]).any() and sketches(read[0]).tolist() == sketches(read[1]).tolist()
