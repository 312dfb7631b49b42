"""What is measured of the service, each by itself: a site is handed in, figures are printed, then returned."""

from __future__ import annotations

import argparse
import statistics
import threading
import time
from typing import Any

import numpy as np

from evercart.publish.published import Reader
from loading import Load, Sent, Stream, quantiles
from served import Asker, Site, Watch

MARKS = {"unconfirmed": b'"confirmed":false', "fallback": b'"fallback":"popular"', "no model": b'"fallback":"default"'}
WARM_S = 5.0  # at the start, not counted: connections, first caches


def streams(site: Site, rate: float, events: float, batch: int) -> list[Stream]:
    """Return questions, with events beside them."""
    found = [Stream("answers", site.visitors.questions(), rate)] if rate else []
    if events:
        found.append(Stream("events", site.visitors.views(batch), events / batch, open=4, most=64))
    return found


def load(site: Site, rate: float, events: float, batch: int, seconds: float) -> Load:
    """Begin a load on the site's own cores."""
    return Load(site.port, streams(site, rate, events, batch), seconds + WARM_S, marks=MARKS, cores=site.cores)


def told(sent: dict[str, Sent], watch: Watch, generator_cpu_s: float) -> dict[str, Any]:
    """Print what became of a load, what it cost; return it."""
    found: dict[str, Any] = {name: one.summary(WARM_S) for name, one in sent.items()}
    for name, one in found.items():
        ms = " ".join(f"{at} {value:.1f}" for at, value in one["ms"].items())
        good = one["good"] or 1
        marked = one["marks"].items() if name == "answers" else ()
        shares = ", ".join(f"{mark} {100 * held / good:.2f} %" for mark, held in marked)
        print(f"  {name}: {one['good_a_second']:,.0f}/s, {one['statuses']}, ms {ms}; {shares}", flush=True)
        late = f"p99 {one['lag_ms']['p99']:.2f}"
        print(f"    sent late by the generator, ms: {late}; waited for a connection: {one['waited']}", flush=True)
    found["cost"] = watch.said(generator_cpu_s)
    per = {name: 1e6 * cpu / max(sum(len(one.status) for one in sent.values()), 1) for name, cpu in watch.cpu_s.items()}
    found["cost"]["us_a_request"] = {name: round(us) for name, us in per.items()}
    found["cost"]["cores"]["generator"] = round(generator_cpu_s / watch.wall_s, 3)
    cost = found["cost"]
    print(f"  cores: {cost['cores']}; others took {cost['strangers_of_cores']:.0%} of the cores", flush=True)
    print(f"  CPU a request, us: {cost['us_a_request']}; memory, MB: {cost['memory_mb']}", flush=True)
    return found


def answers(site: Site, args: argparse.Namespace) -> dict[str, Any]:
    """Questions at a constant rate while events come in, are learned from."""
    with Watch(site.cores, *site.programs) as watch:
        under = load(site, args.rate, args.events, args.batch, args.seconds)
        sent = under.end()
    found = told(sent, watch, under.cpu_s)
    worst = sorted(sent["answers"].series(), key=lambda row: -row[3])[:3]
    print("  worst seconds (second, good, bad, p99, max): " + "; ".join(str(row) for row in worst))
    found["series"] = sent["answers"].series()
    return found


def ingest(site: Site, args: argparse.Namespace) -> dict[str, Any]:
    """Events as fast as they are taken, in batches of 100; then 20,000 a second."""
    found = {}
    for name, rate, open_ in (("as fast as it goes", 0.0, 8), ("20,000 a second", 200.0, 16)):
        with Watch(site.cores, *site.programs) as watch:
            stream = Stream("events", site.visitors.views(100), rate, open_, open_ if not rate else 256)
            under = Load(site.port, [stream], 30, cores=site.cores)
            sent = under.end()
        print(f" {name}")
        found[name] = told(sent, watch, under.cpu_s)
        done = found[name]["events"]
        cpu_us = 1e6 * watch.cpu_s["serve"] / max(100 * len(sent["events"].status), 1)
        print(
            f"  {100 * done['good_a_second']:,.0f} events/s, {cpu_us:.1f} us of the service's CPU an event", flush=True
        )
    return found


