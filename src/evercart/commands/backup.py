"""The command that copies a shop while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

from evercart.commands.base import HERE, AsJson, Folder, app, new_teller, out, say, shown


@app.command(epilog="Example: `evercart backup --shop my-shop --to backups/my-shop-monday`")
def backup(
    to: Annotated[Path, Option("--to", metavar="DIR", readable=False, help="Where to: a new folder.")],
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Copy a shop's folder, also while it is served and learns. The copy is a shop: open it, or put it in its place.

    It holds the shop's key and its callers' keys (hashed): keep it as you keep the shop. What is made again from the
    log (published weights, reports) is left out. A log in PostgreSQL is not in the folder: copy it afterwards.
    """
    from evercart.backup import backup as copied

    teller = new_teller()
    with teller.telling():
        done = copied(shop, to, teller.step)
    said = {"folder": done.folder, "files": done.files, "bytes": done.bytes, "log": done.log}
    say(as_json, said, shown().pairs({name: value for name, value in said.items() if value != ""}))
    if done.log and not as_json:
        out.print(f"The log lies in {done.log}; copy it now, with pg_dump.", markup=False, soft_wrap=True)
