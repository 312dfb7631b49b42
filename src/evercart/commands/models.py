"""Commands about which model is live."""

from __future__ import annotations

import getpass
import platform
from contextlib import suppress
from typing import Annotated, Any

from typer import Argument, Option

from evercart.commands.base import HERE, AsJson, Folder, app, open_shop, say

Name = Annotated[str, Argument(metavar="APP", help="One of the shop's apps, such as repurchase or spend.")]


def _show() -> Any:
    from evercart import show_models

    return show_models


def _earned(log: Any, models: list[str]) -> Any:
    from evercart.earned import earned

    return earned(log, models)


def who() -> str:
    """Return who types: moves are logged with it."""
    with suppress(OSError, KeyError):  # no such user where the system knows only a number
        return f"{getpass.getuser()}@{platform.node()}"
    return f"somebody@{platform.node()}"


@app.command(epilog="Example: `evercart versions repurchase`")
def versions(
    name: Annotated[str | None, Argument(metavar="[APP]", help="Of one app only.")] = None,
    limit: Annotated[int, Option(help="How many revisions of each model.", min=1)] = 3,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """List the models of each app with their kept revisions: which is live, what each lost, where it came from."""
    with open_shop(shop) as opened:
        apps = [name] if name else [one.name for one in opened.apps]
        live = {one: opened.current(one) for one in apps}
        models = {one: opened.shelf.models(one) for one in apps}
        kept = {one: opened.versions(one) for one in apps}
        came = _earned(opened.log, [each.id for one in apps for each in models[one]]) if as_json else {}
    said: dict[str, Any] = {"apps": _show().versions_json(live, models, kept, came)} if as_json else {}
    say(as_json, said, _show().versions(live, models, kept, limit))


@app.command(epilog="Example: `evercart promote repurchase hyper`")
def promote(
    name: Name,
    model: Annotated[str, Argument(metavar="MODEL", help="Its name, or six letters of its id or more.")],
    force: Annotated[bool, Option("--force", help="Overrule the gate; who did it is logged.")] = False,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Ask the gate to make a model live; say what it objects, if it does.

    Nothing else needs to be done for a model to go live: the gate promotes by itself, on evidence.
    """
    with open_shop(shop) as opened:
        move = opened.promote(name, model, who=who(), force=force)
    say(as_json, _show().move_json(move), _show().move(move))


@app.command(epilog="Example: `evercart rollback repurchase`")
def rollback(
    name: Name,
    to: Annotated[
        str | None, Argument(metavar="[TO]", help="A model, or a revision; what was live before if not said.")
    ] = None,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Go back at once, to another model or to an older revision of one; what lies between is skipped for good."""
    with open_shop(shop) as opened:
        move = opened.rollback(name, to, who=who())
    say(as_json, _show().move_json(move), _show().move(move))


@app.command(epilog="Example: `evercart diff continual hyper`")
def diff(
    a: Annotated[str, Argument(metavar="A", help="A model, or a revision.")],
    b: Annotated[str, Argument(metavar="B", help="Another one.")],
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Say what sets two revisions apart: code, parameters, features, scores, weights."""
    with open_shop(shop) as opened:
        found = opened.shelf.diff(a, b)
    say(as_json, _show().difference_json(found), _show().difference(found))
