"""Split-Digits: ten digits learned two at a time by one head, with each cure against forgetting beside none at all.

scikit-learn's digits, three quarters to learn, one to test, split anew by each seed; 5 steps of 2 classes in their own
order, no task at test. Every network is the same perceptron with the same number of passes over each step; `joint`
has as many over all at once. Settings were chosen on the splits of seeds 101 to 103 (`--seeds 101 102 103`), figures
are of seeds 1 to 5; intervals are Student's over the seeds. Forgetting is the mean, over the first four steps, of the
best accuracy a step's classes ever had less the last one. CPU seconds are of learning and of the five tests.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

from evercart.features.columns import Column
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.learners.by_tick import ByTick
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Classes
from evercart.learners.deep.mlp import Mlp
from evercart.remember.dark import Dark
from evercart.remember.distilled import Distilled
from evercart.remember.elastic import Elastic
from evercart.remember.exemplars import Exemplars
from evercart.remember.lda import Lda
from evercart.remember.memories import Balanced, Herded, Memory
from evercart.remember.projected import Projected
from evercart.remember.remembering import Remembering
from evercart.remember.replay import Replay
from evercart.remember.ridge import Ridge

PIXELS, CLASSES, STEPS, PASSES, TICK, ROWS_KEPT = 64, 10, 5, 100, 32, 100
COLUMNS: Final = tuple(Column(f"pixel{at}") for at in range(PIXELS))
HERDED, BALANCED = Herded(), Balanced()


def net(seed: int) -> Deep:
    return Deep(COLUMNS, Mlp((256,)), Classes(CLASSES), seed=seed)


def kept(memory: Memory, seed: int) -> Exemplars:
    """Return room for a hundred rows with label, margins, number."""
    return Exemplars(ROWS_KEPT * (16 + 4 * (PIXELS + CLASSES)), memory, seed)


def cured(cure: Callable[[int], Any]) -> Callable[[int], Any]:
    return lambda seed: Remembering(net(seed), cure(seed))


def ridge(seed: int) -> Any:
    return ByTick(Ridge(PIXELS, CLASSES, features=2000, width=2.0, ridge=0.01, seed=seed))


# name -> learner by seed, passes over each step, all classes at once, rows kept
RACERS: Final[dict[str, tuple[Callable[[int], Any], int, bool, int]]] = {
    "joint, the same net": (net, PASSES, True, 0),
    "joint, ridge": (ridge, 1, True, 0),
    "naive fine-tuning": (net, PASSES, False, 0),
    "EWC": (cured(lambda seed: Elastic(1e3, look=16)), PASSES, False, 0),
    "LwF": (cured(lambda seed: Distilled()), PASSES, False, 0),
    "LwF apart": (cured(lambda seed: Distilled(apart=True)), PASSES, False, 0),
    "A-GEM": (cured(lambda seed: Projected(kept(BALANCED, seed))), PASSES, False, ROWS_KEPT),
    "ER, balanced": (cured(lambda seed: Replay(kept(BALANCED, seed), 64)), PASSES, False, ROWS_KEPT),
    "ER, herded": (cured(lambda seed: Replay(kept(HERDED, seed), 64)), PASSES, False, ROWS_KEPT),
    "ER-ACE, herded": (cured(lambda seed: Replay(kept(HERDED, seed), 64, apart=True)), PASSES, False, ROWS_KEPT),
    "DER++, balanced": (cured(lambda seed: Dark(kept(BALANCED, seed), 64, labels=1.0)), PASSES, False, ROWS_KEPT),
    "DER++, herded": (cured(lambda seed: Dark(kept(HERDED, seed), 64, labels=1.0)), PASSES, False, ROWS_KEPT),
    "DER++ apart, herded": (
        cured(lambda seed: Dark(kept(HERDED, seed), 64, labels=1.0, apart=True)),
        PASSES,
        False,
        ROWS_KEPT,
    ),
    "streaming LDA": (lambda seed: ByTick(Lda(PIXELS, CLASSES)), 1, False, 0),
    "ridge on random features": (ridge, 1, False, 0),
}


def taught(x: NDArray[np.float32], y: NDArray[np.int64], number: NDArray[np.int64], order: NDArray[np.int64]) -> Turns:
    """Return labels that settle in an order, so many to a tick."""
    place = np.arange(len(order))
    what, never = np.full(len(order), SETTLED, np.int8), np.full(len(order), np.nan)
    label, ones, key = y[order].astype(np.float64), np.ones(len(order)), np.zeros(len(order), np.uint64)
    return Turns(what, place // TICK, place, place, number[order], label, never, ones, key, x[order])


def asked(x: NDArray[np.float32]) -> Turns:
    """Return questions of one tick."""
    place, never = np.arange(len(x)), np.full(len(x), np.nan)
    what = np.full(len(x), ASKED, np.int8)
    return Turns(what, place * 0, place, place, place, never, never, never * 0 + 1, np.zeros(len(x), np.uint64), x)


def run(learner: Any, seed: int, passes: int, at_once: bool) -> tuple[float, float, float]:
    """Return the accuracy after the last step, the mean forgetting, the CPU seconds."""
    pixels, digits = load_digits(return_X_y=True)
    x, test, y, truth = train_test_split(
        (pixels / 16).astype(np.float32), digits, test_size=0.25, stratify=digits, random_state=seed
    )
    rng, number, pair = np.random.default_rng(seed), np.arange(len(y)), y * 0 if at_once else y // 2
    began_s, state, right = time.process_time(), learner.start(), []
    for step in range(pair.max() + 1):
        rows = np.flatnonzero(pair == step)
        order = np.concatenate([rng.permutation(rows) for _ in range(passes)])
        state, _ = learner.step(state, taught(x, y, number, order))
        hits = learner.peek(state, asked(test)) == truth
        right.append([hits[truth // 2 == each].mean() for each in range(STEPS)])
    best, last = np.max(right, 0)[: STEPS - 1], np.array(right)[-1, : STEPS - 1]
    return float(hits.mean()), float((best - last).mean()), time.process_time() - began_s


def spread(values: NDArray[np.float64]) -> str:
    """Return a mean with half the width of its 95 % interval."""
    if len(values) < 2:
        return f"{values[0]:.4f}"
    half = student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():.4f} ± {half:.4f}"


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5])
    options.add_argument("--only", default="", help="racers whose name holds this")
    chosen = options.parse_args()
    print(
        "| cure | rows kept | accuracy, last step | mean forgetting | CPU s a seed |\n| --- | --- | --- | --- | --- |"
    )
    for name, (make, passes, at_once, rows) in RACERS.items():
        if chosen.only in name:
            seen = np.array([run(make(seed), seed, passes, at_once) for seed in chosen.seeds])
            forgot = "" if at_once else spread(seen[:, 1])
            print(f"| {name} | {rows} | {spread(seen[:, 0])} | {forgot} | {seen[:, 2].mean():.1f} |", flush=True)


if __name__ == "__main__":
    main()
