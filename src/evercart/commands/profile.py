"""The command that says what is known of a shopper."""

from __future__ import annotations

from typing import Annotated

from typer import Argument

from evercart.commands.base import HERE, AsJson, Folder, app, open_shop, say


@app.command(epilog="Examples: `evercart profile 1228`, `evercart profile u17 --json --shop my-shop`")
def profile(
    user: Annotated[str, Argument(metavar="USER", help="The shopper's name, as the log has it.")],
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Say what is known of a shopper now: rhythm, next visit, interests, prices, worth, segment, in words first.

    Where the shop has the app `profile`, its last checkpoint is gone on from; else the whole log is read, which
    takes seconds for a million rows.
    """
    from evercart import show_profile

    with open_shop(shop) as opened:
        found = opened.profile(user)
    say(as_json, found.summary(), show_profile.profile(found))
