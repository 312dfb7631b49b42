"""Commands about what may not enter the log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from typer import Argument, Option

from evercart.commands.base import HERE, AsJson, Folder, app, open_shop, say, shown
from evercart.errors import UserError, expected

quarantine = typer.Typer(help="What may not enter the log: list it, mend it, send it again.", no_args_is_help=True)
app.add_typer(quarantine, name="quarantine")


@quarantine.command("list", epilog="Example: `evercart quarantine list --field currency`")
def quarantine_list(
    field: Annotated[str | None, Option(help="Only rows refused for this field.")] = None,
    limit: Annotated[int, Option(help="How many.", min=1)] = 20,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """List what waits, oldest first, with the rule each row broke."""
    with open_shop(shop) as opened:
        held, counts = opened.quarantine.list(limit, field), opened.quarantine.counts()
    say(as_json, {"counts": counts, "rows": [one._asdict() for one in held]}, shown().held(held, counts))


@quarantine.command("show", epilog="Example: `evercart quarantine show 1`")
def quarantine_show(
    number: Annotated[int, Argument(help="As `evercart quarantine list` numbers it.")],
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show one row whole."""
    with open_shop(shop) as opened:
        held = opened.quarantine.show(number)
    say(
        as_json, {**held._asdict(), "body": json.loads(held.body)}, shown().pairs({**held._asdict(), "body": held.body})
    )


@quarantine.command("retry", epilog="Example: `evercart quarantine retry 1 2 --set currency=EUR`")
def quarantine_retry(
    numbers: Annotated[list[int] | None, Argument(help="Which rows; all that wait if none is named.")] = None,
    edits: Annotated[
        list[str] | None, Option("--set", metavar="FIELD=VALUE", help="Mend a field, in the log's terms.")
    ] = None,
    file: Annotated[
        Path | None, Option(readable=False, help="JSON Lines: a `number`, with the fields to replace.")
    ] = None,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Send rows through the border again, mended or as they are."""
    with open_shop(shop) as opened:
        held = opened.quarantine
        raw = held.retry_file(file) if file else held.retry(numbers or None, dict(_edit(one) for one in edits or ()))
        entered, refused = opened.ingester.retry(raw, opened.clock.now_us())
    said = {"entered": entered, "refused": [refusal._asdict() for refusal in refused]}
    say(as_json, said, shown().retried(entered, refused))


def _edit(text: str) -> tuple[str, str]:
    field, equals, value = text.partition("=")
    if not equals:
        raise UserError(expected("--set", "FIELD=VALUE", text))
    return field, value
