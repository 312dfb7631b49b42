"""Labels that come one by one: BANKING77's intents as they appear, PriceRunner's categories one after the other.

Texts are encoded once by the app's own encoder (the CPU is told apart). `stream` learns as the app does, exactly once
from each message; `joint` is the same head on the same vectors, fitted at once to all that has been told by then.

BANKING77: the official split. At each of 77 steps one more intent appears with 10 of its training messages; the others
come at any later step, mixed. At each step the test messages of the intents so far are guessed; those of intents yet
to come are the unknown ones. Flagged is by the threshold of that moment, taken from the stream alone, and by the one
that gives exactly 5 % false alarms on the known test messages; the mean is over the steps from the fifth on.

PriceRunner: a fifth to test, of the rows, and of the products (clusters); categories one after the other. A newcomer:
nine categories are learned, then 20 rows of the tenth. Widths and shares were chosen on the split of seed 101.
Intervals are Student's over the seeds, which draw order and split.
"""

from __future__ import annotations

import argparse
import os
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.linalg import solve
from scipy.stats import t as student
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from evercart.apps.classify import classify
from evercart.classifying.learned import encoded, turned
from evercart.features.encoders.grams import Grams
from evercart.remember.growing import Growing, Grown

DATA: Final = Path(os.environ.get("EVERCART_DATA", "../shared/data"))
ALARMS, FIRST, NEW, TICK = 0.05, 10, 20, 64
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def table(name: str, text: str, label: str, *more: str) -> dict[str, Any]:
    """Return columns of a file, the label as numbers from 1 on."""
    found = pq.read_table(DATA / name, columns=[text, label, *more])
    _, number = np.unique(found[label].to_numpy(zero_copy_only=False).astype(str), return_inverse=True)
    said = {column: found[column].to_numpy(zero_copy_only=False) for column in more}
    return {"texts": found[text].to_pylist(), "label": number.astype(np.int64) + 1, **said}


def vectors(texts: list[str], name: str) -> NDArray[np.float32]:
    """Return the app's vectors of texts, telling what they cost."""
    began_s = time.process_time()
    x = encoded(classify(name).encoder, texts, lambda _: None)
    print(f"encoded {len(texts):,} texts by {classify(name).encoder.name}: {time.process_time() - began_s:.1f} CPU s")
    return x


def joint(rows: Floats, label: Ints, ridge: float) -> Floats:
    """Return the weights, (classes, features), of one fit to all rows."""
    target = np.zeros((len(label), label.max() + 1))
    target[np.arange(len(label)), label] = 1.0
    curve = rows.T @ rows + ridge * np.eye(rows.shape[1])
    found: Floats = solve(curve, rows.T @ target, assume_a="pos").T
    return found


def guesses(rows: Floats, weights: Floats) -> Ints:
    best: Ints = (rows @ weights[1:].T).argmax(1) + 1
    return best


