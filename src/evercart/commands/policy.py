"""The command that says how a learned policy stands."""

from __future__ import annotations

from evercart.commands.base import HERE, AsJson, Folder, app, open_shop, say
from evercart.errors import UserError, expected


@app.command(epilog="Example: `evercart policy --json`")
def policy(shop: Folder = HERE, as_json: AsJson = False) -> None:
    """Learn from live decisions what to do about payments; say whether that may act in the place of the cost threshold.

    What it would have saved is told doubly robust, by the chances with which actions were drawn: both policies answer
    each decision again, by what had settled before it. It acts once the lower bound of that, which holds however often
    one looks, is above 0. A process that answers looks as it begins, then once a day.

    Needs `[fraud.costs]`, `[fraud.policy]` with `learn = true` in shop.toml.
    """
    with open_shop(shop) as opened:
        from evercart.acting.learned import learned_from
        from evercart.show_policy import learned

        found = next((one for one in opened.apps if one.acts and one.acts.learning), None)
        if found is None or found.acts is None or found.acts.learning is None:
            raise UserError(expected("policy", "an app with [fraud.policy] learn = true in shop.toml", "none"))
        done = learned_from(opened.log, found.name, found.columns, found.acts, found.acts.learning)
        say(as_json, {"app": found.name, **done.summary()}, learned(done))
