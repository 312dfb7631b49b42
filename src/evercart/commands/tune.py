"""The command that searches for settings."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from evercart.commands.base import HERE, AsJson, Folder, app, new_teller, open_shop, say, shown


@app.command(epilog="Example: `evercart tune repurchase --trials 20`")
def tune(
    name: Annotated[str, Argument(metavar="APP", help="One of the shop's apps, such as repurchase or spend.")],
    of: Annotated[
        str | None, Option("--of", metavar="RACER", help="Whose settings; its net if not said, else the champion.")
    ] = None,
    trials: Annotated[int, Option(min=1, metavar="N", help="How many settings to try.")] = 20,
    seconds: Annotated[float | None, Option(metavar="S", help="Begin no trial after so many.")] = None,
    seed: Annotated[int, Option(help="Of what is tried.")] = 1,
    study: Annotated[Path | None, Option(metavar="FILE", help="Keep the trials there, go on from them.")] = None,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Search for settings of an app's racer on the shop's history; needs the extra `tune`.

    They are chosen on the early half of the log. What the winner loses on the later half stands beside what the racer
    as it is loses there, and chooses nothing. The lines to put into `shop.toml` let it race on the stream, where the
    gate alone decides.
    """
    from evercart.loop import Ring
    from evercart.searching import optuna, search

    optuna()
    teller = new_teller()
    with open_shop(shop) as opened, teller.telling():
        chosen = opened.app(name)
        how: dict[str, Any] = {
            "of": of,
            "trials": trials,
            "seconds": seconds,
            "seed": seed,
            "study": study,
            "told": teller.step,
        }
        batches = Ring((chosen,), opened.config.tick, gated=False).read(opened.log)
        found = search(chosen, batches, opened.config.tick, opened.clock.cpu_s, **how)
    said = {**found._asdict(), "gap": found.gap._asdict(), "paste": found.paste}
    lines = {
        "loss as it is, winner; early half": "{:.6f}, {:.6f}".format(*found.early),
        "later half": "{:.6f}, {:.6f}".format(*found.later),
        "winner less as it is, later half": f"{found.gap.mean:+.6f} ({found.gap.low:+.6f} to {found.gap.high:+.6f})",
        "trials": found.trials,
        "CPU s": f"{found.cpu_s:.1f}",
        "to put into shop.toml": found.paste.strip(),
    }
    say(as_json, said, shown().pairs(lines))
