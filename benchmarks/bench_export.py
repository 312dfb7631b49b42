"""Exports beside the learner they came from: how far they are apart, how fast they answer, what smaller forms cost.

A convolutional network and a perceptron on scikit-learn's digits, three quarters to learn, a quarter to test, split
anew by each seed. Times are CPU seconds on one thread, the median of 7 rounds; eager is the module called by torch in
float32. Pruned, distilled forms were taught on the rows that the learner learned from. Accuracy is the share of test
digits guessed right; figures are means over seeds 1 to 5.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bench_digits import spread
from bench_harden import digits, learned
from evercart.export.check import check
from evercart.export.distilled import distilled
from evercart.export.onnx import graph, said, session, small
from evercart.export.pruned import pruned, sparse
from evercart.export.unwrapped import Unwrapped
from evercart.features.columns import Column
from evercart.learners.deep.cnn import Cnn
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Classes
from evercart.learners.deep.mlp import Mlp

NETS = {"perceptron, 512 by 512": Mlp((512, 512)), "convolutions, 32 by 32": Cnn((1, 8, 8))}


def cpu_us(answer: Callable[[Any], Any], x: Any) -> float:
    """Return the microseconds of an answer."""
    answer(x)
    rounds = []
    for _ in range(7):
        began_s = time.process_time()
        for _ in range(100):
            answer(x)
        rounds.append((time.process_time() - began_s) / 100)
    return 1e6 * float(np.median(rounds))


def eager(one: Unwrapped) -> Callable[[Any], Any]:
    one.deep.layout.load(one.trained.weights, one.trained.buffers)
    module = one.deep.layout.asked(training=False)

    def answer(x: Any) -> Any:
        with torch.no_grad():
            return module(torch.from_numpy(x)).numpy()

    return answer


def run(network: Any, seed: int) -> dict[str, tuple[float, ...]]:
    split = digits(seed)
    deep = Deep(tuple(Column(str(at)) for at in range(64)), network, Classes(10), seed=seed)
    state, _ = learned(deep, split.learn, seed, 25)
    one, (x, y) = Unwrapped(deep, state), split.test
    whole = graph(one)
    asked = session(whole)
    apart = check(one, lambda rows: said(asked, rows)).margins
    answers: dict[str, Callable[[Any], Any]] = {"torch, eager": eager(one), "ONNX": lambda x: said(asked, x)}
    sizes = {"ONNX": len(whole)}
    with tempfile.TemporaryDirectory() as folder:
        for how in ("static",) if isinstance(network, Cnn) else ("static", "dynamic"):
            body = small(whole, Path(folder), split.early[0], how)  # type: ignore[arg-type]
            quick, sizes[f"ONNX, int8, {how}"] = session(body), len(body)
            answers[f"ONNX, int8, {how}"] = lambda x, quick=quick: said(quick, x)
    for form, make in (("pruned", pruned), ("distilled", distilled)):
        body = graph(make(one, split.learn[0]))
        body = sparse(body) if form == "pruned" else body
        quick = session(body)
        sizes[f"ONNX, {form}"] = len(body)
        answers[f"ONNX, {form}"] = lambda x, quick=quick: said(quick, x)
    found = {}
    for name, answer in answers.items():
        right = float((answer(x).argmax(1) == y).mean())
        found[name] = (
            right,
            cpu_us(answer, x[:1]),
            cpu_us(answer, x[:32]),
            apart if name == "ONNX" else np.nan,
            sizes.get(name, np.nan),
        )
    return found


def main() -> None:
    """Print the table."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5])
    chosen = options.parse_args()
    torch.set_num_threads(1)
    print(
        "| network | form | right | us, 1 row | times eager | us, 32 rows | times eager | apart, 10,000 inputs | kB |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for title, network in NETS.items():
        each = [run(network, seed) for seed in chosen.seeds]
        base = np.array([one["torch, eager"] for one in each])
        for form in each[0]:
            figures = np.array([one[form] for one in each])
            ratios = np.median(base / figures, axis=0)
            apart = "" if np.isnan(figures[0, 3]) else f"{figures[:, 3].max():.1e}"
            us = np.median(figures, axis=0)
            print(
                f"| {title} | {form} | {spread(figures[:, 0])} | {us[1]:.1f} | {ratios[1]:.1f}"
                f" | {us[2]:.1f} | {ratios[2]:.1f} | {apart} | {figures[0, 4] / 1000:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