def intents(name: str, seed: int) -> dict[str, float]:
    """Return what 77 steps come to, one seed."""
    found = table("banking77_intents.parquet", "text", "category", "split")
    x, label, train = cached(name, found["texts"]), found["label"], found["split"] == "train"
    learner = classify(name).learner
    rng = np.random.default_rng(seed)
    rank = np.argsort(np.argsort(rng.permutation(77)))
    stage = rank[label - 1]
    for one in range(77):
        mine = np.flatnonzero(train & (label == one + 1))
        later = rng.permutation(mine)[FIRST:]
        stage[later] = rng.integers(rank[one], 77, len(later))
    test = np.flatnonzero(~train)
    lifted = learner.growing.lifted(x[test])
    curve, told = np.zeros((lifted.shape[1],) * 2), np.zeros((78, lifted.shape[1]))
    state, gaps, flagged, exact, alarms, first = learner.start(), [], [], [], [], 0
    learn_s = joint_s = 0.0
    for step in range(77):
        rows = rng.permutation(np.flatnonzero(train & (stage == step)))
        began_s = time.process_time()
        state, _ = learner.step(state, turned(x[rows], label[rows], first, TICK))
        learn_s, first = learn_s + time.process_time() - began_s, first + -(-len(rows) // TICK) * TICK
        began_s = time.process_time()
        more = learner.growing.lifted(x[rows])
        curve += more.T @ more
        np.add.at(told, label[rows], more)
        weights = solve(curve + learner.growing.ridge * np.eye(len(curve)), told.T, assume_a="pos").T
        joint_s += time.process_time() - began_s
        known = rank[label[test] - 1] <= step
        scores = lifted @ state.grown.weights.T
        among = np.where(state.grown.seen > 0, scores, -np.inf)
        ours, odd = among.argmax(1), -among.max(1)
        theirs = np.where(np.isin(np.arange(78), label[train & (stage <= step)]), lifted @ weights.T, -np.inf).argmax(1)
        gaps.append(np.mean(ours[known] == label[test][known]) - np.mean(theirs[known] == label[test][known]))
        if 4 <= step < 76:
            line = learner.threshold(state)
            flagged.append(np.mean(odd[~known] > line))
            alarms.append(np.mean(odd[known] > line))
            exact.append(np.mean(odd[~known] > np.quantile(odd[known], 1 - ALARMS)))
    return {
        "accuracy after the last step": float(np.mean(ours == label[test])),
        "worst step, stream less joint": float(min(gaps)),
        "unknown flagged, own threshold": float(np.mean(flagged)),
        "false alarms, own threshold": float(np.mean(alarms)),
        "unknown flagged at 5 % false alarms": float(np.mean(exact)),
        "unknown flagged at 5 %, last 20 steps": float(np.mean(exact[-20:])),
        "stream CPU s": learn_s,
        "joint CPU s, 77 fits": joint_s,
    }


def categories(name: str, seed: int) -> dict[str, float]:
    """Return what categories that come one after the other come to, one seed."""
    found = table("pricerunner_products.parquet", "title", "category_label", "cluster_id")
    x, label, said = cached(name, found["texts"]).copy(), found["label"], dict[str, float]()
    x[:, -Grams().width :] /= np.linalg.norm(x[:, -Grams().width :], axis=1)[:, None] + 1e-9  # titles: letters say more
    growing = Growing(x.shape[1], 4096, width=2.0, ridge=0.03)
    rng = np.random.default_rng(seed)
    _, cluster = np.unique(found["cluster_id"], return_inverse=True)
    splits = {"random": rng.random(len(label)) < 0.2, "unseen products": (rng.random(cluster.max() + 1) < 0.2)[cluster]}
    for what, away in splits.items():
        train, test = np.flatnonzero(~away), np.flatnonzero(away)
        rows, asked = growing.lifted(x[train]), growing.lifted(x[test])
        order = rng.permutation(10) + 1
        whole = np.mean(guesses(asked, joint(rows, label[train], growing.ridge)) == label[test])
        began_s, state = time.process_time(), growing.start()
        for one in order[:-1]:
            state = fed(growing, state, rows, label[train], np.flatnonzero(label[train] == one))
        old = label[test] != order[-1]
        before = np.mean(known(asked, state)[old] == label[test][old])
        mine = np.flatnonzero(label[train] == order[-1])
        few = fed(growing, copied(state), rows, label[train], mine[:NEW])
        after = known(asked, few)
        state = fed(growing, state, rows, label[train], mine)
        said |= {
            f"joint, {what}": float(whole),
            f"one by one, {what}": float(np.mean(known(asked, state) == label[test])),
            f"old after 20 rows of a new one, {what}": float(np.mean(after[old] == label[test][old]) - before),
            f"the new one after 20 rows, {what}": float(np.mean(after[~old] == label[test][~old])),
            f"CPU s one by one, {what}": time.process_time() - began_s,
            f"TF-IDF, linear SVM, {what}": plain(found["texts"], label, train, test),
        }
    return said


def fed(growing: Growing, state: Grown, rows: Floats, label: Ints, which: Ints) -> Grown:
    for first in range(0, len(which), 256):
        some = which[first : first + 256]
        state = growing.learn(state, rows[some], label[some], np.ones(len(some)))
    return state


def known(rows: Floats, state: Grown) -> Ints:
    found: Ints = np.where(state.seen > 0, rows @ state.weights.T, -np.inf).argmax(1)
    return found


def copied(state: Grown) -> Grown:
    return Grown(*(part.copy() for part in state))


def plain(texts: list[str], label: Ints, train: Ints, test: Ints) -> float:
    words = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2))
    fitted = LinearSVC().fit(words.fit_transform([texts[row] for row in train]), label[train])
    return float(np.mean(fitted.predict(words.transform([texts[row] for row in test])) == label[test]))


_HELD: dict[tuple[str, int], NDArray[np.float32]] = {}


def cached(name: str, texts: list[str]) -> NDArray[np.float32]:
    key = (name, len(texts))
    if key not in _HELD:
        _HELD[key] = vectors(texts, name)
    return _HELD[key]


def spread(values: list[float]) -> str:
    if len(values) < 2:
        return f"{values[0]:.4f}"
    half = student.ppf(0.975, len(values) - 1) * np.std(values, ddof=1) / np.sqrt(len(values))
    return f"{np.mean(values):.4f} ± {half:.4f}"


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3, 4, 5])
    options.add_argument("--texts", default="auto", help="the encoder that letters are joined with")
    options.add_argument("--only", default="", help="intents or categories")
    chosen = options.parse_args()
    for what, run in (("intents", intents), ("categories", categories)):
        if chosen.only in what:
            found = [run(chosen.texts, seed) for seed in chosen.seeds]
            print(f"\n| {what} | {len(chosen.seeds)} seeds |\n| --- | --- |")
            for name in found[0]:
                print(f"| {name} | {spread([one[name] for one in found])} |", flush=True)


if __name__ == "__main__":
    main()
