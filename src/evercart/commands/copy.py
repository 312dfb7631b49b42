"""The command that copies a log from where it lies to another store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from evercart.clock import Clock
from evercart.commands.base import AsJson, app, new_teller, out, say, shown


@app.command(epilog="Example: `evercart copy my-shop postgresql://shop@db.example/shop`")
def copy(
    source: Annotated[str, Argument(metavar="FROM", help="A shop's folder, a log's folder, postgresql://…, env:NAME.")],
    target: Annotated[str, Argument(metavar="TO", help="The same; a folder that is not there is made.")],
    shop: Annotated[
        Path | None,
        Option("--shop", metavar="DIR", readable=False, help="Whose key it is, where neither FROM nor TO tells."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Copy a log to another store, row by row; compare both by checksum; say which line makes a shop use the copy.

    Killed, or run again later, it goes on. States stay where they are: every row keeps its offset.
    """
    from evercart.relocating import relocate

    clock, teller = Clock(), new_teller()
    began_s = clock.wall_s()
    with teller.telling():
        done = relocate(source, target, shop, teller.rows)
    said = done._asdict() | {"seconds": round(clock.wall_s() - began_s, 3)}
    say(as_json, said, shown().pairs(said | {"checksum": f"sha256 {done.checksum}"}))
    if not as_json:
        then = [f"Put into shop.toml: {done.setting}"] if done.setting else []
        then += [f"{done.waiting:,} rows came meanwhile; run the same again."] if done.waiting else []
        out.print(*then, sep="\n", markup=False, soft_wrap=True)
