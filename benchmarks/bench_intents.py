"""Intents of a bank, seven at a time: cures beside none at all over frozen encoders; few examples; a tuned encoder.

BANKING77, the official split; only the report reads test rows. Shares of the encoders, widths, ridges were chosen
on a fifth of the training rows held out (`--trial`, seeds 101 to 103), the rest set beforehand; figures are of seeds 1
to 5, which draw the order of the intents, the passes, the random features. Intervals are Student's over the seeds.

`steps`: 11 steps of 7 intents, no step told at test. Heads of torch are one linear layer with the same passes over each
step; a cure keeps 10 rows an intent. The ridge is learned in ticks of 128 rows, each once, none kept; its joint twin is
one solution over all rows so far. Forgetting is the mean, over the first ten steps, of the best accuracy a step's
intents ever had less the last one. `few`: 10 rows an intent. `tuned`: MiniLM learns from all rows, in lessons of 32
messages alike in length, until its CPU seconds are spent; one seed, settings set beforehand.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from scipy.linalg import solve
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_union
from sklearn.svm import LinearSVC

from evercart.features.columns import Column
from evercart.features.encoders import encoder
from evercart.labels.turns import ASKED, SETTLED, Turns
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Classes
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.steps import AdamW
from evercart.remember.dark import Dark
from evercart.remember.exemplars import Exemplars
from evercart.remember.growing import Growing
from evercart.remember.lda import Lda
from evercart.remember.memories import Herded
from evercart.remember.remembering import Remembering
from evercart.remember.replay import Replay
from intents import FILE, INTENTS, Floats, Ints, Messages, Vectors, apart, messages, spread, vectors
from shared import there
from svg import Axis, lines, stretched
from tuned import tuned

STEPS, KEPT, PASSES, TICK, FEW = 11, 10, 10, 32, 10
FEATURES, WIDTH, RIDGE, FEW_RIDGE = 4096, 0.6, 0.1, 0.3  # WIDTH in mean distances
RATE, CALM, SHRINK = 3e-3, 30.0, 3e-4  # of the heads of torch, of the logistic regression, of LDA


class Step(NamedTuple):
    """What a racer says after a step."""

    guesses: Ints  # (test rows,)
    cpu_s: float  # of learning


Racer = Callable[[Messages, Vectors, list[Ints], int], Iterator[Step]]


def turns(x: Vectors, label: Ints | None, rows: Ints, tick: int) -> Turns:
    """Return rows as questions, or as labels that settle in their order, so many to a tick."""
    place, never = np.arange(len(rows)), np.full(len(rows), np.nan)
    what = np.full(len(rows), ASKED if label is None else SETTLED, np.int8)
    y = never if label is None else label[rows].astype(np.float64)
    return Turns(what, place // tick, place, place, rows, y, never, np.ones(len(rows)), rows.astype(np.uint64), x[rows])


def net(inputs: int, seed: int) -> Deep:
    columns = tuple(Column(f"v{at}") for at in range(inputs))
    return Deep(columns, Mlp(()), Classes(INTENTS), AdamW(RATE), seed=seed)


def head(cure: Callable[[Exemplars], Any] | None = None, joint: bool = False) -> Racer:
    """Return one linear layer that passes over each step, or once over all."""

    def run(told: Messages, x: Vectors, steps: list[Ints], seed: int) -> Iterator[Step]:
        deep, rng = net(x.shape[1], seed), np.random.default_rng(seed)
        memory = Exemplars(KEPT * INTENTS * (16 + 4 * (x.shape[1] + INTENTS)), Herded(), seed)
        learner: Any = deep if cure is None else Remembering(deep, cure(memory))
        state = learner.start()
        for rows in [np.concatenate(steps)] if joint else steps:
            order = np.concatenate([rng.permutation(rows) for _ in range(PASSES)])
            began_s = time.process_time()
            state, _ = learner.step(state, turns(x, told.label, order, TICK))
            learn_s = time.process_time() - began_s
            said = learner.peek(state, turns(x, None, told.test, len(told.test)))
            yield Step(said.astype(np.int64), learn_s)

    return run


def lda(told: Messages, x: Vectors, steps: list[Ints], seed: int) -> Iterator[Step]:
    """Learn sums."""
    model = Lda(x.shape[1], INTENTS, SHRINK)
    state = model.start()
    for rows in steps:
        began_s = time.process_time()
        state = model.learn(state, x[rows], told.label[rows].astype(np.float64), np.ones(len(rows)))
        learn_s = time.process_time() - began_s
        scores = x[told.test] @ state.slopes.T + state.offsets
        yield Step(np.where(state.seen > 0, scores, -np.inf).argmax(1), learn_s)


def growing(x: Vectors, told: Messages, seed: int) -> Growing:
    return Growing(x.shape[1], FEATURES, WIDTH * apart(x[told.train]), RIDGE, seed=seed)


def recursive(told: Messages, x: Vectors, steps: list[Ints], seed: int) -> Iterator[Step]:
    """Learn each row once, tick by tick."""
    model = growing(x, told, seed)
    state, asked, rng = model.start(), model.lifted(x[told.test]), np.random.default_rng(seed)
    for rows in steps:
        began_s, order = time.process_time(), rng.permutation(rows)
        for first in range(0, len(order), 128):
            some = order[first : first + 128]
            state = model.learn(state, model.lifted(x[some]), told.label[some], np.ones(len(some)))
        learn_s = time.process_time() - began_s
        yield Step(np.where(state.seen > 0, asked @ state.weights.T, -np.inf).argmax(1), learn_s)


def solved(told: Messages, x: Vectors, steps: list[Ints], seed: int) -> Iterator[Step]:
    """Solve the same ridge anew over all rows so far."""
    model = growing(x, told, seed)
    asked, curve = model.lifted(x[told.test]), model.ridge * np.eye(FEATURES)
    sums, seen = np.zeros((FEATURES, INTENTS)), np.zeros(INTENTS)
    for rows in steps:
        began_s, lifted = time.process_time(), model.lifted(x[rows])
        target = np.eye(INTENTS)[told.label[rows]]
        curve, sums, seen = curve + lifted.T @ lifted, sums + lifted.T @ target, seen + target.sum(0)
        weights = solve(curve, sums, assume_a="pos")
        learn_s = time.process_time() - began_s
        yield Step(np.where(seen > 0, asked @ weights, -np.inf).argmax(1), learn_s)


def logistic(told: Messages, x: Vectors, steps: list[Ints], seed: int) -> Iterator[Step]:
    """Fit once to all rows."""
    rows, began_s = np.concatenate(steps), time.process_time()
    fitted = LogisticRegression(C=CALM, max_iter=500).fit(x[rows], told.label[rows])
    yield Step(fitted.predict(x[told.test]), time.process_time() - began_s)


# name -> racer, rows kept an intent
RACERS: Final[dict[str, tuple[Racer, str]]] = {
    "joint, logistic regression": (logistic, "all"),
    "joint, linear head": (head(joint=True), "all"),
    "joint, ridge on random features": (solved, "all"),
    "naive fine-tuning": (head(), "0"),
    "ER": (head(lambda kept: Replay(kept, 64)), str(KEPT)),
    "ER-ACE": (head(lambda kept: Replay(kept, 64, apart=True)), str(KEPT)),
    "DER++": (head(lambda kept: Dark(kept, 64, said=0.1, labels=1.0)), str(KEPT)),
    "DER++ apart": (head(lambda kept: Dark(kept, 64, said=0.1, labels=1.0, apart=True)), str(KEPT)),
    "streaming LDA": (lda, "0"),
    "recursive ridge on random features": (recursive, "0"),
}
JOINT: Final = "joint, ridge on random features"
DRAWN: Final = {  # cure -> short name, colour: nothing is kept, rows, rows with what was said of them, sums
    "naive fine-tuning": ("naive", 2),
    "ER": ("ER", 0),
    "ER-ACE": ("ER-ACE", 0),
    "DER++": ("DER++", 3),
    "DER++ apart": ("DER++ apart", 3),
    "streaming LDA": ("streaming LDA", 4),
    "recursive ridge on random features": ("recursive ridge", 4),
}


def raced(racer: Racer, told: Messages, x: Vectors, seed: int) -> tuple[Floats, float, float]:
    """Return the accuracy over the intents so far after each step, the mean forgetting, the CPU seconds of a step."""
    mixed = np.random.default_rng(seed).permutation(INTENTS)
    step = np.empty(INTENTS, np.int64)
    step[mixed] = np.arange(INTENTS) // (INTENTS // STEPS)
    steps = [told.train[step[told.label[told.train]] == at] for at in range(STEPS)]
    truth, said = told.label[told.test], list(racer(told, x, steps, seed))
    right = np.array([one.guesses == truth for one in said])
    each = np.stack([right[:, step[truth] == at].mean(1) for at in range(STEPS)], axis=1)  # (times asked, steps)
    sofar = np.array([right[at][step[truth] <= at].mean() for at in range(STEPS)] if len(said) == STEPS else [])
    forgot = float((each.max(0) - each[-1])[:-1].mean())
    return np.append(sofar[:-1], right[-1].mean()), forgot, sum(one.cpu_s for one in said) / STEPS


def encoding(told: Messages, names: list[str]) -> None:
    """Print what the texts of one step cost, the encoders once warm."""
    texts = [told.texts[row] for row in told.train[::STEPS]]
    for name in names:
        encode = encoder(name)
        encode(["warm"])
        began_s = time.process_time()
        encode(texts)
        print(f"a step's {len(texts)} texts, {name}: {time.process_time() - began_s:.1f} CPU s", flush=True)


def stepped(told: Messages, names: list[str], seeds: list[int], only: list[str]) -> dict[str, Floats]:
    """Print the table of steps; return each racer's mean accuracy by step."""
    x, curves = vectors(told.texts, names), {}
    if not only:
        encoding(told, names)
    print("\n| cure | rows kept an intent | accuracy, last step | mean forgetting | CPU s a step |")
    print("| --- | --- | --- | --- | --- |")
    for name, (racer, kept) in RACERS.items():
        if not only or name in only:
            found = [raced(racer, told, x, seed) for seed in (seeds[:1] if racer is logistic else seeds)]
            last, forgot = spread([float(one[0][-1]) for one in found]), spread([one[1] for one in found])
            cpu_s = np.mean([one[2] for one in found])
            print(f"| {name} | {kept} | {last} | {'' if kept == 'all' else forgot} | {cpu_s:.1f} |", flush=True)
            curves[name] = np.mean([one[0] for one in found], axis=0)
    print(f"\n| intents so far | {' | '.join(str((at + 1) * INTENTS // STEPS) for at in range(STEPS))} |")
    print("| --- |" + " --- |" * STEPS)
    for name, curve in curves.items():
        if len(curve) == STEPS:
            print(f"| {name} | {' | '.join(f'{one:.3f}' for one in curve)} |")
    return curves


