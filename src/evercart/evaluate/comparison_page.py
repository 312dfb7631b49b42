"""ComparisonPage: policies of learning as one HTML file that asks nothing of the network."""

from __future__ import annotations

from evercart.evaluate import figures
from evercart.evaluate.comparison import Comparison
from evercart.evaluate.page import as_json, rendered
from evercart.evaluate.pagedata import AppData
from evercart.evaluate.scores import scores


def comparison_page(found: Comparison, shop: str, made: str) -> str:
    """Return the HTML; `made` says when, as text."""
    names, above = found.policies, found.above()
    data = AppData(found.app, found.question, found.unit, found.report, found.days, found.later, found.differences())
    later, overall = scores(found.report, found.later), scores(found.report, found.days)
    hours = {"mean": [found.staleness[name].mean_h for name in names]}
    hours["95th percentile"] = [found.staleness[name].p95_h for name in names]
    lost = [found.forgetting[name].percent for name in names]
    return rendered(
        "comparison.html.j2",
        found=found,
        shop=shop,
        made=made,
        questions=int(found.days.n.sum()),
        compared=int(found.later.n.sum()),
        later=later,
        overall=overall,
        above=above,
        months=found.months(),
        over_time=as_json(figures.over_time(data)),
        saved=as_json(figures.saved(data)) if len(found.later) else None,
        against_cost=as_json(figures.against_cost(names, [found.cpu_s[name] for name in names], list(above.values()))),
        ages=as_json(figures.ages(names, hours)),
        forgotten=as_json(figures.forgotten(names, lost, "loss above then (%)")),
    )
