"""The command that says why a decision was what it was."""

from __future__ import annotations

from typing import Annotated

from typer import Argument, Option

from evercart.commands.base import HERE, AsJson, Folder, app, open_shop, say
from evercart.errors import UserError, expected


@app.command(
    epilog="Examples: `evercart explain back-8-3`, `evercart explain back-8-3 --near --json`, "
    "`evercart explain --app spend --subject u17`"
)
def explain(
    decision: Annotated[str | None, Argument(metavar="DECISION", help="The id of one in the log.")] = None,
    name: Annotated[
        str | None, Option("--app", metavar="APP", help="Instead: one of the shop's apps, asked now.")
    ] = None,
    subject: Annotated[
        str | None, Option("--subject", metavar="ID", help="Whom it is asked about, such as a shopper.")
    ] = None,
    near: Annotated[
        bool, Option("--near", help="Where the revision that answered is gone, take the nearest one that is kept.")
    ] = False,
    features: Annotated[int, Option(help="How many are shown.", min=1)] = 15,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Say why a decision was what it was: what each feature added to the answer, by the revision that gave it.

    The parts sum to the answer: base, of someone of whom nothing is known, plus each feature's contribution. They are
    exact for linear models, factorization machines, mixtures of them; integrated gradients for nets; how far the sum
    is off is told. Of a list: what each item's score would have missed most.

    Of a payment first in words: reason codes with their numbers, which card, device, address, place carries the risk,
    the earlier payment that is most like it with what came of it.
    """
    now = name is not None and subject is not None
    if now == (decision is not None) or (name is None) != (subject is None):
        got = " ".join(
            word for word, given in (("DECISION", decision), ("--app", name), ("--subject", subject)) if given
        )
        raise UserError(expected("explain", "a DECISION, or both --app and --subject", got or "none"))
    with open_shop(shop) as opened:
        from evercart import explaining
        from evercart.show_explained import explained

        if decision is not None:
            found = explaining.explain(opened, decision, near=near)
        else:
            found = explaining.reasons_now(opened, name or "", subject or "")
    say(as_json, found.summary(), explained(found, features))
