"""What is scraped: text that Prometheus' own parser reads, with the numbers that were counted."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from evercart import __version__, pulse
from evercart.publishing import FOLDER as LIVE
from evercart.pulse import Pulse
from evercart.serve.exposed import scraped
from evercart.serve.service import Service
from evercart.shop import Shop
from evercart.units import SECOND_US

Samples = dict[tuple[str, frozenset[str]], float]


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with Shop.open(tmp_path / "shop", create=True) as shop:
        yield Service(shop)


def samples(service: Service) -> Samples:
    """Return what a scrape says: (name, label values) -> number."""
    found: Samples = {}
    for family in text_string_to_metric_families(scraped(service.registry).decode()):
        assert family.documentation, family.name
        for one in family.samples:
            found[one.name, frozenset(one.labels.values())] = one.value
    return found


def of(*labels: str) -> frozenset[str]:
    return frozenset(labels)


def test_a_service_that_did_nothing_yet(service: Service) -> None:
    said = samples(service)
    assert said["evercart_info", of(__version__)] == 1
    assert said["evercart_events_total", of("accepted")] == 0
    assert said["evercart_pulse_age_seconds", of()] == inf
    assert said["evercart_queue_events", of()] == 0
    assert said["process_resident_memory_bytes", of()] > 1e6
    assert ("evercart_learner_offset", of()) not in said


def test_what_was_counted_is_told(service: Service) -> None:
    metrics = service.metrics
    metrics.request("/v1/profile/{user}", "GET", 200, 0.0015)
    metrics.request("/v1/profile/{user}", "GET", 200, 0.25)
    metrics.taken(5, 2, 1, 3)
    metrics.committed(7, 0.002)
    metrics.answered("spend", "", False, 0.001)
    metrics.throttle("rate")
    metrics.faults = metrics.wrong_keys = 4
    service.access.behind.dropped = 9
    said = samples(service)
    assert said["evercart_requests_total", of("/v1/profile/{user}", "GET", "200")] == 2
    buckets = {edge: said["evercart_request_seconds_bucket", of("/v1/profile/{user}", edge)] for edge in EDGES}
    assert buckets == dict(zip(EDGES, [0, 1, 1, 1, 1, 1, 1, 1, 1, 2], strict=True))
    assert said["evercart_request_seconds_count", of("/v1/profile/{user}")] == 2
    assert said["evercart_request_seconds_sum", of("/v1/profile/{user}")] == 0.2515
    assert [said["evercart_events_total", of(name)] for name in ("accepted", "duplicates", "refused")] == [5, 2, 1]
    assert said["evercart_orphans_total", of()] == 3
    assert (said["evercart_commit_rows_sum", of()], said["evercart_commit_seconds_count", of()]) == (7, 1)
    assert said["evercart_answers_total", of("spend", "none")] == said["evercart_unconfirmed_total", of()] == 1
    assert said["evercart_throttled_total", of("rate")] == 1
    assert said["evercart_faults_total", of()] == said["evercart_wrong_keys_total", of()] == 4
    assert said["evercart_log_dropped_total", of()] == 9


EDGES = ("0.001", "0.002", "0.003", "0.005", "0.007", "0.01", "0.02", "0.05", "0.1", "+Inf")


def test_the_learner_s_pulse_is_told(service: Service) -> None:
    shop = service.shop
    us = shop.clock.now_us() - 3 * SECOND_US
    left_out = {"spend": {"net": 7}}
    one = Pulse(us, 40, 50, 123.0, 0.25, {}, {}, {"spend": us - 5 * SECOND_US}, skipped=left_out)
    pulse.write(shop.folder / LIVE, one)
    said = samples(service)
    assert 3 <= said["evercart_pulse_age_seconds", of()] < 60
    assert (said["evercart_learner_lag_events", of()], said["evercart_learner_offset", of()]) == (10, 40)
    assert said["evercart_learner_events_per_second", of()] == 123
    assert said["evercart_published_age_seconds", of("spend")] >= 8
    assert said["evercart_skipped_steps_total", of("spend", "net")] == 7


def test_names_with_quotes_break_no_line(service: Service) -> None:
    service.metrics.answered('a"\n\\b', "", True, 0.001)
    assert samples(service)["evercart_answers_total", of('a"\n\\b', "none")] == 1


def test_two_services_share_no_number(service: Service, tmp_path: Path) -> None:
    with Shop.open(tmp_path / "other", create=True) as shop:
        other = Service(shop)
        other.metrics.taken(1, 0, 0)
        assert samples(service)["evercart_events_total", of("accepted")] == 0
        assert samples(other)["evercart_events_total", of("accepted")] == 1


def test_what_answers_is_told(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    live = {"spend": ("m1", "r1"), "repurchase": ("m2", "r2")}
    monkeypatch.setattr(service, "live_models", lambda: live)
    said = samples(service)
    assert (
        said["evercart_live_info", of("spend", "m1", "r1")]
        == said["evercart_live_info", of("repurchase", "m2", "r2")]
        == 1
    )


def test_a_length_that_is_watched_is_read_at_each_scrape(service: Service) -> None:
    lengths = iter([3, 5])
    service.metrics.watch("own_length", "Of a test.", lambda: next(lengths))
    assert [samples(service)["evercart_own_length", of()] for _ in range(2)] == [3, 5]
