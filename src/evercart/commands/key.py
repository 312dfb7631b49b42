"""Commands about keys: who may ask the service for what."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Argument, Option

from evercart.clock import Clock
from evercart.commands.base import HERE, AsJson, Folder, app, say
from evercart.units import HOUR_S, SECOND_US

if TYPE_CHECKING:
    from evercart.serve.keystore import KeyStore

key = typer.Typer(help="Who may ask the service for what: make a key, list, revoke, rotate.", no_args_is_help=True)
app.add_typer(key, name="key")

Named = Annotated[str, Argument(help="The key's name or id.")]


@key.command("create", epilog="Example: `evercart key create site --scope ingest --scope decide --rate 100`")
def key_create(
    name: Annotated[str, Argument(help="Whose it is; letters, digits or ._@-")],
    scopes: Annotated[list[str], Option("--scope", help="What it may do: ingest, decide, read or operate.")],
    rate: Annotated[
        float | None, Option(help="Requests a second, 0 for any number. [default: `rate` of `[serve]`]")
    ] = None,
    days: Annotated[float | None, Option(help="After how many days it expires. [default: never]")] = None,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Make a key. Its text is shown once."""
    from evercart.show_keys import key_json, made

    done = _store(shop).create(name, scopes, rate=rate, days=days)
    say(as_json, {**key_json(done.key, done.key.created_us), "text": done.text}, made(done))


@key.command("list", epilog="Example: `evercart key list`")
def key_list(shop: Folder = HERE, as_json: AsJson = False) -> None:
    """List every key that was made, with what it may do. No secret is kept, so none is shown."""
    from evercart.show_keys import key_json, keys

    found, us = _store(shop).list(), Clock().now_us()
    say(as_json, {"keys": [key_json(one, us) for one in found]}, keys(found, us))


@key.command("revoke", epilog="Example: `evercart key revoke site`")
def key_revoke(named: Named, shop: Folder = HERE, as_json: AsJson = False) -> None:
    """Take a key back. A running service refuses it within a second."""
    from evercart.show_keys import keys

    store = _store(shop)
    gone = {one.id for one in store.revoke(named)}
    found = [one for one in store.list() if one.id in gone]
    say(as_json, {"revoked": [one.id for one in found]}, keys(found, Clock().now_us()))


@key.command("rotate", epilog="Example: `evercart key rotate site --hours 24`")
def key_rotate(
    named: Named,
    hours: Annotated[float, Option(help="For how long the key before it goes on.", min=0)] = 24,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Make a new key with the same name and scopes; the one before it works for some hours more."""
    from evercart.show_keys import key_json, made

    done = _store(shop).rotate(named, hours * HOUR_S)
    us = done.key.created_us
    until_us = us + round(hours * HOUR_S * SECOND_US)
    said = {**key_json(done.key, us), "text": done.text, "before_until_us": until_us}
    say(as_json, said, made(done, until_us))


def _store(folder: Path) -> KeyStore:
    from evercart.config import Config
    from evercart.serve.keystore import KeyStore

    Config.read(folder)  # is it a shop?
    return KeyStore(folder, Clock())
