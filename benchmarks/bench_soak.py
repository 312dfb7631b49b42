"""A soak: answers, decisions, events, pages, streams that come and go; is memory flat once it is warm?"""

from __future__ import annotations

import argparse
import json
import random
import socket
import threading
from pathlib import Path
from typing import Any

import numpy as np

from clicked import copied
from loading import Load, Stream, request
from peers import markdown
from serve_parts import MARKS, said_ms
from served import Site, Watch

FLAT = 0.02  # of the memory after warm-up
PAGES = ("/", "/apps/recommend", "/versions", "/decisions", "/data", "/try", "/v1/apps", "/metrics", "/healthz")


class Watchers:
    """Clients of the live stream that come, listen for a while, go without a word.

    count     at a time
    """

    def __init__(self, port: int, count: int) -> None:
        self._port, self._over = port, threading.Event()
        self._threads = [threading.Thread(target=self._watch, args=(seed,), daemon=True) for seed in range(count)]
        self.came, self.heard = 0, 0
        for one in self._threads:
            one.start()

    def _watch(self, seed: int) -> None:
        chance = random.Random(seed)
        while not self._over.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self._port), 5) as one:
                    one.sendall(request("GET", "/live", accept="text/event-stream"))
                    self.came += 1
                    one.settimeout(chance.uniform(0.2, 8.0))
                    while not self._over.is_set() and one.recv(65_536):
                        self.heard += 1
                        if chance.random() < 0.2:
                            break
            except OSError:
                self._over.wait(0.05)

    def end(self) -> None:
        """Let them go."""
        self._over.set()
        for one in self._threads:
            one.join()


def streams(site: Site, args: argparse.Namespace) -> list[Stream]:
    """Return the load."""
    sessions = site.visitors.sessions(2_000)
    bodies = [json.dumps({"user": one, "session": one}).encode() for one in sessions]
    decide = [request("POST", "/v1/recommend/decide", body) for body in bodies]
    pages = [request("GET", path, accept="text/html") for path in PAGES]
    return [
        Stream("answers", site.visitors.questions(), args.rate),
        Stream("decisions", decide, args.rate / 4, open=8),
        Stream("events", site.visitors.views(args.batch), args.events / args.batch, open=4, most=64),
        Stream("pages", pages, args.pages, open=2, most=32),
    ]


def flat(mb: list[float]) -> dict[str, float]:
    """Return how much memory has risen over a span, as shares of its mean: by a line through it, from peak to peak."""
    values = np.array(mb)
    at = np.arange(len(values))
    slope = np.polyfit(at, values, 1)[0] if len(values) > 1 else 0.0
    half = len(values) // 2
    peaks = (values[:half].max(), values[half:].max()) if half else (values.max(), values.max())
    mean = float(values.mean())
    return {"mean": mean, "line": float(slope * len(values) / mean), "peaks": float((peaks[1] - peaks[0]) / mean)}


def verdict(site: Site, watch: Watch, warm_s: float) -> tuple[dict[str, Any], bool]:
    """Print the memory of each program; return it, with whether all are flat."""
    found: dict[str, Any] = {}
    rows = []
    for one in site.programs:
        seen = watch.memory[one.name][int(warm_s) :]
        found[one.name] = {what: flat([row[what] for row in seen]) for what in ("pss", "rss", "anonymous")}
        for what, said in found[one.name].items():
            share = f"{said['line']:+.2%}", f"{said['peaks']:+.2%}"
            rows.append((f"{one.name}, {what}", f"{said['mean']:,.0f}", *share))
    print(
        markdown("memory after warm-up", ("of", "mean, MB", "line through it", "peak of its halves"), rows), flush=True
    )
    rises = [one["pss"] for one in found.values()]
    return found, all(one["line"] <= FLAT and one["peaks"] <= FLAT for one in rises)


def soak(site: Site, args: argparse.Namespace) -> tuple[dict[str, Any], bool]:
    """Print what became of the load, then of the memory."""
    seconds, warm_s = 60 * args.minutes, 60 * args.minutes * args.warm
    watchers = Watchers(site.port, args.watchers)
    with Watch(site.cores, *site.programs) as watch:
        under = Load(site.port, streams(site, args), seconds, marks=MARKS, cores=site.cores)
        sent = under.end()
    watchers.end()
    found: dict[str, Any] = {name: one.summary(min(warm_s, 5)) for name, one in sent.items()}
    for name, one in found.items():
        print(f"  {name}: {one['good_a_second']:,.0f}/s, {one['statuses']}, ms {said_ms(one['ms'])}", flush=True)
    print(f"  {watchers.came} streams came and went, {watchers.heard} messages", flush=True)
    found["cost"], found["programs"] = watch.said(under.cpu_s), watch.memory
    print(f"  cores: {found['cost']['cores']}; others took {found['cost']['strangers_of_cores']:.0%}", flush=True)
    found["flat"], good = verdict(site, watch, warm_s)
    return found, good


def main() -> None:
    """Print the table; ends with 1 where memory is not flat."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--warm", type=float, default=1 / 3, help="share of the time before memory is to be flat")
    parser.add_argument("--sessions", type=int, default=100_000)
    parser.add_argument("--rate", type=float, default=200, help="answers a second; a quarter as many decisions besides")
    parser.add_argument("--events", type=float, default=500, help="events a second")
    parser.add_argument("--batch", type=int, default=10, help="events a request")
    parser.add_argument("--pages", type=float, default=2, help="pages a second")
    parser.add_argument("--watchers", type=int, default=8, help="clients of the live stream at a time")
    parser.add_argument("--cores", type=int, nargs="+", default=[0, 1])
    parser.add_argument("--json", type=Path, help="file for all that was measured")
    args = parser.parse_args()
    with copied(args.sessions, 5 * args.sessions) as folder, Site.open(folder, args.sessions, args.cores) as site:
        found, good = soak(site, args)
    if args.json:
        args.json.write_text(json.dumps(found, indent=1))
    if not good:
        text = f"soak: expected memory flat within {FLAT:.0%}, got more; see the table"
        raise SystemExit(text)


if __name__ == "__main__":
    main()