def view(session: str) -> dict[str, Any]:
    """Return an event that is there once."""
    now_ns = time.time_ns()
    named = {"user": session, "session": session, "item": f"i{now_ns % 1000}"}
    return {"id": f"one{now_ns}", "kind": "view", "event_us": now_ns // 1000, **named}


def next_answer(site: Site, args: argparse.Namespace) -> dict[str, Any]:
    """From an event's acknowledgement to the end of the first answer that knows it, for the same shopper."""
    seconds = min(args.seconds, 60)
    under = load(site, args.rate / 2, args.events, args.batch, seconds)
    took, asked = [], []
    ends = time.monotonic() + seconds
    with Asker(site.port) as asker:
        for session in site.visitors.sessions(100_000):
            taken = asker.told("POST", "/v1/events", [view(session)])
            began, times = time.perf_counter(), 0
            while True:
                times += 1
                said = asker.told("GET", f"/v1/recommend?user={session}&session={session}")
                if said["offset"] >= taken["next_offset"]:
                    break
            took.append(1e3 * (time.perf_counter() - began))
            asked.append(times)
            if time.monotonic() > ends:
                break
            time.sleep(0.02)
    sent = under.end()
    found = quantiles(np.array(took))
    print(f"  {len(took)} events; ms from acknowledgement to an answer that knows it: {said_ms(found)}")
    print(f"  the first answer knew it in {100 * asked.count(1) / len(asked):.2f} % of cases", flush=True)
    return {"ms": found, "first": asked.count(1) / len(asked), "beside": sent["answers"].summary(WARM_S)}


def weights(site: Site, args: argparse.Namespace) -> dict[str, Any]:
    """From an event's acknowledgement until the published weights have learned from it."""
    seconds = min(args.seconds, 60)
    under = load(site, args.rate / 2, args.events, args.batch, seconds)
    reader = Reader(site.folder / "live", "recommend")
    took: list[float] = []
    waiting: list[tuple[int, float]] = []
    ends = time.monotonic() + seconds
    with Asker(site.port) as asker:
        due = time.monotonic()
        while time.monotonic() < ends or (waiting and time.monotonic() < ends + 10):
            now = time.monotonic()
            if now >= due and now < ends:
                due = now + 0.1
                taken = asker.told("POST", "/v1/events", [view("live")])
                waiting.append((taken["next_offset"], time.monotonic()))
            newest = reader.newest()
            at = newest.next_offset if newest else 0
            took += [1e3 * (time.monotonic() - since) for offset, since in waiting if offset <= at]
            waiting = [one for one in waiting if one[0] > at]
            time.sleep(0.02)
    under.end()
    found = quantiles(np.array(took))
    p95 = float(np.percentile(took, 95)) if took else float("nan")
    print(
        f"  {len(took)} events, {len(waiting)} never; ms until live weights know them: p95 {p95:.0f}, {said_ms(found)}"
    )
    return {"ms": found, "p95": p95, "never": len(waiting)}


def swap(site: Site, args: argparse.Namespace) -> dict[str, Any]:
    """Revisions are made live in turn, older and newer, while questions come in."""
    seconds = min(args.seconds, 60)
    with Asker(site.port) as asker:  # the learner keeps a second revision before long
        ends = time.monotonic() + 120
        while not site.moves(asker) and time.monotonic() < ends:
            asker.told("POST", "/v1/events", [view("swap")])
            time.sleep(1)
    moves: list[float] = []
    refused: list[str] = []
    over = threading.Event()

    def move() -> None:
        with Asker(site.port) as asker:
            while not over.wait(1.0):
                for method, path, body in site.moves(asker):
                    began = time.perf_counter()
                    status, said = asker.ask(method, path, body)
                    moves.append(1e3 * (time.perf_counter() - began))
                    if status != 200:
                        refused.append(said.decode()[:200])

    mover = threading.Thread(target=move)
    with Watch(site.cores, *site.programs) as watch:
        under = load(site, args.rate, args.events, args.batch, seconds)
        mover.start()
        sent = under.end()
        over.set()
        mover.join()
    found = told(sent, watch, under.cpu_s)
    middle = statistics.median(moves) if moves else float("nan")
    made = len(moves) - len(refused)
    print(f"  {made} moves, {len(refused)} refused {refused[:1]}; median {middle:.0f} ms", flush=True)
    return {**found, "moves": len(moves), "refused": refused[:5]}


def said_ms(found: dict[str, float]) -> str:
    """Return quantiles in a line."""
    return ", ".join(f"{name} {value:.1f}" for name, value in found.items())


def page(site: Site, args: argparse.Namespace) -> dict[str, Any]:
    """The first page in a browser that has nothing yet."""
    from first_page import first_page

    return first_page(site)


def peer(site: Site, args: argparse.Namespace) -> dict[str, Any]:
    """The same answer from FastAPI's default stack."""
    from fast_stack import compared

    return compared(site, args)
