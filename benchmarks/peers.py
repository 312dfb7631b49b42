"""Peers: Vowpal Wabbit, River run on the stream that ours runs on; CPU seconds of this process, best of several.

Settings are chosen for each side on the first tenth of the first seed's stream; all losses are of the rest.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from drifting import LETTERS, PAIRS

T = TypeVar("T")
Floats = NDArray[np.float64]
ALPHAS, BETAS = (0.01, 0.03, 0.1, 0.3), (0.1, 1.0)


class Quality(NamedTuple):
    """How good guesses were."""

    log_loss: float
    auc: float


def quality(guesses: Floats, labels: Floats, first: int = 0) -> Quality:
    """Return the quality of guesses from row `first` on."""
    p, y = np.clip(guesses[first:], 1e-9, 1 - 1e-9), labels[first : len(guesses)]
    loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
    return Quality(float(loss), float(roc_auc_score(y, p)))


def cpu_s(work: Callable[[], T], repeats: int = 3) -> tuple[float, T]:
    """Return the fewest CPU seconds (all threads) of several runs, with what the last one returned."""
    least = np.inf
    for _ in range(repeats):
        start = time.process_time()
        out = work()
        least = min(least, time.process_time() - start)
    return least, out


def best(settings: Iterable[Any], loss: Callable[[Any], float]) -> Any:
    """Return the setting with the least loss."""
    return min(settings, key=loss)


def grid() -> list[tuple[float, float]]:
    """Return the alphas, betas that both sides may choose from."""
    return list(itertools.product(ALPHAS, BETAS))


def vw(arguments: str) -> float:
    """Run Vowpal Wabbit; return its own progressive log loss."""
    import vowpalwabbit

    workspace = vowpalwabbit.Workspace(arguments + " --quiet")
    loss = workspace.get_sum_loss() / workspace.get_weighted_examples()
    workspace.finish()
    return float(loss)


def vw_arguments(data: Path, alpha: float, beta: float, crossed: bool = False) -> str:
    """Return the command line of FTRL-proximal on 2^20 weights; constants are its own bias."""
    pairs = "".join(f" -q {LETTERS[a]}{LETTERS[b]}" for a, b in PAIRS) if crossed else ""
    model = f"--ftrl --ftrl_alpha {alpha} --ftrl_beta {beta} -b 20 --loss_function logistic --holdout_off"
    return f"-d {data} {model}{pairs}"


def vw_guesses(arguments: str, scratch: Path) -> Floats:
    """Run Vowpal Wabbit; return its guess about each event before it learned it."""
    out = scratch / "guesses"
    vw(f"{arguments} --link logistic -p {out}")
    return np.loadtxt(out, ndmin=1)


def vw_settings(data: Path, crossed: bool) -> tuple[float, float]:
    """Return the alpha, beta of the least loss on the file."""
    return best(grid(), lambda at: vw(vw_arguments(data, *at, crossed)))


def head(data: Path, lines: int) -> Path:
    """Write the first lines of a file beside it."""
    short = data.with_suffix(".head")
    with data.open() as file, short.open("w") as out:
        out.writelines(itertools.islice(file, lines))
    return short


def river_guesses(table: pa.Table, labels: Floats, alpha: float, beta: float) -> Floats:
    """Run River's FTRL-proximal, an event at a time, from the same strings."""
    from river import linear_model, optim

    optimizer = optim.FTRLProximal(alpha=alpha, beta=beta, l1=0.0, l2=0.0)
    model = linear_model.LogisticRegression(optimizer=optimizer, intercept_lr=alpha)
    guesses = np.empty(len(labels))
    rows = zip(*(table[letter].to_pylist() for letter in LETTERS), strict=True)
    for i, (row, y) in enumerate(zip(rows, labels.tolist(), strict=True)):
        x = dict.fromkeys(row, 1.0)
        guesses[i] = model.predict_proba_one(x)[True]
        model.learn_one(x, y > 0)
    return guesses


def markdown(title: str, head_row: Sequence[str], rows: Sequence[tuple[object, ...]]) -> str:
    """Return a table."""
    lines = [f"\n**{title}**\n", "| " + " | ".join(head_row) + " |", "|" + " --- |" * len(head_row)]
    for row in rows:
        cells = (f"{cell:.5f}" if isinstance(cell, float) and cell < 100 else _whole(cell) for cell in row)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _whole(cell: object) -> str:
    return f"{cell:,.0f}" if isinstance(cell, float | int) else str(cell)
