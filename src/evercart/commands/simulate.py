"""The command that lets a simulated shop live."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

from typer import Option

from evercart.commands.base import AsJson, app
from evercart.errors import UserError, expected


@app.command(epilog="Example: `evercart simulate --speed 100x --for 10`")
def simulate(
    shop: Annotated[
        Path, Option("--shop", metavar="DIR", readable=False, help="A folder to throw away: a new one.")
    ] = Path("shop-simulated"),
    speed: Annotated[str, Option(metavar="100x", help="How much faster its time passes than ours.")] = "100x",
    shoppers: Annotated[int, Option(help="How many there are at any time.", min=1)] = 2_500,
    days: Annotated[
        int | None,
        Option(help="Of history, from which it learns before it begins to live: 14; of payments: 90.", min=1),
    ] = None,
    minutes: Annotated[float | None, Option("--for", help="Minutes of ours until it ends; never unless said.")] = None,
    port: Annotated[int | None, Option(help="Where it is served; the first free one from 8322 on.", min=0)] = None,
    port_from: Annotated[int, Option(hidden=True)] = 8_322,
    payments: Annotated[
        Path | None,
        Option("--payments", metavar="DIR", help="Write payments with a fraud ring into a new folder, then end."),
    ] = None,
    keep: Annotated[bool, Option("--keep", help="Leave the folder when it ends.")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a shop of simulated shoppers, serve it, let them come: pages to look at that move.

    It learns from some weeks of history first. Then each event is sent over HTTP when its time has come, lists are
    asked for those who arrive, guesses for those who pay, and what came of them is told. Nothing of it enters any
    other shop; its folder is removed at the end.

    With `--payments` no shop lives: payments are written instead, with a ring of frauds that changes its ways each
    week, their chargebacks seven days late, the maps by which `evercart backtest fraud`, `evercart ingest` read them.
    """
    if payments is not None:
        words = ["--payments", str(payments), "--shoppers", str(shoppers), *(["--json"] if as_json else [])]
        _become("evercart.testing.tilled", words + ([] if days is None else ["--days", str(days)]))
    words = ["--shop", str(shop), "--speed", str(_times(speed)), "--shoppers", str(shoppers)]
    words += [] if days is None else ["--days", str(days)]
    words += ["--port-from", str(port_from)] if port is None else ["--port", str(port)]
    words += [] if minutes is None else ["--for", str(minutes)]
    words += [flag for flag, said in (("--keep", keep), ("--json", as_json)) if said]
    _become("evercart.testing.streaming", words)


def _become(module: str, words: list[str]) -> NoReturn:
    """Go on as a module of `evercart.testing`, which nothing else of the package may import."""
    os.execv(sys.executable, [sys.executable, "-m", module, *words])


def _times(said: str) -> float:
    """Return a speed.

    >>> _times("100x"), _times("2.5")
    (100.0, 2.5)
    """
    try:
        return float(said.strip().removesuffix("x"))
    except ValueError:
        raise UserError(expected("--speed", "how many times faster, such as 100x", said)) from None
