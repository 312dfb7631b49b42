"""Tilled: a simulated till's payments written as files, with the maps by which commands read them.

`evercart simulate --payments DIR` runs it as `python -m evercart.testing.tilled`: the package itself never imports
what only tests or shows need.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from evercart.errors import UserError, expected
from evercart.events.kinds import number
from evercart.testing.till import PARTIES, WEEK_D, Till
from evercart.units import DAY_S

_EVENTS: Final = ("id", "kind", "ref", *PARTIES, "amount", "currency")
MAP: Final = """\
# How payments.parquet is read: evercart backtest fraud --data payments.parquet --map backtest.toml
kind = "payment"
id = "{{id}}"
units = {{ amount = "minor" }}

[columns]
{columns}
amount = "amount"
fraud = "fraud"

[constants]
currency = "EUR"

[time]
column = "time"
zone = "UTC"

[fraud]
delay_s = {delay_s:.0f}  # from a payment to its label
"""
EVENTS: Final = """\
# How events.parquet enters a log: evercart ingest . --map events.toml
files = "events.parquet"
id = "{{id}}"
units = {{ amount = "minor" }}

[columns]
{columns}

[time]
column = "time"
zone = "UTC"
"""
SETTINGS: Final = """\
name = "till"
apps = ["fraud"]

[fraud]
parties = "{parties}"
window_s = {window_s:.0f}
known_s = {known_s:.0f}
"""


def written(till: Till, folder: Path) -> dict[str, Any]:
    """Write payments, events, their maps, settings of a shop into a new folder; return what there is to say.

    Raises `UserError` where the folder holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UserError(expected("--payments", "a new folder", str(folder)))
    folder.mkdir(parents=True, exist_ok=True)
    payments, events = till.payments(), _told(till.events())
    pq.write_table(payments, folder / "payments.parquet")
    pq.write_table(events, folder / "events.parquet")
    _, most = till.delay_s
    (folder / "backtest.toml").write_text(MAP.format(columns=_same(PARTIES), delay_s=most))
    (folder / "events.toml").write_text(EVENTS.format(columns=_same(_EVENTS[1:])))
    own = SETTINGS.format(parties=" ".join(PARTIES), window_s=most + 7 * DAY_S, known_s=most)
    (folder / "shop.toml").write_text(own)
    weeks = [" ".join(till.ways_of(day)) for day in range(0, till.days, WEEK_D)]
    frauds = int(pc.sum(payments["fraud"]).as_py())
    return {"payments": payments.num_rows, "frauds": frauds, "events": events.num_rows, "ways": weeks}


def _told(events: pa.Table) -> pa.Table:
    """Return events with times, kinds as people write them."""
    is_payment = pc.equal(events["kind"], number("payment"))
    kinds = pc.if_else(is_payment, "payment", "chargeback")
    columns = {name: events[name] for name in _EVENTS} | {"kind": kinds}
    return pa.table({**columns, "time": pc.cast(events["event_us"], pa.timestamp("us", "UTC"))})


def _same(names: tuple[str, ...]) -> str:
    return "\n".join(f'{name} = "{name}"' for name in names)


def main() -> None:
    """Write it; exit 2 where the user can mend what is wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=Path, required=True)
    parser.add_argument("--shoppers", type=int, default=Till.payers)
    parser.add_argument("--days", type=int, default=Till.days)
    parser.add_argument("--seed", type=int, default=Till.seed)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    try:
        till = Till(args.seed, args.shoppers, days=args.days, a_day=max(args.shoppers * 3 // 5, 1))
        said = written(till, args.payments)
    except UserError as error:
        print(error, file=sys.stderr)
        sys.exit(2)
    print(json.dumps(said) if args.json else _spoken(said, args.payments))


def _spoken(said: dict[str, Any], folder: Path) -> str:
    ways = "\n".join(f"  week {week}: {ways}" for week, ways in enumerate(said["ways"], 1))
    return f"""{said["payments"]:,} payments, {said["frauds"]:,} frauds; what the ring does:
{ways}
Score them, test then train:
  evercart backtest fraud --data {folder}/payments.parquet --map {folder}/backtest.toml
Let a shop learn them:
  evercart init --shop till && cp {folder}/shop.toml till/
  evercart ingest {folder} --map {folder}/events.toml --shop till && evercart run --shop till"""


if __name__ == "__main__":
    main()
