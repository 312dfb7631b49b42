"""Reading: any table of texts with labels, as messages in order."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from evercart.chance import uniform
from evercart.errors import UserError, expected, require
from evercart.events.check import check
from evercart.events.files import fingerprint
from evercart.events.mapping import SourceMap
from evercart.events.mapping_file import source_of
from evercart.events.sources import FORMATS, format_of, open_source, read
from evercart.events.translate import translate

OUT_OF_SCOPE: Final = ("oos", "out_of_scope", "out-of-scope", "out of scope", "ood")
ROWS: Final = {"order": True, "epoch": "2000-01-01T00:00:00Z"}  # one second a row, where a map says nothing of time


@dataclass(frozen=True)
class Told:
    """What a map says: how a table is read, in which order, which labels mean that none fits.

    order    "time" by the map's time, ties as the rows stand; "shuffled" where the map says nothing of time: a table
             that is sorted by label would otherwise be a stream in which the last label is always right
    """

    source: SourceMap
    order: str
    seed: int
    out_of_scope: tuple[str, ...]


class Messages(NamedTuple):
    """Messages in the order in which they are asked about; a label that is None is never told."""

    texts: list[str]
    labels: list[str | None]
    us: Any  # (messages,) int64
    refused: dict[str, int]  # "field: rule" -> rows
    order: str
    out_of_scope: tuple[str, ...]


def told(path: Path) -> Told:
    """Read a map: that of an import, of which `kind`, `id`, `[time]` may be left out, with a table [classify] or none.

    [classify] may have `out_of_scope`, a list of labels, and `seed`, of the shuffle. What is wrong raises `UserError`.
    """
    try:
        top = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(expected(str(path), "a mapping file that can be read", error.strerror)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(expected("mapping", "a TOML file", str(error))) from None
    own = top.pop("classify", {})
    good = isinstance(own, dict) and set(own) <= {"out_of_scope", "seed"}
    require(good, "mapping.classify", "a table with out_of_scope, seed", own)
    outside, seed = own.get("out_of_scope", list(OUT_OF_SCOPE)), own.get("seed", 1)
    good = isinstance(outside, list) and all(isinstance(one, str) for one in outside)
    require(good, "mapping.classify.out_of_scope", "a list of labels", outside)
    require(type(seed) is int and seed >= 0, "mapping.classify.seed", "a whole number from 0 on", seed)
    order = "time" if "time" in top else "shuffled"
    source = source_of({"kind": "message", "id": "{row}", "time": ROWS, **top})
    require(source.kind == "message", "mapping.kind", "message", source.kind)
    require("label" in source.columns, "mapping.columns.label", "the column that holds the labels", "nothing")
    require(source.join is None, "mapping.join", "nothing, as one table is read", source.join)
    return Told(source, order, seed, tuple(outside))


def messages(path: Path, how: Told, now_us: int) -> Messages:
    """Return the messages of a CSV, Parquet or JSON Lines file; rows that may not enter a log are left out, counted."""
    source = how.source
    is_text = FORMATS[format_of(path, source.format)].is_text
    if is_text:
        fingerprint(path, is_text=True)  # what is not UTF-8 says where
    opened = open_source(path, source.format, source.delimiter)
    source.bind(opened.columns)
    parts, refused = [], Counter[str]()
    for part in read(opened, source.wanted(), source.format):
        bad = list(part.bad)
        if part.table.num_rows:
            raw, wrong = translate(source, part.table)
            bad += wrong
            for _, step in source.steps:
                done = step(raw)
                raw = done.table
                bad += done.bad
            checked = check(raw, now_us=now_us, where=source.where)
            parts.append(checked.good.select(["id", "event_us", "text", "label"]))
            bad += checked.bad
        refused.update(f"{one.field}: {one.rule}" for one in bad)
    table = _once(pa.concat_tables(parts), refused) if parts else None
    if table is None or not table.num_rows or table["label"].null_count == table.num_rows:
        got = ", ".join(f"{rows} rows refused ({rule})" for rule, rows in refused.items()) or "none"
        raise UserError(expected(str(path), "messages with a label", got))
    us = table["event_us"].to_numpy()
    at = np.argsort(us, kind="stable")
    if how.order == "shuffled":
        at = np.argsort(uniform(how.seed, np.arange(len(us)), "classify/shuffle"), kind="stable")
    table, us = table.take(pa.array(at)), us[at]
    return Messages(
        table["text"].to_pylist(), table["label"].to_pylist(), us, dict(refused), how.order, how.out_of_scope
    )


def _once(table: pa.Table, refused: Counter[str]) -> pa.Table:
    """Return the rows whose id has not come before."""
    first: dict[str, int] = {}
    for row, name in enumerate(table["id"].to_pylist()):
        first.setdefault(name, row)
    if len(first) < table.num_rows:
        refused["id: one that comes once"] += table.num_rows - len(first)
    return table.take(pa.array(list(first.values()), pa.int64()))
