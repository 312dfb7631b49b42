"""Recommendation as a table: the blend above its baselines."""

from __future__ import annotations

import math

from rich.console import Group, RenderableType
from rich.table import Table

from evercart.evaluate.compare import Difference
from evercart.evaluate.gains import GAINS
from evercart.recommending import MODE, TASK, Ranked, Recommended

_SHOWN = {"recall": "Recall", "mrr": "MRR", "ndcg": "NDCG"}


def recommended(done: Recommended) -> RenderableType:
    """Return each way to rank with its scores, then what the blend gains over the best of the others."""
    names = [f"{_SHOWN[gain]}@{done.cut}" for gain in GAINS]
    title = f"recommend: {TASK}, {MODE}; {len(done.hits):,} questions, {done.clicks:,} clicks, {done.items:,} items"
    table = Table("")
    for name in (*names, "CPU s"):
        table.add_column(name, justify="right")
    for name, one in {"blend": done.blend, **done.baselines}.items():
        table.add_row(name, *_scores(one, done.cut), f"{one.cpu_s:.1f}")
        if name == "blend":
            table.add_section()
    lines = [_line(done, gain, name) for gain, name in zip(GAINS, names, strict=True)]
    return Group(title, table, *lines)


def _scores(one: Ranked, cut: int) -> list[str]:
    return [f"{float(gain(one.rank, cut).mean()):.4f}" for gain in GAINS.values()]


def _line(done: Recommended, gain: str, name: str) -> str:
    best = done.best(gain)
    theirs = float(GAINS[gain](done.baselines[best].rank, done.cut).mean())
    return f"{name}: blend minus {best}: {gap_text(done.difference(gain, best), theirs)}"


def gap_text(gap: Difference, theirs: float) -> str:
    """Return a gain with its share of what the other has, then the interval, where there is one.

    >>> gap_text(Difference(0.02, 0.01, 0.03), 0.4)
    '+0.0200 (+5.0 %), 95 % interval +0.0100 to +0.0300'
    """
    share = f" ({gap.mean / theirs:+.1%})".replace("%", " %") if theirs else ""
    known = math.isfinite(gap.low)
    return f"{gap.mean:+.4f}{share}" + (f", 95 % interval {gap.low:+.4f} to {gap.high:+.4f}" if known else "")
