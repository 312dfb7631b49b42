"""What masked-language pre-training on PriceRunner's titles brings: held-out masked loss, then ten-shot classification.

MiniLM reads 5,000 titles; a tenth of all products (clusters) is held out, their titles are never read. `head`: the
encoder stays frozen, layer and words on it learn until a pass over the titles betters the loss on other titles (of
products that are neither) by less than 1 %. `tuned`: begins there, the last layers learn too. Each seventh token of a
held-out title is masked, the same ones for both. Ten-shot: ten titles each of ten categories, a ridge on the mean
vector of the encoder before and after, tested on held-out products; 20 draws on one tuning, the interval is Student's
over the differences of the draws. Rates and depth were chosen on the products of seed 101.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import Any, Final

import numpy as np
from sklearn.linear_model import RidgeClassifier

from bench_classify import Ints, spread, table
from evercart.features.encoders import MiniLm
from evercart.features.encoders.tokens import token_columns, token_rows
from evercart.learners.deep.adapted import Adapted, level
from evercart.learners.deep.deep import Deep, Trained
from evercart.learners.deep.depths import Last, OnlyHead
from evercart.learners.deep.extra import calm, torch
from evercart.learners.deep.heads import Classes
from evercart.learners.deep.masked import Masked, Surprise, common
from evercart.learners.deep.steps import AdamW
from evercart.learners.deep.warmed import warmed
from tuned import BATCH, lessons_alike, taught

TOKENS, TITLES, TESTED, WORDS, LAYERS, SHOTS, DRAWS = 32, 5_000, 1_500, 4_000, 3, 10, 20
HEAD_RATE, RATE, PASSES, MOST_PASSES = 2e-3, 3e-4, 3, 8
BASE: Final = MiniLm(most=TOKENS)
Vectors = np.ndarray[Any, np.dtype[np.float32]]


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seed", type=int, default=1)
    seed = options.parse_args().seed
    found = table("pricerunner_products.parquet", "title", "category_label", "cluster_id")
    rng = np.random.default_rng(seed)
    _, cluster = np.unique(found["cluster_id"], return_inverse=True)
    part = rng.choice(3, cluster.max() + 1, p=(0.8, 0.1, 0.1))[cluster]
    learned, looked, held = (rng.permutation(np.flatnonzero(part == one)) for one in range(3))
    rows = np.concatenate([learned[:TITLES], held[:TESTED], looked[: TESTED // 2]])
    x, label = token_rows(BASE, [found["texts"][row] for row in rows], TOKENS), found["label"][rows]
    learned, held, looked = np.split(np.arange(len(rows)), [TITLES, TITLES + TESTED])
    words = common(x[learned], WORDS, BASE)
    columns = token_columns(TOKENS)
    head = Deep(columns, Masked(BASE, OnlyHead(), words), Surprise(), AdamW(HEAD_RATE), batch=BATCH, seed=seed)
    tuned = replace(head, network=Masked(BASE, Last(LAYERS), words), steps=AdamW(RATE))
    print("| MiniLM, masked words of titles of unseen products | loss, nats | CPU s |\n| --- | --- | --- |", flush=True)
    began_s = time.process_time()
    frozen = converged(head, x, learned, looked, rng)
    before = told("frozen, its head converged", head, frozen, x[held], began_s)
    began_s, state = time.process_time(), warmed(tuned, head, frozen).state
    for turn in range(PASSES):
        slower = replace(tuned, steps=AdamW(RATE * (1 - turn / PASSES)))
        state, _ = slower.step(state, turns(x, learned, rng))
    after = told(f"last {LAYERS} layers learning, {PASSES} passes more", tuned, state, x[held], began_s)
    print(f"| change | {after / before - 1:+.1%} | |", flush=True)
    adapted = Deep(columns, Adapted(BASE, Last(LAYERS)), Classes(10), seed=seed)
    plain = vectors(adapted, adapted.start(), x[: held[-1] + 1])
    read = vectors(adapted, warmed(adapted, tuned, state, "base.").state, x[: held[-1] + 1])
    few_shot({"before": plain, "after": read, "both": np.hstack([plain, read])}, label[: held[-1] + 1], rng)


def converged(head: Deep, x: Vectors, learned: Ints, looked: Ints, rng: np.random.Generator) -> Trained:
    """Return the head after the last pass that helped by a hundredth."""
    state, best = head.start(), np.inf
    for turn in range(MOST_PASSES):
        slower = replace(head, steps=AdamW(HEAD_RATE / (1 + turn)))
        state, _ = slower.step(state, turns(x, learned, rng))
        now = loss(head, state, x[looked])
        if now > 0.99 * best:
            break
        best = now
    return state


def turns(x: Vectors, rows: Ints, rng: np.random.Generator) -> Any:
    """Return a pass over titles, those of like length together."""
    order = lessons_alike((x > 0).sum(1), rows, rng)
    return taught(x, np.zeros(len(x), np.int64), np.concatenate(order))


def loss(deep: Deep, state: Trained, x: Vectors) -> float:
    """Return the mean loss of a masked token, in nats."""
    margins = deep.margins(state, x)
    return float(margins[:, 0].sum() / margins[:, 1].sum())


def told(name: str, deep: Deep, state: Trained, x: Vectors, began_s: float) -> float:
    spent_s, found = time.process_time() - began_s, loss(deep, state, x)
    print(f"| {name} | {found:.3f} | {spent_s:.0f} |", flush=True)
    return found


def vectors(deep: Deep, state: Trained, x: Vectors) -> Vectors:
    """Return unit vectors of the encoder, (texts, width)."""
    module: Any = deep.layout.asked(training=False)
    out = np.zeros((len(x), BASE.width), np.float32)
    order = np.argsort((x > 0).sum(1), kind="stable")
    with calm(), torch().no_grad():
        deep.layout.load(state.weights, state.buffers)
        for first in range(0, len(x), 64):
            rows = order[first : first + 64]
            mean = level(*module.states(torch().from_numpy(x[rows])))
            out[rows] = (mean / mean.norm(dim=1, keepdim=True)).numpy()
    return out


def few_shot(given: dict[str, Vectors], label: Ints, rng: np.random.Generator) -> None:
    """Print the accuracy of a ridge on ten titles a category, by encoder."""
    right: dict[str, list[float]] = {name: [] for name in given}
    for _ in range(DRAWS):
        few = np.concatenate([rng.permutation(np.flatnonzero(label[:TITLES] == one + 1))[:SHOTS] for one in range(10)])
        for name, x in given.items():
            fitted = RidgeClassifier(0.1).fit(x[few], label[few])
            right[name].append(float(np.mean(fitted.predict(x[TITLES:]) == label[TITLES:])))
    print("\n| ten-shot, by encoder | accuracy | less before |\n| --- | --- | --- |")
    for name, found in right.items():
        print(f"| {name} | {spread(found)} | {spread(list(np.subtract(found, right['before'])))} |", flush=True)


if __name__ == "__main__":
    main()
