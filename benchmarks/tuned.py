"""MiniLM's last layers learning intents, within so many CPU seconds."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.linalg import solve

from evercart.features.encoders import MiniLm
from evercart.features.encoders.tokens import token_columns, token_rows
from evercart.labels.turns import SETTLED, Turns
from evercart.learners.deep.adapted import Adapted, level
from evercart.learners.deep.deep import Deep, Trained
from evercart.learners.deep.depths import Last
from evercart.learners.deep.extra import calm, torch
from evercart.learners.deep.heads import Classes
from evercart.learners.deep.steps import AdamW
from evercart.remember.growing import Growing
from intents import INTENTS, Floats, Ints, Messages, Vectors, apart, vectors

TOKENS, BATCH, ALIKE, RATE, PASSES, SHARE = 64, 32, 1024, 1e-4, 3, 2.0


def tuned(told: Messages, names: list[str], seed: int, budget_s: float) -> None:
    """Print what MiniLM reaches, its own head, then the ridge over its vectors, alone, beside the frozen ones."""
    base = MiniLm(most=TOKENS)
    x, rng = token_rows(base, told.texts, TOKENS), np.random.default_rng(seed)
    network = Adapted(base, Last(4), dropout=0.1, speed=10.0)
    deep = Deep(token_columns(TOKENS), network, Classes(INTENTS), AdamW(RATE), batch=BATCH, seed=seed)
    state, spent_s, truth = deep.start(), 0.0, told.label[told.test]
    print("\n| MiniLM, its last 4 of 6 layers learning | accuracy | CPU s so far |\n| --- | --- | --- |", flush=True)
    for turn in range(PASSES):
        parts = np.array_split(np.arange(-(-len(told.train) // BATCH)), 8)
        order = lessons_alike((x > 0).sum(1), told.train, rng)
        for place, part in enumerate(parts):
            if spent_s < budget_s:
                left = max(1 - max((turn + place / 8) / PASSES, spent_s / budget_s), 0.02)
                slower = replace(deep, steps=AdamW(RATE * left))
                slower.__dict__["layout"] = deep.layout  # the same module, built once
                began_s = time.process_time()
                state, _ = slower.step(state, taught(x, told.label, np.concatenate([order[at] for at in part])))
                spent_s += time.process_time() - began_s
        _, margins = seen(deep, state, x[told.test])
        print(
            f"| its own head, {turn + 1} passes | {np.mean(margins.argmax(1) == truth):.4f} | {spent_s:.0f} |",
            flush=True,
        )
        if spent_s >= budget_s:
            break
    ours, _ = seen(deep, state, x)
    for name, given in (("alone", ours), ("beside frozen ones", np.hstack([SHARE * ours, vectors(told.texts, names)]))):
        print(f"| ridge over its vectors, {name} | {ridged(given, told, seed):.4f} | |", flush=True)


def lessons_alike(long: Ints, rows: Ints, rng: np.random.Generator) -> list[Ints]:
    """Return lessons of rows, mixed anew, of texts alike in length within each thousand: less is padded."""
    mixed, out = rng.permutation(rows), list[Ints]()
    for first in range(0, len(mixed), ALIKE):
        some = mixed[first : first + ALIKE]
        some = some[np.argsort(long[some], kind="stable")]
        out += [some[at : at + BATCH] for at in range(0, len(some), BATCH)]
    return [out[at] for at in rng.permutation(len(out))]


def taught(x: Vectors, label: Ints, rows: Ints) -> Turns:
    """Return labels that settle in their order, a lesson to a tick."""
    place, never, key = np.arange(len(rows)), np.full(len(rows), np.nan), rows.astype(np.uint64)
    what, y = np.full(len(rows), SETTLED, np.int8), label[rows].astype(np.float64)
    return Turns(what, place // BATCH, place, place, rows, y, never, np.ones(len(rows)), key, x[rows])


def seen(deep: Deep, state: Trained, x: Vectors) -> tuple[Vectors, Floats]:
    """Return unit vectors, (texts, width), with margins, (texts, intents), many texts at once."""
    module: Any = deep.layout.asked(training=False)
    vector, margins = np.zeros((len(x), 384), np.float32), np.zeros((len(x), INTENTS))
    order = np.argsort((x > 0).sum(1), kind="stable")
    with calm(), torch().no_grad():
        deep.layout.load(state.weights, state.buffers)
        for first in range(0, len(x), 64):
            rows = order[first : first + 64]
            mean = level(*module.states(torch().from_numpy(x[rows])))
            margins[rows] = module.head(mean).numpy()
            vector[rows] = (mean / mean.norm(dim=1, keepdim=True)).numpy()
    return vector, margins


def ridged(x: Vectors, told: Messages, seed: int) -> float:
    """Return the accuracy of one ridge over all rows to learn from."""
    model = Growing(x.shape[1], 2048, 0.6 * apart(x[told.train]), 0.1, seed=seed)
    rows = model.lifted(x[told.train])
    target = np.eye(INTENTS)[told.label[told.train]]
    weights = solve(rows.T @ rows + model.ridge * np.eye(2048), rows.T @ target, assume_a="pos")
    return float(np.mean((model.lifted(x[told.test]) @ weights).argmax(1) == told.label[told.test]))
