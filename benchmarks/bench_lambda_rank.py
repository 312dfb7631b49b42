"""LambdaRank beside the online ranker, on the Serenade sample, over the same candidates, click by click.

Its settings were chosen on the first 10 days; what is reported is the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench_recommend import SAMPLE, TOP, TUNED_DAYS, Blend, sample, ticks
from evercart.evaluate.gains import GAINS, Asked, gained, means
from evercart.evaluate.hits import Hits
from evercart.evaluate.ranking import Ranking
from evercart.learners.lambda_rank import LambdaRank
from evercart.learners.neighbours.traits import COLUMNS
from evercart.learners.ranker import Ranker
from evercart.units import DAY_US
from peers import markdown
from shared import there

RACERS: dict[str, Any] = {"Ranker": Ranker(COLUMNS), "LambdaRank": LambdaRank(COLUMNS)}
_WARM = 64  # clicks stepped beforehand, so that no measured second is spent on compiling


def raced() -> None:
    """Print recall, MRR, NDCG, CPU seconds of both, then the gaps."""
    clicks = sample(SAMPLE)
    woven, hits, rows = clicks.woven, {}, []
    Blend().step(woven.rows(slice(_WARM)))
    for name, ranker in RACERS.items():
        blend, ranking, found = Blend(), Ranking(k=TOP), []
        blend.ranker, blend.states[2] = ranker, ranker.start()
        state = ranking.start()
        for batch in ticks(woven, 2048):
            _, lists = blend.step(batch)
            state, each = ranking.step(state, (batch, lists.question, lists.item))
            found.append(each)
        every = Hits.concat(found)
        every = every.rows(every.us - clicks.us[0] >= TUNED_DAYS * DAY_US)
        hits[name], gains = every, means(every.rank, Asked.of(every.number), (TOP,))
        rows.append((name, *(f"{one:.4f}" for one in gains.values()), f"{blend.cpu_s[2]:.1f}"))
    ours, theirs = hits["Ranker"], hits["LambdaRank"]
    title = f"Serenade sample after day {TUNED_DAYS}, {len(ours):,} clicks, {TOP} shown"
    print(markdown(title, ("what", *GAINS, "CPU s of the ranker alone"), rows))
    asked = Asked.of(ours.number)
    us, number = ours.us[asked.starts], ours.number[asked.starts]
    session = np.unique(clicks.session[number], return_inverse=True)[1]
    for name, gain in GAINS.items():
        gap = gained(gain(theirs.rank, asked, TOP), gain(ours.rank, asked, TOP), us, session)
        print(f"LambdaRank minus Ranker, {name}: {gap[0]:+.4f} [{gap[1]:+.4f}, {gap[2]:+.4f}]")


if __name__ == "__main__":
    if there(SAMPLE):
        raced()