def picture(curves: dict[str, Floats]) -> str:
    """Return the accuracy over the intents so far, a line a cure, beside that of the joint ridge."""
    cures = {short: (colour, curves[name].tolist()) for name, (short, colour) in DRAWN.items() if name in curves}
    steps = [(step, f"{INTENTS // STEPS * step}") for step in range(1, STEPS + 1)]
    near = [(at, f"{at:g}") for at in (0.1, 0.3, 0.5, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.96, 0.98)]
    shares = Axis("accuracy on the intents so far (stretched near 1)", near, (0.05, 0.988), stretched)
    level = ("joint ridge", float(curves[JOINT][-1]))
    return lines(cures, level, Axis("intents so far", steps, (1, STEPS)), shares)


def few(told: Messages, names: list[str], seeds: list[int]) -> None:
    """Print the table of ten rows an intent."""
    x, truth, found = vectors(told.texts, names), told.label[told.test], dict[str, list[float]]()
    for seed in seeds:
        rng = np.random.default_rng(seed)
        rows = np.concatenate([rng.permutation(told.train[told.label[told.train] == one])[:FEW] for one in range(77)])
        label = told.label[rows]
        model = growing(x, told, seed)
        lifted = model.lifted(x[rows])
        weights = solve(
            lifted.T @ lifted + FEW_RIDGE * np.eye(FEATURES), lifted.T @ np.eye(INTENTS)[label], assume_a="pos"
        )
        letters = TfidfVectorizer(sublinear_tf=True, analyzer="char_wb", ngram_range=(2, 5))
        words = make_union(TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2)), letters)
        plain = LinearSVC().fit(words.fit_transform([told.texts[row] for row in rows]), label)
        said = {
            "TF-IDF of words, of letters; linear SVM": plain.predict(
                words.transform([told.texts[row] for row in told.test])
            ),
            "frozen encoders, logistic regression": LogisticRegression(C=CALM, max_iter=500)
            .fit(x[rows], label)
            .predict(x[told.test]),
            "frozen encoders, ridge on random features": (model.lifted(x[told.test]) @ weights).argmax(1),
        }
        for name, guesses in said.items():
            found.setdefault(name, []).append(float(np.mean(guesses == truth)))
    print(f"\n| {FEW} examples an intent | accuracy |\n| --- | --- |")
    for name, values in found.items():
        print(f"| {name} | {spread(values)} |", flush=True)


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5])
    options.add_argument("--only", default="", help="steps, few or tuned")
    options.add_argument(
        "--racers", nargs="*", default=[], help="names of racers; none: all, with the cost of encoding"
    )
    options.add_argument("--texts", nargs="+", default=["sentences", "minilm", "e5"], help="encoders, side by side")
    options.add_argument("--trial", action="store_true", help="report on held-out training rows, not on the test rows")
    options.add_argument("--quick", action="store_true", help="one seed, a minute of tuning")
    options.add_argument("--budget-s", type=float, default=600.0, help="CPU seconds of tuning")
    options.add_argument("--pictures", type=Path, help="a folder to draw accuracy by step into")
    chosen = options.parse_args()
    if not there(FILE):
        return
    told, seeds = messages(chosen.trial), chosen.seeds[:1] if chosen.quick else chosen.seeds
    if chosen.only in "steps":
        curves = stepped(told, chosen.texts, seeds, chosen.racers)
        if chosen.pictures:
            chosen.pictures.mkdir(parents=True, exist_ok=True)
            (chosen.pictures / "intents.svg").write_text(picture(curves))
    if chosen.only in "few":
        few(told, chosen.texts, seeds)
    if chosen.only in "tuned":
        tuned(told, chosen.texts, seeds[0], 60.0 if chosen.quick else chosen.budget_s)


if __name__ == "__main__":
    main()
