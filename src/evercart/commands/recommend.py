"""The command that recommends."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from evercart.commands.base import HERE, AsJson, Folder, app, new_teller, open_shop, say


@app.command(epilog="Example: `evercart recommend --session s17 -k 5 --why`, `evercart recommend --user u3 --json`")
def recommend(
    session: Annotated[str | None, Option(metavar="ID", help="The session that is going on, as it was sent.")] = None,
    user: Annotated[str | None, Option(metavar="ID", help="The shopper.")] = None,
    item: Annotated[str | None, Option(metavar="ID", help="What is looked at, where there is no session.")] = None,
    k: Annotated[int, Option("-k", help="How many items; of fewer candidates, all.")] = 10,
    why: Annotated[bool, Option("--why", help="Say of each item why, from what its score was made of.")] = False,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Say which items to show next, best first; to somebody unknown, what is popular.

    Reads the whole log first: sources learn from all of it, the ranker from its newest 200,000 rows. In a process
    that stays, `Shop.recommender()` does that once; it then takes in each row as it comes.
    """
    from evercart.recommender import require_places
    from evercart.show_answer import answer_json, answered

    require_places(k)
    teller = new_teller()
    with open_shop(shop) as opened, teller.telling():
        teller.step("read the log", None)
        answer = opened.recommender().answer(session=session, user=user, item=item, k=k, why=why)
        teller.step("read the log", 1.0)
    say(as_json, answer_json(answer, why=why), answered(answer, why=why))
