"""Commands about live decisions: computed again, let go of."""

from __future__ import annotations

from typer import Exit

from evercart.commands.base import HERE, AsJson, Folder, app, new_teller, open_shop, say, shown


@app.command(epilog="Example: `evercart verify --json`")
def verify(shop: Folder = HERE, as_json: AsJson = False) -> None:
    """Compute each live decision again, from its feature offset, its revision: it must agree to the last bit.

    Reads the whole log once. Exits with 2 where one differs.
    """
    teller = new_teller()
    with open_shop(shop) as opened, teller.telling():
        done = opened.verify(teller.rows)
    say(as_json, done.as_dict(), shown().verified(done))
    if done.differing:
        raise Exit(2)


@app.command(epilog="Example: `evercart compact --shop my-shop`")
def compact(shop: Folder = HERE, as_json: AsJson = False) -> None:
    """Seal live rows; drop the features of decisions that are learned, and lie before the oldest checkpoint."""
    teller = new_teller()
    with open_shop(shop) as opened, teller.telling():
        done = opened.compact(teller.rows)
    said = done._asdict()
    say(as_json, said, shown().pairs(said))
