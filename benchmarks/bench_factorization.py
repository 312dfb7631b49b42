"""Factorization machine, k = 8, beside FTRL on the same drifting stream, whose pairs of fields act together."""

from __future__ import annotations

import argparse

import numpy as np

from drifting import drifting, names
from evercart.learners.factorization import Factorization
from evercart.learners.ftrl import Ftrl
from evercart.learners.linear import Linear
from peers import Quality, best, cpu_s, grid, markdown, quality
from stream import COLUMNS, from_slots, from_strings, hashed

SEEDS = (1, 2, 3, 4, 5)
RATES = (0.02, 0.05, 0.1, 0.2, 0.4)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--seeds", type=int, default=len(SEEDS))
    args = parser.parse_args()
    found: dict[str, list[Quality]] = {}
    tenth = args.events // 10
    for seed in SEEDS[: args.seeds]:
        stream = drifting(args.events, seed)
        table, labels = names(stream), stream.labels
        slots = hashed(table)
        if seed == SEEDS[0]:

            def loss(learner: Factorization | Linear) -> float:
                return quality(from_slots(learner, slots[:tenth], labels[:tenth]), labels[:tenth]).log_loss  # noqa: B023

            pairs = best([Factorization(COLUMNS, rate=rate) for rate in RATES], loss)
            plain = best([Linear(COLUMNS, optimizer=Ftrl(*at)) for at in grid()], loss)
            print("chosen on the first tenth of seed 1: rate", pairs.rate, "against", plain.optimizer)
            seconds = (
                cpu_s(lambda: from_slots(pairs, slots, labels))[0],  # noqa: B023
                cpu_s(lambda: from_strings(pairs, table, labels))[0],  # noqa: B023
            )
            rows: list[tuple[object, ...]] = [
                ("factorization, integer columns", args.events / seconds[0], "700,000"),
                ("factorization, Arrow strings", args.events / seconds[1], ""),
            ]
            print(markdown("Speed", ("what", "events per CPU second", "wanted"), rows), flush=True)
        for name, learner in (("factorization", pairs), ("FTRL", plain)):
            found.setdefault(name, []).append(quality(from_slots(learner, slots, labels), labels, tenth))
        truth = quality(stream.chance, labels, tenth)
        found.setdefault("the chance that drew the labels", []).append(truth)
    rows = [(name, *np.mean(each, 0), " ".join(f"{q.log_loss:.5f}" for q in each)) for name, each in found.items()]
    print(
        markdown(
            "Quality after the first tenth, mean of the seeds", ("what", "log loss", "AUC", "log loss by seed"), rows
        )
    )


if __name__ == "__main__":
    main()
