"""Exposed: what the service counts, in the text form that Prometheus reads.

Nothing is counted here: at each scrape the plain numbers of `metrics.py` are read, the pulse that the learner left, the
lengths that are watched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING, Final

from prometheus_client import CONTENT_TYPE_LATEST, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector, CollectorRegistry

from evercart import __version__, pulse
from evercart.publishing import FOLDER as LIVE
from evercart.serve.metrics import Histogram

if TYPE_CHECKING:
    from evercart.serve.service import Service

TYPE: Final = CONTENT_TYPE_LATEST
_NONE: Final = "none"  # of `fallback`, where the model answered


def registry_of(service: Service) -> CollectorRegistry:
    """Return a registry of one service's own."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Exposed(service))
    ProcessCollector(registry=registry)
    return registry


def scraped(registry: CollectorRegistry) -> bytes:
    """Return the text of a scrape; reads files, so it is asked in a thread."""
    return generate_latest(registry)


class Exposed(Collector):
    """What is read at each scrape."""

    def __init__(self, service: Service) -> None:
        self._service, self._metrics = service, service.metrics

    def collect(self) -> Iterator[Metric]:
        """Hand out every metric."""
        yield _info("evercart", "The service.", [{"version": __version__}])
        yield from self._requests()
        yield from self._events()
        yield from self._answers()
        yield from self._learner()
        yield from self._watched()

    def _requests(self) -> Iterator[Metric]:
        metrics = self._metrics
        said = CounterMetricFamily(
            "evercart_requests",
            "Requests answered, by the template of their address.",
            None,
            ["route", "method", "status"],
        )
        for (route, method, status), number in list(metrics.requests.items()):
            said.add_metric([route, method, str(status)], number)
        yield said
        yield _histograms(
            "evercart_request_seconds", "How long answers took.", "route", list(metrics.latencies.items())
        )
        yield _counter("evercart_faults", "Requests that failed by a fault of ours.", metrics.faults)
        yield _counter("evercart_wrong_keys", "Requests with a key that is not known.", metrics.wrong_keys)
        throttled = CounterMetricFamily("evercart_throttled", "Requests that were told to come back.", None, ["why"])
        for why, number in list(metrics.throttled.items()):
            throttled.add_metric([why], number)
        yield throttled
        dropped = self._service.access.dropped
        yield _counter("evercart_log_dropped", "Lines of the access log that did not fit its queue.", dropped)

    def _events(self) -> Iterator[Metric]:
        metrics = self._metrics
        said = CounterMetricFamily("evercart_events", "Events sent, by what became of them.", None, ["became"])
        for became in ("accepted", "duplicates", "refused"):
            said.add_metric([became], getattr(metrics, became))
        yield said
        yield _counter("evercart_orphans", "Outcomes that name no decision of this log.", metrics.orphans)
        yield _histogram("evercart_commit_seconds", "How long commits of the log took.", metrics.commits)
        yield _histogram("evercart_commit_rows", "How many rows a commit wrote.", metrics.rows)

    def _answers(self) -> Iterator[Metric]:
        metrics = self._metrics
        said = CounterMetricFamily("evercart_answers", "Answers of apps, by what stood in.", None, ["app", "fallback"])
        for (app, fallback), number in list(metrics.answers.items()):
            said.add_metric([app, fallback or _NONE], number)
        yield said
        yield _histograms("evercart_answer_seconds", "How long apps took.", "app", list(metrics.answering.items()))
        about = "Decisions that went out before their row was in the log."
        yield _counter("evercart_unconfirmed", about, metrics.unconfirmed)

    def _learner(self) -> Iterator[Metric]:
        shop = self._service.shop
        now = pulse.read(shop.folder / LIVE)
        age_s = max(0.0, shop.clock.real_s(shop.clock.now_us() - now.us)) if now else inf
        yield _gauge(
            "evercart_pulse_age_seconds", "Since the learner last told how it is; +Inf before the first time.", age_s
        )
        if now:
            behind = max(0, now.next_offset - now.offset)
            yield _gauge("evercart_learner_lag_events", "Rows of the log that are not learned yet.", behind)
            yield _gauge("evercart_learner_offset", "Learned up to this offset of the log.", now.offset)
            yield _gauge("evercart_log_next_offset", "The log's next offset, as the learner saw it.", now.next_offset)
            yield _gauge("evercart_learner_events_per_second", "Rows learned a second.", now.events_s)
            yield _gauge("evercart_learner_cpu_share", "Of one core, taken by the learner.", now.cpu_share)
            said = GaugeMetricFamily("evercart_published_age_seconds", "Since an app's live weights.", None, ["app"])
            for app, us in now.published_us.items():
                said.add_metric([app], max(0.0, shop.clock.real_s(shop.clock.now_us() - us)))
            yield said
            yield _skipped(now.skipped)

    def _watched(self) -> Iterator[Metric]:
        yield _gauge("evercart_ready", "1 where apps answer from their models.", float(self._service.ready))
        for name, (about, read) in list(self._metrics.watched.items()):
            yield _gauge(f"evercart_{name}", about, read())
        live = [{"app": app, "model": one[0], "revision": one[1]} for app, one in self._service.live_models().items()]
        yield _info("evercart_live", "What answers, by app.", live)


def _skipped(skipped: Mapping[str, Mapping[str, int]]) -> Metric:
    about = "Steps that a learner left out: they led to what is not finite."
    said = CounterMetricFamily("evercart_skipped_steps", about, None, ["app", "racer"])
    for app, racers in skipped.items():
        for racer, steps in racers.items():
            said.add_metric([app, racer], steps)
    return said


def _counter(name: str, about: str, number: float) -> Metric:
    return CounterMetricFamily(name, about, number)


def _gauge(name: str, about: str, number: float) -> Metric:
    return GaugeMetricFamily(name, about, number)


def _info(name: str, about: str, said: Sequence[dict[str, str]]) -> Metric:
    names = list(said[0]) if said else []
    found = InfoMetricFamily(name, about, None, names)
    for one in said:
        found.add_metric([one[label] for label in names], {})
    return found


def _histogram(name: str, about: str, one: Histogram) -> Metric:
    found = HistogramMetricFamily(name, about)
    found.add_metric([], *_buckets(one))
    return found


def _histograms(name: str, about: str, label: str, found: Sequence[tuple[str, Histogram]]) -> Metric:
    said = HistogramMetricFamily(name, about, None, None, [label])
    for value, one in found:
        said.add_metric([value], *_buckets(one))
    return said


def _buckets(one: Histogram) -> tuple[list[tuple[str, float]], float]:
    """Return how many values were at most each edge, then the sum of all."""
    total, found = 0, []
    for edge, number in zip((*map(str, one.edges), "+Inf"), list(one.counts), strict=True):
        total += number
        found.append((edge, float(total)))
    return found, one.sum
