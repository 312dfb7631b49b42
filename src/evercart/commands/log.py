"""Commands about the shop, its log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Exit, Option

from evercart.clock import Clock
from evercart.commands.base import HERE, AsJson, Folder, app, new_teller, open_shop, say, shown
from evercart.errors import UserError, expected


@app.command(epilog="Example: `evercart init --shop my-shop --log postgresql://shop@db.example/shop`")
def init(
    shop: Folder = HERE,
    log: Annotated[
        str, Option(metavar="WHERE", help="Where events are to lie: a folder in it, postgresql://…, env:NAME.")
    ] = "log",
    as_json: AsJson = False,
) -> None:
    """Make a shop's folder, with its settings in shop.toml.

    A password goes into ~/.pgpass or PGPASSWORD; or name an environment variable that holds all of the URL.
    """
    if (shop / "shop.toml").exists():
        raise UserError(expected(str(shop), "a folder without shop.toml", "one with shop.toml"))
    with open_shop(shop, create=True, log=log) as opened:
        say(as_json, opened.status(), f"A shop stands in {shop}. Next: evercart ingest FILE --map MAPPING")


@app.command(epilog="Example: `evercart ingest examples/purchases.csv --map examples/purchases.toml`")
def ingest(
    source: Annotated[Path, Argument(readable=False, help="A CSV, Parquet or JSON Lines file, or a folder of them.")],
    mapping: Annotated[
        Path, Option("--map", metavar="FILE", readable=False, help="Which column is what: a TOML file.")
    ],
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Take files into the log; what may not enter goes to quarantine. Makes the shop where there is none.

    Killed and run again it goes on; run on the same file again it does nothing.
    """
    teller = new_teller()
    with open_shop(shop, create=True) as opened, teller.telling():
        done = opened.ingest(source, mapping, teller.rows)
    say(as_json, shown().ingested_json(done), shown().ingested(done))


@app.command(epilog="Example: `evercart status --json`")
def status(shop: Folder = HERE, as_json: AsJson = False) -> None:
    """Say how far the log and the states are."""
    with open_shop(shop) as opened:
        said = opened.status()
    say(as_json, said, shown().pairs(said))


@app.command(epilog="Example: `evercart events --start -5` shows the last five")
def events(
    start: Annotated[int, Option(help="First offset; a negative one counts from the end.")] = 0,
    rows: Annotated[int, Option(help="How many.", min=1, max=100_000)] = 20,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show events as they were sent."""
    with open_shop(shop) as opened:
        table = opened.events(start, rows)
    say(as_json, {"events": shown().rows_json(table)}, shown().rows(table))


@app.command(epilog="Example: `evercart doctor --repair`")
def doctor(
    shop: Folder = HERE,
    repair: Annotated[bool, Option("--repair", help="Mend what can be mended without losing anything.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check log, id index, checkpoints, days, shelf, quarantine, imports, lease; say what is wrong, what would mend it.

    Exits with 2 while something is wrong.
    """
    from evercart import doctor as practice

    found = practice.repair(shop, Clock().now_us()) if repair else practice.told(practice.diagnose(shop))
    say(as_json, {"findings": [one._asdict() for one in found]}, shown().findings(found))
    if not all(one.mended for one in found):
        raise Exit(2)
