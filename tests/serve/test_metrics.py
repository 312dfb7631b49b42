"""Counters: each counts what it says, cheaply."""

from __future__ import annotations

from time import perf_counter

from evercart.serve.metrics import EDGES_MS, Histogram, Metrics


def test_a_value_at_an_edge_is_under_it() -> None:
    histogram = Histogram((1, 2, 5))
    for value in (0.5, 1, 1.5, 5, 6, 7):
        histogram.add(value)
    assert (histogram.counts, histogram.sum) == ([2, 1, 1, 2], 21)


def test_requests_by_route_method_status() -> None:
    metrics = Metrics()
    metrics.request("/v1/profile/{user}", "GET", 200, 0.0015)
    metrics.request("/v1/profile/{user}", "GET", 200, 0.2)
    metrics.request("/v1/profile/{user}", "GET", 404, 0.0001)
    metrics.request("/live", "GET", 200, None)
    assert metrics.requests == {
        ("/v1/profile/{user}", "GET", 200): 2,
        ("/v1/profile/{user}", "GET", 404): 1,
        ("/live", "GET", 200): 1,
    }
    assert list(metrics.latencies) == ["/v1/profile/{user}"]
    counts = metrics.latencies["/v1/profile/{user}"].counts
    assert counts == [1, 1, *[0] * (len(EDGES_MS) - 2), 1]


def test_events_commits_answers() -> None:
    metrics = Metrics()
    metrics.taken(5, 2, 1)
    metrics.taken(1, 0, 0, orphans=3)
    metrics.committed(7, 0.004)
    metrics.answered("spend", "", True, 0.001)
    metrics.answered("spend", "default", False, 0.06)
    metrics.throttle("queue")
    assert (metrics.accepted, metrics.duplicates, metrics.refused, metrics.orphans) == (6, 2, 1, 3)
    assert (sum(metrics.commits.counts), metrics.rows.sum) == (1, 7)
    assert metrics.answers == {("spend", ""): 1, ("spend", "default"): 1}
    assert (metrics.unconfirmed, metrics.throttled) == (1, {"queue": 1})
    assert metrics.answering["spend"].sum == 0.061


def test_counting_is_cheap() -> None:
    metrics = Metrics()
    best = 1.0
    for _ in range(20):
        began = perf_counter()
        for _ in range(1000):
            metrics.request("/v1/recommend", "GET", 200, 0.0021)
        best = min(best, (perf_counter() - began) / 1000)
    assert best < 10e-6  # about 0.4 µs on a quiet machine
