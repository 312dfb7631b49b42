"""Metrics: what the service counts about itself, in plain numbers that cost next to nothing.

One thread alone counts: the event loop's. What is scraped from them is in `exposed.py`.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable
from typing import Final

EDGES_MS: Final = (1, 2, 3, 5, 7, 10, 20, 50, 100)  # of a histogram's buckets
_EDGES_S: Final = tuple(edge / 1000 for edge in EDGES_MS)
SIZES: Final = (1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000)  # rows of a commit


class Histogram:
    """How many values fell under each edge.

    >>> histogram = Histogram((1.0, 2.0))
    >>> histogram.add(1.5)
    >>> histogram.counts, histogram.sum
    ([0, 1, 0], 1.5)
    """

    __slots__ = ("counts", "edges", "sum")

    def __init__(self, edges: tuple[float, ...]) -> None:
        self.edges = edges
        self.counts = [0] * (len(edges) + 1)  # the last one: above every edge
        self.sum = 0.0

    def add(self, value: float) -> None:
        """Count a value; one at an edge is under it."""
        self.counts[bisect_left(self.edges, value)] += 1
        self.sum += value


class Metrics:
    """Counters of one service since it began.

    requests       by route's template, method, status
    latencies      seconds, by route's template; streams are left out
    accepted, duplicates, refused    events sent from outside
    commits        seconds each took, with `rows` for how many rows it wrote
    answers        by app, by what stood in for its model ("" where the model answered)
    unconfirmed    decisions that went out before their row was in the log
    orphans        outcomes that name no decision of this log
    wrong_keys     requests with a key that is not known
    throttled      requests that were told to come back, by why
    faults         requests that failed by a fault of ours
    """

    def __init__(self) -> None:
        self.requests: dict[tuple[str, str, int], int] = {}
        self.latencies: dict[str, Histogram] = {}
        self.accepted = self.duplicates = self.refused = 0
        self.commits, self.rows = Histogram(_EDGES_S), Histogram(SIZES)
        self.answers: dict[tuple[str, str], int] = {}
        self.answering: dict[str, Histogram] = {}
        self.unconfirmed = self.orphans = self.wrong_keys = self.faults = 0
        self.throttled: dict[str, int] = {}
        self.watched: dict[str, tuple[str, Callable[[], float]]] = {}

    def request(self, route: str, method: str, status: int, seconds: float | None) -> None:
        """Count a request; `seconds` is None for one that streams as long as the caller stays."""
        which = route, method, status
        self.requests[which] = self.requests.get(which, 0) + 1
        if seconds is not None:
            found = self.latencies.get(route)
            if found is None:
                found = self.latencies[route] = Histogram(_EDGES_S)
            found.add(seconds)

    def taken(self, accepted: int, duplicates: int, refused: int, orphans: int = 0) -> None:
        """Count the events of a request."""
        self.accepted += accepted
        self.duplicates += duplicates
        self.refused += refused
        self.orphans += orphans

    def committed(self, rows: int, seconds: float) -> None:
        """Count a commit of the log."""
        self.commits.add(seconds)
        self.rows.add(rows)

    def answered(self, app: str, fallback: str, confirmed: bool, seconds: float) -> None:
        """Count an answer of an app; `fallback` is "" where its model answered."""
        which = app, fallback
        self.answers[which] = self.answers.get(which, 0) + 1
        self.unconfirmed += not confirmed
        found = self.answering.get(app)
        if found is None:
            found = self.answering[app] = Histogram(_EDGES_S)
        found.add(seconds)

    def throttle(self, why: str) -> None:
        """Count a request that was told to come back."""
        self.throttled[why] = self.throttled.get(why, 0) + 1

    def watch(self, name: str, about: str, read: Callable[[], float]) -> None:
        """Show what `read` returns at each scrape as a gauge `evercart_NAME`, such as a queue's length."""
        self.watched[name] = about, read
