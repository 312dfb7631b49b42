"""Split-Digits: ten digits learned two at a time by one head, with each cure against forgetting beside none at all.

scikit-learn's digits, three quarters to learn, one to test, split anew by each seed; 5 steps of 2 classes in their own
order, no task at test. Every network is the same perceptron with the same number of passes over each step; `joint`
has as many over all at once. Settings were chosen on the splits of seeds 101 to 103 (`--seeds 101 102 103`), figures
are of seeds 1 to 5; intervals are Student's over the seeds. Forgetting is the mean, over the first four steps, of the
best accuracy a step's classes ever had less the last one. CPU seconds are of learning alone; a ratio is to naive
fine-tuning on the same split. `--pictures DIR` draws `steps.svg`, `cost.svg`, `forgetting.svg` there.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

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
from svg import Axis, Spread, bars, lines, points, stretched

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


def ridge(seed: int, features: int = 2000) -> Any:
    return ByTick(Ridge(PIXELS, CLASSES, features, width=2.0, ridge=0.01, seed=seed))


class Racer(NamedTuple):
    """A learner by seed, the passes it makes over each step, its colour, whether all classes come at once."""

    make: Callable[[int], Any]
    passes: int
    colour: int
    at_once: bool = False


class Seen(NamedTuple):
    """What came of one racer on one split."""

    steps: list[float]  # accuracy on all classes seen so far, after each step
    forgot: float
    cpu_s: float
    rows: int  # kept
    kib: float  # of the whole state


NONE, ROWS, WEIGHTS, SAID, EXACT = 2, 0, 1, 3, 4  # colours: by what is kept
JOINT, NAIVE = "joint, the same net", "naive fine-tuning"
RACERS: Final[dict[str, Racer]] = {
    JOINT: Racer(net, PASSES, NONE, True),
    "joint, ridge": Racer(ridge, 1, NONE, True),
    NAIVE: Racer(net, PASSES, NONE),
    "EWC": Racer(cured(lambda seed: Elastic(1e3, look=16)), PASSES, WEIGHTS),
    "LwF": Racer(cured(lambda seed: Distilled()), PASSES, WEIGHTS),
    "LwF apart": Racer(cured(lambda seed: Distilled(apart=True)), PASSES, WEIGHTS),
    "A-GEM": Racer(cured(lambda seed: Projected(kept(BALANCED, seed))), PASSES, ROWS),
    "ER, balanced": Racer(cured(lambda seed: Replay(kept(BALANCED, seed), 64)), PASSES, ROWS),
    "ER, herded": Racer(cured(lambda seed: Replay(kept(HERDED, seed), 64)), PASSES, ROWS),
    "ER-ACE, herded": Racer(cured(lambda seed: Replay(kept(HERDED, seed), 64, apart=True)), PASSES, ROWS),
    "DER++, balanced": Racer(cured(lambda seed: Dark(kept(BALANCED, seed), 64, labels=1.0)), PASSES, SAID),
    "DER++, herded": Racer(cured(lambda seed: Dark(kept(HERDED, seed), 64, labels=1.0)), PASSES, SAID),
    "DER++ apart, herded": Racer(
        cured(lambda seed: Dark(kept(HERDED, seed), 64, labels=1.0, apart=True)), PASSES, SAID
    ),
    "DER++ apart, half the draws": Racer(
        cured(lambda seed: Dark(kept(HERDED, seed), 32, labels=1.0, apart=True)), PASSES, SAID
    ),
    "streaming LDA": Racer(lambda seed: ByTick(Lda(PIXELS, CLASSES)), 1, EXACT),
    "ridge, 500 features": Racer(lambda seed: ridge(seed, 500), 1, EXACT),
    "ridge, 2000 features": Racer(ridge, 1, EXACT),
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


def run(racer: Racer, seed: int, passes: int) -> Seen:
    """Learn one split step by step, test after each."""
    pixels, digits = load_digits(return_X_y=True)
    x, test, y, truth = train_test_split(
        (pixels / 16).astype(np.float32), digits, test_size=0.25, stratify=digits, random_state=seed
    )
    learner, pair = racer.make(seed), y * 0 if racer.at_once else y // 2
    rng, number = np.random.default_rng(seed), np.arange(len(y))
    state, cpu_s, right, so_far = learner.start(), 0.0, [], []
    for step in range(pair.max() + 1):
        rows = np.flatnonzero(pair == step)
        turns = taught(x, y, number, np.concatenate([rng.permutation(rows) for _ in range(passes)]))
        began_s = time.process_time()
        state, _ = learner.step(state, turns)
        cpu_s += time.process_time() - began_s
        hits = learner.peek(state, asked(test)) == truth
        right.append([hits[truth // 2 == each].mean() for each in range(STEPS)])
        so_far.append(float(hits[(truth // 2 <= step) | racer.at_once].mean()))
    best, last = np.max(right, 0)[: STEPS - 1], np.array(right)[-1, : STEPS - 1]
    filled = getattr(getattr(state, "memory", None), "filled", (0,))
    size = sum(array.nbytes for array in arrays(state))
    return Seen(so_far, float((best - last).mean()), cpu_s, int(filled[0]), size / 1024)


def arrays(state: Any) -> Iterator[NDArray[Any]]:
    """Hand out the arrays of a state."""
    if isinstance(state, np.ndarray):
        yield state
    elif isinstance(state, tuple):
        for part in state:
            yield from arrays(part)


def spread(values: Sequence[float]) -> Spread:
    """Return a mean with half the width of its 95 % interval; of one value: with none."""
    if len(values) < 2:
        return float(values[0]), math.nan
    half = student.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / math.sqrt(len(values))
    return float(np.mean(values)), float(half)


def said(values: Sequence[float], digits: int = 4) -> str:
    """Return a mean with its interval in words."""
    mean, half = spread(values)
    return f"{mean:.{digits}f}" if math.isnan(half) else f"{mean:.{digits}f} ± {half:.{digits}f}"


def table(seen: dict[str, list[Seen]]) -> None:
    """Print a row a cure."""
    print("| cure | rows kept | state, KiB | accuracy, last step | mean forgetting | CPU s a seed | times naive |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    naive = seen[NAIVE]
    for name, each in seen.items():
        forgot = "" if RACERS[name].at_once else said([one.forgot for one in each])
        times = said([one.cpu_s / base.cpu_s for one, base in zip(each, naive, strict=True)], 2)
        row = (name, each[0].rows, f"{each[0].kib:,.0f}", said([one.steps[-1] for one in each]), forgot)
        print("|", " | ".join(map(str, row)), "|", f"{np.mean([one.cpu_s for one in each]):.2f} | {times} |")


def draw(seen: dict[str, list[Seen]], folder: Path) -> None:
    """Draw the three pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    cures = {name: (RACERS[name].colour, each) for name, each in seen.items() if not RACERS[name].at_once}
    level = (JOINT, spread([one.steps[-1] for one in seen[JOINT]])[0])
    near = [(at, f"{at:g}") for at in (0.2, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99)]
    after = Axis("classes learned", [(step, f"{2 * step}") for step in range(1, STEPS + 1)], (1, STEPS))
    grown = {name: (colour, np.mean([one.steps for one in each], 0).tolist()) for name, (colour, each) in cures.items()}
    shares = Axis("accuracy on the classes learned so far (stretched near 1)", near, (0.15, 0.998), stretched)
    (folder / "steps.svg").write_text(lines(grown, level, after, shares))
    high = Axis("accuracy after the last step (stretched near 1)", near, (0.15, 0.994), stretched)
    spent = {
        name: (RACERS[name].colour, float(np.mean([one.cpu_s for one in each])), spread([s.steps[-1] for s in each]))
        for name, each in seen.items()
    }
    decades = [(at, f"{at:g}") for at in (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30)]
    cpu = Axis("CPU seconds of learning (logarithmic)", decades, (0.008, 40), math.log)
    (folder / "cost.svg").write_text(points(spent, cpu, high))
    tenths = [(at / 5, f"{at / 5:.1f}") for at in range(6)]
    lost = {name: (colour, spread([one.forgot for one in each])) for name, (colour, each) in cures.items()}
    (folder / "forgetting.svg").write_text(bars(lost, Axis("mean forgetting, a share of accuracy", tenths, (0.0, 1.0))))


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5])
    options.add_argument("--only", default="", help="racers whose name holds this, beside naive fine-tuning")
    options.add_argument("--pictures", type=Path, help="a folder to draw into")
    chosen = options.parse_args()
    if chosen.pictures and (len(chosen.seeds) < 2 or chosen.only):
        options.error("--pictures draws every racer with its interval: wants two seeds or more, not --only")
    racers = {name: racer for name, racer in RACERS.items() if chosen.only in name or name == NAIVE}
    if chosen.only and not any(chosen.only in name for name in RACERS):
        options.error(f"--only: expected part of one of {', '.join(RACERS)}, got {chosen.only}")
    for racer in racers.values():  # what is compiled or loaded once is not timed
        run(racer, 0, 1)
    seen: dict[str, list[Seen]] = {name: [] for name in racers}
    for seed in chosen.seeds:  # one racer beside the other, so that a slower machine slows all
        for name, racer in racers.items():
            seen[name].append(run(racer, seed, racer.passes))
    table(seen)
    if chosen.pictures:
        draw(seen, chosen.pictures)


if __name__ == "__main__":
    main()
