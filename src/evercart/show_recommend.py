"""Recommendation as a table: the blend above its baselines, its own parts, what it was some time ago."""

from __future__ import annotations

import math

from rich.console import Group, RenderableType
from rich.table import Table

from evercart.evaluate.compare import Difference
from evercart.evaluate.gains import GAINS
from evercart.evaluate.hits import measures
from evercart.evaluate.recommended import Ranked, Recommended

SHOWN = {"recall": "Recall", "mrr": "MRR", "ndcg": "NDCG"}
RISING = "above 0, learning on was better; the intervals are of 95 %"


def recommended(done: Recommended) -> RenderableType:
    """Return each way to rank with its scores, then what the blend gains over the best of the others."""
    counts = f"{len(done.asked):,} questions, {done.clicks:,} clicks, {done.items:,} items"
    title = f"recommend: {done.task}, {done.mode}; {counts}"
    return Group(title, _ways(done), *_gaps(done), *_slices(done), *_worth(done), *_about(done))


def _ways(done: Recommended) -> Table:
    table = Table("")
    for name in (*(f"Recall@{cut}" for cut in done.cuts), f"MRR@{done.cut}", f"NDCG@{done.cut}", "CPU s"):
        table.add_column(name, justify="right")
    for part in ({"blend": done.blend}, done.baselines, done.alone):
        for name, one in part.items():
            table.add_row(name, *_scores(done, one), f"{one.cpu_s:.1f}")
        table.add_section()
    return table


def _scores(done: Recommended, one: Ranked) -> list[str]:
    found = done.means(one)
    names = (*(f"recall@{cut}" for cut in done.cuts), f"mrr@{done.cut}", f"ndcg@{done.cut}")
    return [f"{found[name]:.4f}" for name in names]


def _gaps(done: Recommended) -> list[str]:
    lines = []
    for gain, said in SHOWN.items():
        best = done.best(gain)
        theirs = float(done.gains(gain, done.baselines[best]).mean())
        lines.append(f"{said}@{done.cut}: blend minus {best}: {gap_text(done.difference(gain, best), theirs)}")
    return lines


def gap_text(gap: Difference, theirs: float) -> str:
    """Return a gain with its share of what the other has, then the interval, where there is one.

    >>> gap_text(Difference(0.02, 0.01, 0.03), 0.4)
    '+0.0200 (+5.0 %), 95 % interval +0.0100 to +0.0300'
    """
    share = f" ({gap.mean / theirs:+.1%})".replace("%", " %") if theirs else ""
    known = math.isfinite(gap.low)
    return f"{gap.mean:+.4f}{share}" + (f", 95 % interval {gap.low:+.4f} to {gap.high:+.4f}" if known else "")


def _slices(done: Recommended) -> list[RenderableType]:
    best = done.best("recall")
    table = Table("answers", title=f"Slices: the blend, with the recall of {best}", title_justify="left")
    for name in ("questions", f"Recall@{done.cut}", "of the baseline", f"MRR@{done.cut}"):
        table.add_column(name, justify="right")
    for name, which in done.slices().items():
        rows = which.nonzero()[0]
        if len(rows):
            ours = [done.gains(gain, done.blend, rows) for gain in ("recall", "mrr")]
            theirs = done.gains("recall", done.baselines[best], rows).mean()
            table.add_row(name, f"{len(ours[0]):,}", f"{ours[0].mean():.4f}", f"{theirs:.4f}", f"{ours[1].mean():.4f}")
    return [table] if table.row_count else []


def _worth(done: Recommended) -> list[RenderableType]:
    if not done.stale:
        return []
    rows = done.held(next(iter(done.stale.values())))
    asked = len(done.gains("recall", done.blend, rows))
    title = f"What learning on is worth: {asked:,} questions after the first quarter, {RISING}"
    table = Table("", title=title, title_justify="left")
    for name in SHOWN.values():
        table.add_column(f"{name}@{done.cut}", justify="right")
        table.add_column("gained by learning on", justify="right")
    table.add_row(
        done.mode, *(cell for gain in GAINS for cell in (f"{done.gains(gain, done.blend, rows).mean():.4f}", ""))
    )
    for name, one in done.stale.items():
        cells = []
        for gain in GAINS:
            cells += [f"{done.gains(gain, one, done.held(one)).mean():.4f}", _short(done.difference(gain, one))]
        table.add_row(name, *cells)
    return [table]


def _short(gap: Difference) -> str:
    span = f" ({gap.low:+.4f} to {gap.high:+.4f})" if math.isfinite(gap.low) else ""
    return f"{gap.mean:+.4f}{span}"


def _about(done: Recommended) -> list[str]:
    """Return what else is known of the lists, where it is."""
    shown, waits = measures(done.hits, ()), done.exposure()
    lines = [f"Shown to anyone: {done.coverage:.1%} of the known items".replace("%", " %")]
    if math.isfinite(shown["novelty"]):
        lines[0] += f"; of a list {shown['tail']:.0%} is long tail; novelty {shown['novelty']:.1f} bits".replace(
            "%", " %"
        )
    if math.isfinite(waits["median_h"]):
        lines.append(f"Half of the items were first shown within {waits['median_h']:.2g} hours of their first click")
    if math.isfinite(done.sure.error):
        lines.append(f"Calibration error of the first candidate's share: {done.sure.error:.3f}")
    return lines
