"""Reading: any table of payments with labels, as events in the order of their times."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from evercart.acting.costs import Costs
from evercart.acting.tally import Terms
from evercart.detecting.handbook import HANDBOOK, is_handbook
from evercart.errors import UserError, expected, require
from evercart.events import casts
from evercart.events.check import Checked, check
from evercart.events.files import fingerprint
from evercart.events.findings import ROW
from evercart.events.mapping import SourceMap
from evercart.events.mapping_file import source_of
from evercart.events.sources import FORMATS, format_of, open_source, read
from evercart.events.translate import translate
from evercart.features.payments.travel import LOCATED
from evercart.hashing import hash_name
from evercart.units import DAY_S, MISSING

PARTIES: Final = ("user", "place", "card", "device", "address")
_OWN: Final = ("delay_s", "numbers", "costs", "reviews_a_day")
_ROWS: Final = {"order": True, "epoch": "2000-01-01T00:00:00Z"}  # one second a row, where a map says nothing of time


@dataclass(frozen=True)
class Told:
    """What a map says.

    delay_s    how long after a payment its label is known
    numbers    names of further columns of numbers
    terms      what actions cost
    """

    source: SourceMap
    delay_s: float
    numbers: tuple[str, ...]
    is_handbook: bool = False
    terms: Terms = field(default_factory=Terms)


class Payments(NamedTuple):
    """Payments in the order of their times."""

    us: NDArray[np.int64]  # (payments,)
    parties: dict[str, NDArray[np.uint64]]  # by column, hashes, 0 where missing
    amount: NDArray[np.int64]  # minor units, `MISSING` where there is none
    label: NDArray[np.int64]  # 1 fraud, 0 not, below: never told
    numbers: dict[str, NDArray[np.float64]]
    refused: dict[str, int]  # "field: rule" -> rows
    located: Mapping[str, NDArray[np.float64]] = MappingProxyType({})  # latitude, longitude, NaN where missing, or none


def told(path: Path | None, columns: Sequence[str]) -> Told:
    """Read a map: that of an import of payments, whose `[columns]` name `fraud`, with a table [fraud] or none.

    columns    of the table, among which [fraud] `numbers` are looked for, by name or by pattern such as V*

    [fraud] may have `delay_s`, nothing unless said, `numbers`, `costs`, a table whose names are those of `Costs`,
    `reviews_a_day`. Of `kind`, `id`, `[time]`, the units of the amount
    what is left out is filled in. Without a map the columns have to be those of the Fraud Detection Handbook.
    """
    if path is None:
        rule = "a map (--map) unless the columns are those of the Fraud Detection Handbook"
        require(is_handbook(columns), "--data", rule, " ".join(columns))
        top: dict[str, Any] = tomllib.loads(HANDBOOK)
        names = {name.lower(): name for name in columns}
        top["columns"] = {field: names[name] for field, name in top["columns"].items() if name in names}
        top["time"]["column"] = names["tx_datetime"]
    else:
        top = _toml(path)
    own = top.pop("fraud", {})
    require(isinstance(own, dict) and set(own) <= set(_OWN), "mapping.fraud", "a table with " + ", ".join(_OWN), own)
    delay_s = own.get("delay_s", 0)
    good = isinstance(delay_s, int | float) and not isinstance(delay_s, bool) and 0 <= delay_s <= 3650 * DAY_S
    require(good, "mapping.fraud.delay_s", "seconds, from 0 to ten years", delay_s)
    units = {} if "amount" in top.get("units", {}) else {"amount": "major"}
    constants = (
        {"currency": "USD", **top.get("constants", {})} if units or "currency" in top else top.get("constants", {})
    )
    filled = {"kind": "payment", "id": "{row}", "time": _ROWS, **top, "units": {**top.get("units", {}), **units}}
    source = source_of({**filled, "constants": constants})
    require(source.kind == "payment", "mapping.kind", "payment", source.kind)
    require("fraud" in source.columns, "mapping.columns.fraud", "the column that holds the labels", "nothing")
    require(source.join is None, "mapping.join", "nothing, as one table is read", source.join)
    return Told(source, float(delay_s), _numbers(own.get("numbers", []), columns), is_handbook(columns), _terms(own))


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise UserError(expected(str(path), "a mapping file that can be read", error.strerror)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UserError(expected("mapping", "a TOML file", str(error))) from None


def _terms(own: dict[str, Any]) -> Terms:
    costs, a_day = own.get("costs", {}), own.get("reviews_a_day", Terms.reviews_a_day)
    require(isinstance(costs, dict), "mapping.fraud.costs", "a table", costs)
    whole = isinstance(a_day, int) and not isinstance(a_day, bool) and a_day >= 0
    require(whole, "mapping.fraud.reviews_a_day", "an integer of at least 0", a_day)
    return Terms(Costs.of("mapping.fraud.costs", costs), a_day)


def _numbers(patterns: Any, columns: Sequence[str]) -> tuple[str, ...]:
    good = isinstance(patterns, list) and all(isinstance(one, str) for one in patterns)
    require(good, "mapping.fraud.numbers", "a list of columns", patterns)
    found: list[str] = []
    for pattern in patterns:
        fits = [name for name in columns if fnmatchcase(name, pattern)]
        require(bool(fits), "mapping.fraud.numbers", "columns of the table: " + " ".join(columns), pattern)
        found += fits
    return tuple(dict.fromkeys(found))


def payments(data: Path, mapping: Path | None, now_us: int) -> tuple[Payments, Told]:
    """Return the payments of a CSV, Parquet or JSON Lines file; rows that may not enter a log are left out, counted.

    Raises `UserError` where the file, the map or every row is wrong.
    """
    if FORMATS[format_of(data, "")].is_text:
        fingerprint(data, is_text=True)  # what is not UTF-8 says where
    how = told(mapping, open_source(data, "", ",").columns)
    source = how.source
    opened = open_source(data, source.format, source.delimiter)
    source.bind(opened.columns)
    parts, refused = list[pa.Table](), Counter[str]()
    for part in read(opened, (*source.wanted(), *how.numbers), source.format):
        bad = list(part.bad)
        if part.table.num_rows:
            raw, wrong = translate(source, part.table)
            checked = check(raw, now_us=now_us, where=source.where)
            bad += wrong + checked.bad
            parts.append(_with_numbers(checked, part.table, how.numbers))
        refused.update(f"{one.field}: {one.rule}" for one in bad)
    table = pa.concat_tables(parts) if parts else None
    if table is None or table.num_rows == 0 or table["fraud"].null_count == table.num_rows:
        got = ", ".join(f"{rows} rows refused ({rule})" for rule, rows in refused.items()) or "none"
        raise UserError(expected(str(data), "payments with a label", got))
    return _ordered(table, how, dict(refused)), how


def _with_numbers(checked: Checked, raw: pa.Table, numbers: tuple[str, ...]) -> pa.Table:
    """Return checked rows beside the further numbers of the same rows."""
    table = checked.good.select([*PARTIES, *LOCATED, "event_us", "amount", "fraud"])
    place = pa.array(np.searchsorted(raw[ROW].to_numpy(), checked.rows))
    for name in numbers:
        values = casts.numbers(raw[name], f"mapping.fraud.numbers {name}").column.take(place)
        table = table.append_column("." + name, values)
    return table


def _ordered(table: pa.Table, how: Told, refused: dict[str, int]) -> Payments:
    us = table["event_us"].to_numpy()
    at = np.argsort(us, kind="stable")
    table = table.take(pa.array(at))

    def whole(name: str, lacking: int) -> NDArray[np.int64]:
        found: NDArray[np.int64] = table[name].cast(pa.int64()).fill_null(lacking).to_numpy()
        return found

    located = all(name in how.source.columns for name in LOCATED)
    return Payments(
        us[at],
        {name: _hashes(table[name]) for name in PARTIES if name in how.source.columns},
        whole("amount", MISSING),
        whole("fraud", -1),
        {name: table["." + name].cast(pa.float64()).to_numpy() for name in how.numbers},
        refused,
        {name: table[name].to_numpy() for name in LOCATED} if located else {},
    )


def _hashes(column: pa.ChunkedArray) -> NDArray[np.uint64]:
    """Return the hash of each name, 0 where it is missing; each name is hashed once."""
    coded = column.combine_chunks().cast(pa.string()).dictionary_encode()
    hashed = np.array([hash_name(name, 0) for name in coded.dictionary.to_pylist()] + [0], np.uint64)
    places: NDArray[np.int64] = coded.indices.fill_null(len(hashed) - 1).to_numpy(zero_copy_only=False)
    out: NDArray[np.uint64] = hashed[places]
    return out
