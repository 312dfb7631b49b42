"""Commands that rehearse, on a copy, what the shop would do if things went wrong."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Argument, Option

from evercart.commands.base import HERE, AsJson, Folder, app, new_teller, open_shop, say
from evercart.units import DAY_US

rehearse = typer.Typer(
    help="Rehearse, on a copy of the shop, what it does by itself when the world changes or a model goes bad.",
    no_args_is_help=True,
)
app.add_typer(rehearse, name="rehearse")

Name = Annotated[str | None, Argument(metavar="[APP]", help="One of the shop's apps; the first one if not said.")]
Seed = Annotated[int, Option(help="Of the draw: another seed, another draw.")]
Every = Annotated[
    float,
    Option(help="Days of the log that come in between two turns of the ring, until the change is answered.", min=0.001),
]


@rehearse.command(epilog="Example: `evercart rehearse drift repurchase --share 0.3`")
def drift(
    name: Name = None,
    share: Annotated[float, Option(help="Of the shoppers, whose habit changes.", min=0.0, max=1.0)] = 0.5,
    days: Annotated[float, Option(help="They come at most once in so many days.", min=0.1)] = 10.0,
    seed: Seed = 0,
    every_days: Every = 1.0,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Let some shoppers come less often, from one day on: who notices, does the gate promote a challenger?

    The log of the shop is not touched: its first half is copied as it is, the rest comes in day by day.
    """
    _rehearsed("drift", name, shop, as_json, {"share": share, "days": days, "seed": seed, "every": every_days})


@rehearse.command(epilog="Example: `evercart rehearse sabotage repurchase --seed 7`")
def sabotage(
    name: Name = None,
    share: Annotated[float, Option(help="Of the labels, which are turned round.", min=0.0, max=1.0)] = 0.5,
    seed: Seed = 0,
    every_days: Every = 1.0,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Make a model live that is then taught falsehoods: how soon is it taken back, what did it cost?

    It is the app's champion once more, made live by force; the log of the shop is not touched.
    """
    _rehearsed("sabotage", name, shop, as_json, {"share": share, "seed": seed, "every": every_days})


def _rehearsed(what: str, name: str | None, folder: Path, as_json: bool, said: dict[str, Any]) -> None:
    from evercart import rehearse as played
    from evercart.show_rehearsal import rehearsal

    verbs: dict[str, Callable[..., Any]] = {"drift": played.drift, "sabotage": played.sabotage}
    teller, every_us = new_teller(), round(said.pop("every") * DAY_US)
    with open_shop(folder) as opened, teller.telling():
        found = verbs[what](opened, name or opened.apps[0].name, every_us=every_us, told=teller.step, **said)
        page = played.write_page(opened, found)
    say(as_json, {**found.summary(), "page": str(page)}, rehearsal(found, page))
