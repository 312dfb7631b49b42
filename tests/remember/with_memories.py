"""The command line of a shop whose app `spend` learns by nets that keep rows; run with its words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from evercart import apps
from evercart.app import App
from evercart.apps.spend import spend
from evercart.cli import main
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Squared
from evercart.learners.deep.mlp import Mlp
from evercart.learners.learner import Learner
from evercart.learners.scaled import Scaled
from evercart.remember.cure import Cure
from evercart.remember.dark import Dark
from evercart.remember.distilled import Distilled
from evercart.remember.exemplars import Exemplars
from evercart.remember.memories import Herded, Recent
from evercart.remember.news import News
from evercart.remember.remembering import Remembering
from evercart.remember.replay import Replay

KEEPING = ("replay", "dark")


def memories() -> App:
    app = spend()
    deep = Deep(app.columns, Mlp((16,)), Squared(), batch=4)

    def around(cure: Cure[Any]) -> Learner[Any]:
        return Scaled(Remembering(deep, cure), app.columns)

    herded, recent = (Exemplars(1 << 13, memory) for memory in (Herded(), Recent()))
    challengers = (
        ("replay", around(Replay(recent, draws=4))),
        ("dark", around(Dark(herded, draws=4))),
        ("distilled", around(Distilled(news=News(every=50)))),
    )
    return replace(app, challengers=challengers)


if __name__ == "__main__":
    apps.APPS["spend"] = memories
    main()
