"""Ingest: CPU per row of each part of an import, on the sample's purchase lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import process_time

import pyarrow as pa

from evercart.events.check import check
from evercart.events.findings import ROW
from evercart.events.imports import Import
from evercart.events.mapping import MappingFile
from evercart.events.quarantine import Quarantine
from evercart.events.sources import open_source, read
from evercart.events.translate import translate
from evercart.samples import completejourney

NOW_US = 1_800_000_000_000_000
LEAST_ROWS_PER_CPU_S = 400_000  # 200 k are asked for with the log's part, which gets the other half
MOST_CHECK_US = 1.5


@contextmanager
def _timed(parts: dict[str, float], name: str) -> Iterator[None]:
    start = process_time()
    yield
    parts[name] = parts.get(name, 0.0) + process_time() - start


def _show(title: str, parts: dict[str, float], rows: int, tell: Callable[[str], None]) -> None:
    for name, cpu_s in parts.items():
        tell(f"{title:10} {name:10} {1e6 * cpu_s / rows:6.3f} µs CPU a row   {rows / cpu_s / 1e6:7.2f} M rows/CPU-s")


def test_ingest(tmp_path: Path) -> None:
    mapping = completejourney.mapping()
    orders = next(source for source in mapping.sources if source.kind == "order")
    one = Import(completejourney.source() / orders.files, MappingFile((orders,), mapping.text), tmp_path)
    whole: dict[str, float] = {}
    with _timed(whole, "hash"):
        _ = one.name
    with _timed(whole, "prepare"):
        rows = one.prepare(Quarantine(tmp_path), NOW_US).good
    with _timed(whole, "merge"):
        merged = sum(len(part) for part in one.batches())
    assert merged == rows == 1_469_307
    _show("import", whole | {"all": sum(whole.values())}, rows, print)

    parts: dict[str, float] = {}
    opened = open_source(one.source)
    reads = read(opened, orders.wanted())
    while True:
        with _timed(parts, "read"):
            part = next(reads, None)
        if part is None:
            break
        with _timed(parts, "translate"):
            raw, _bad = translate(orders, part.table)
        with _timed(parts, "check"):
            checked = check(raw, now_us=NOW_US)
        assert pa.types.is_integer(raw[ROW].type)
        assert not checked.bad
    _show("prepare", parts, rows, print)
    assert 1e6 * parts["check"] / rows <= MOST_CHECK_US
    assert rows / sum(whole.values()) >= LEAST_ROWS_PER_CPU_S
