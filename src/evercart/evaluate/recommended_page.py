"""RecommendedPage: a backtest of recommendation as one HTML file that asks nothing of the network."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from evercart.evaluate import figures
from evercart.evaluate.compare import Difference
from evercart.evaluate.gains import GAINS
from evercart.evaluate.hits import measures
from evercart.evaluate.page import as_json, rendered
from evercart.evaluate.recommended import CLICKS, Ranked, Recommended

_DRAWN = 3  # baselines in a figure over time
_FEW = 2_000  # questions below which the page warns


def recommended_page(found: Recommended, shop: str, made: str) -> str:
    """Return the HTML; `made` says when, as text."""
    gaps = {name: found.difference("recall", name) for name in found.baselines}
    behind = {name: {gain: found.difference(gain, one) for gain in GAINS} for name, one in found.stale.items()}
    best = found.best("recall")
    return rendered(
        "recommended.html.j2",
        found=found,
        shop=shop,
        made=made,
        mode=found.mode,
        of="session" if found.task == CLICKS else "shopper",
        best=best,
        ways={kind: _ways(found, ways) for kind, ways in _kinds(found).items()},
        gaps=gaps,
        behind={name: (found.means(one, found.held(one)), behind[name]) for name, one in found.stale.items()},
        fresh=_fresh(found),
        slices=_slices(found, best),
        shown=measures(found.hits, ()),
        exposure=found.exposure(),
        warnings=_warnings(found, gaps),
        over_time=as_json(_over_time(found)),
        above=as_json(figures.forgotten(list(gaps), list(gaps.values()), f"Recall@{found.cut} gained")),
        worth=as_json(_worth(found, behind)) if behind else None,
        sliced=as_json(_sliced(found, best)),
        sure=as_json(figures.sureness(found.sure.said, found.sure.right, found.sure.questions)),
    )


def _kinds(found: Recommended) -> dict[str, dict[str, Ranked]]:
    return {"blend": {"blend": found.blend}, "baseline": found.baselines, "alone": found.alone}


def _ways(found: Recommended, ways: dict[str, Ranked]) -> dict[str, dict[str, float]]:
    return {name: {**found.means(one), "cpu_s": one.cpu_s} for name, one in ways.items()}


def _fresh(found: Recommended) -> tuple[int, dict[str, float]]:
    """Return how many questions were put to the stale blends, with how the fresh one answered them."""
    if not found.stale:
        return 0, {}
    rows = found.held(next(iter(found.stale.values())))
    return len(found.gains("recall", found.blend, rows)), found.means(found.blend, rows)


def _over_time(found: Recommended) -> figures.Figure:
    """Return recall by day: the blend, the best baselines, the blend some time behind."""
    rising = sorted(found.baselines, key=lambda name: -float(found.gains("recall", found.baselines[name]).mean()))
    ways = {"blend": found.blend, **{name: found.baselines[name] for name in rising[:_DRAWN]}, **found.stale}
    lines: dict[str, figures.Drawn] = {}
    for name, one in ways.items():
        days, values, _ = found.by_day("recall", one)
        lines[name] = [str(day) for day in days.astype("datetime64[D]")], values.tolist()
    return figures.marked(lines, [], f"Recall@{found.cut}")


def _worth(found: Recommended, behind: dict[str, dict[str, Difference]]) -> figures.Figure:
    gaps = [gap["recall"] for gap in behind.values()]
    return figures.forgotten(list(behind), gaps, f"Recall@{found.cut} gained by learning on")


def _slices(found: Recommended, best: str) -> dict[str, dict[str, Any]]:
    said = {}
    for name, which in found.slices().items():
        rows = np.flatnonzero(which)
        if len(rows):
            ours, theirs = found.gains("recall", found.blend, rows), found.gains("recall", found.baselines[best], rows)
            mrr = found.gains("mrr", found.blend, rows)
            said[name] = {"questions": len(ours), "recall": ours.mean(), "baseline": theirs.mean(), "mrr": mrr.mean()}
    return said


def _sliced(found: Recommended, best: str) -> figures.Figure:
    said = _slices(found, best)
    values = {"blend": [one["recall"] for one in said.values()], best: [one["baseline"] for one in said.values()]}
    return figures.grouped(list(said), values, f"Recall@{found.cut}")


def _warnings(found: Recommended, gaps: dict[str, Difference]) -> list[str]:
    """Return what speaks against trusting this very page."""
    said, days = [], len(np.unique(found.by_day("recall", found.blend)[0]))
    if len(found.asked) < _FEW:
        said.append(f"Only {len(found.asked):,} questions: read nothing into small differences.")
    if days < 5:
        said.append(f"The log spans {days} days: intervals are drawn over sessions, which all met the same days.")
    level = [name for name, gap in gaps.items() if math.isfinite(gap.low) and gap.low <= 0]
    if level:
        said.append("Not shown to be above, for the interval reaches 0: " + ", ".join(level) + ".")
    if len(found.asked) and found.clicks / found.sessions < 3:
        said.append("Sessions are short: most questions have next to nothing to go by.")
    unseen = float((found.hits.age_us < 0).mean())
    if unseen > 0.1:
        said.append(f"{unseen:.0%} of the answers are items never seen before, which nobody could have shown.")
    return said
