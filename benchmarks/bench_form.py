"""A question to a net behind the service, answered by its learner, by its exported graph: CPU of each, how far apart.

A simulated shop whose `repurchase` has a net as its champion, learned up to its log's end. What answers is what
`evercart serve` asks (`serve/answering`), in this process, without HTTP; questions are the same in both. Times are CPU
microseconds a question, the median of 7 rounds; one thread.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch

from evercart.apps.deeper import factored
from evercart.apps.repurchase import repurchase
from evercart.clock import Clock
from evercart.deciding import Decision
from evercart.export.kept import path_of
from evercart.exporting import export
from evercart.publish.guard import Finite
from evercart.serve.answering.opened import Opened, opened
from evercart.shop import Shop
from evercart.testing.shop import START_US, SimulatedShop
from evercart.units import DAY_US

DAYS = 40


class Cost(NamedTuple):
    """What answered, what it said, CPU microseconds of a question, of the guess alone."""

    form: str
    guesses: list[float]
    question_us: float
    guess_us: float


def cost(now: Opened, users: list[str]) -> Cost:
    """Return what questions cost."""
    weights = now.weighed["repurchase"].weights
    guess = weights.learner.peek
    rounds, said = [], list[Decision]()
    for at in range(8):
        asked: list[float] = []

        def timed(state: Any, turns: Any, asked: list[float] = asked) -> Any:
            began_s = time.process_time()
            found = guess(state, turns)
            asked.append(time.process_time() - began_s)
            return found

        now.decider.weigh("repurchase", weights._replace(learner=Timed(timed)))
        began_s = time.process_time()
        said = [now.decider.answer("repurchase", {"user": user}, f"d{at}", level=False)[0] for user in users]
        rounds.append((1e6 * (time.process_time() - began_s) / len(users), 1e6 * sum(asked) / len(users)))
    question, alone = np.median(rounds[1:], axis=0)
    return Cost(said[0].form, [one.guess for one in said], float(question), float(alone))


class Timed(NamedTuple):
    """A learner that is asked through a clock."""

    peek: Any


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--questions", type=int, default=400)
    chosen = options.parse_args()
    torch.set_num_threads(1)
    app = repurchase()
    app = replace(app, champion=factored(app.columns), challengers=(), guards=(Finite(),))
    clock = Clock(now_us=lambda: START_US + (DAYS + 1) * DAY_US)
    with (
        tempfile.TemporaryDirectory() as folder,
        Shop.open(f"{folder}/shop", create=True, given=(app,), clock=clock) as shop,
    ):
        events = SimulatedShop(shoppers=300, items=200, days=DAYS).table()
        shop.log.import_history("history", lambda skip: iter([events.slice(skip)]))
        shop.run()
        names = shop.log.names(0, shop.log.next_offset)["user"].drop_null().unique().to_pylist()
        users: list[str] = [names[at % len(names)] for at in range(chosen.questions)]
        found = [_asked(shop, users)]
        (lane,), live = shop.ring().lanes(), shop.current("repurchase")
        where: Any = path_of(Path(shop.folder), "repurchase", "onnx")
        export(shop.shelf, lane, live.model if live else "", "onnx", where)
        found.append(_asked(shop, users))
    print("| answered by | CPU us, guess alone | CPU us, question | times the learner's |\n| --- | --- | --- | --- |")
    for one in found:
        ratios = f"{one.guess_us / found[0].guess_us:.2f}, {one.question_us / found[0].question_us:.2f}"
        print(f"| {one.form or 'the learner'} | {one.guess_us:.0f} | {one.question_us:.0f} | {ratios} |")
    print(f"\nlargest difference of a guess: {np.abs(np.subtract(found[0].guesses, found[1].guesses)).max():.1e}")


def _asked(shop: Shop, users: list[str]) -> Cost:
    now = opened(shop)
    try:
        return cost(now, users)
    finally:
        now.close()


if __name__ == "__main__":
    main()
