"""The command that erases."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from typer import Argument, Option

from evercart.commands.base import HERE, AsJson, Folder, app, new_teller, open_shop, out, say, shown


@app.command(epilog="Example: `evercart erase user household-17 --yes`")
def erase(
    what: Annotated[str, Argument(metavar="KIND", help="What the name is of: user, session, item or place.")],
    name: Annotated[str, Argument(metavar="ID", help="The name, as it was sent.")],
    yes: Annotated[bool, Option("--yes", help="Do not ask.")] = False,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Let every row about one shopper, session, item or place say nothing more; learn again without it. For good.

    Rows keep their place in the log, empty; their ids stay known as hashes, so that nothing comes back when it is
    sent again. States are learned again from before the first such row. Ended half way, it goes on when run again.
    """
    from evercart import erasing

    teller = new_teller()
    with open_shop(shop) as opened:
        doing = erasing.require_known(opened, what, name)
        if not yes:
            typer.confirm(f"{doing[0].upper()}{doing[1:]} for good?", abort=True, err=True)
        opened.compile(teller.step)
        with teller.telling():
            done = erasing.erase(opened, what, name, teller.turning)
    said = asdict(done)
    rows = {f"rows · {kind}": count for kind, count in said.pop("rows").items()}
    say(as_json, asdict(done), shown().pairs(said | rows))
    if done.again and not as_json:
        out.print("It was erased before; this is the receipt of then.")
