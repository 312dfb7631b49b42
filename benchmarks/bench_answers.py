"""One answer in process, part by part, at a million sessions: log, sources, ranker, policy, reasons."""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bench_recommend import Clicks, simulated
from evercart.apps.recommend import next_click
from evercart.catalogue import Catalogue
from evercart.events.kinds import number
from evercart.events.schema import conform
from evercart.learners.neighbours.browsing import Browsing
from evercart.learners.neighbours.repeats import Repeats
from evercart.learners.policies.available import Available
from evercart.learners.policies.diverse import Diverse
from evercart.learners.policies.explore import Explore, Uniform
from evercart.learners.policies.long_tail import LongTail
from evercart.learners.policies.not_bought import NotBought
from evercart.learners.policies.policy import Policy
from evercart.learners.policies.similar import SameKey
from evercart.learners.policies.slate import Asked
from evercart.log import Log, open_log
from evercart.recommender import Recommender
from evercart.units import SECOND_US
from peers import markdown

KEY, EPOCH_US, COMMIT = 7, 1_700_000_000_000_000, 1 << 18
VIEW = number("view")
WANTED = "p50 ≤ 300, p99 ≤ 1,000"


def logged(clicks: Clicks, folder: Path) -> Log:
    """Return a log in which the clicks stand, with names as a shop would send them."""
    log = open_log(folder / "log", KEY)

    def batches(skip: int) -> Any:
        for start in range(skip, len(clicks.us), COMMIT):
            part = slice(start, start + COMMIT)
            yield table(clicks.us[part] + EPOCH_US, clicks.session[part], clicks.item[part], start)

    log.import_history("simulated", batches)
    return log


def table(us: Any, session: Any, item: Any, first: int) -> pa.Table:
    """Return clicks as they are sent; sessions are their own shoppers."""
    rows = len(us)
    named = {"session": [f"s{one}" for one in session], "item": [f"i{one}" for one in item]}
    ids = [f"c{first + i}" for i in range(rows)]
    return conform(
        pa.table(
            {
                "id": ids,
                "event_us": us,
                "kind": pa.array([VIEW] * rows, pa.int16()),
                "user": named["session"],
                **named,
            }
        )
    )


def policy(catalogue: Catalogue) -> Policy:
    """Return one with every kind of part."""
    parts = (Available(gone={1, 2, 3}), NotBought(), Diverse(SameKey(catalogue.category)), LongTail(2, {4, 5, 6}))
    return Policy((*parts, Explore((9, 10), Uniform(0.1))))


def spent(ask: Callable[[int], Any], times: int) -> str:
    """Return p50, p99 of microseconds; the first tenth warms caches."""
    took = []
    for at in range(times):
        before = time.thread_time_ns()  # of this thread alone: what else the machine does is no part of an answer
        ask(at)
        took.append((time.thread_time_ns() - before) / 1e3)
    return "p50 {:,.0f}, p99 {:,.0f}".format(*np.percentile(took[times // 10 :], (50, 99)))


def asked(one: Recommender, sessions: list[str], why: bool, us: int | None = None) -> str:
    """Return what an answer takes; from a time on, each asked a hundredth of a second after the one before."""

    def ask(at: int) -> Any:
        now_us = None if us is None else us + at * SECOND_US // 100
        return one.answer(session=sessions[at], user=sessions[at], why=why, now_us=now_us)

    return spent(ask, len(sessions))


def parts_of(one: Recommender, sessions: list[str], times: int) -> list[tuple[str, str, str]]:
    """Return what each part of an answer takes."""
    following, log = one._following, one._log
    questions = [one._question({"session": one._hash("session", name)}) for name in sessions]
    x = [following.offered(question) for question in questions[:50]]
    shown = [one._policy.show(c.item, following.score(c.x), one_asked(one, at)) for at, c in enumerate(x)]
    step = [at % 50 for at in range(times)]
    return [
        ("has the log more?", spent(lambda at: log.next_offset, times), ""),
        ("candidates of all sources", spent(lambda at: following.offered(questions[at]), times), ""),
        ("ranker", spent(lambda at: following.score(x[step[at]].x), times), ""),
        (
            "policy",
            spent(
                lambda at: one._policy.show(
                    x[step[at]].item, np.arange(len(x[step[at]]), dtype=np.float64), one_asked(one, at)
                ),
                times,
            ),
            "",
        ),
        (
            "reasons",
            spent(
                lambda at: one._why(x[step[at]].x[shown[step[at]].row], following.score, shown[step[at]].mark), times
            ),
            "",
        ),
    ]


def one_asked(one: Recommender, at: int) -> Asked:
    return Asked(at, one._following.us)


def measure(sessions: int, clicks: int, items: int, times: int, folder: Path) -> None:
    simulation = simulated(sessions, clicks, items, 1)
    began = time.process_time()
    log = logged(simulation, folder)
    imported_s = time.process_time() - began
    newest = list(dict.fromkeys(simulation.session[::-1][: 20 * times].tolist()))
    last = [f"s{newest[at % len(newest)]}" for at in range(times)]
    now_us = int(simulation.us[-1]) + EPOCH_US
    for name, sources in (("neighbours", (Browsing(),)), ("neighbours, repeats", (Browsing(), Repeats()))):
        catalogue = Catalogue(KEY)
        began = time.process_time()
        parts = replace(next_click(), sources=sources)
        one = Recommender(parts, log, lambda: now_us, policy=policy(catalogue), catalogue=catalogue, learned=50_000)
        one._policy = replace(one._policy, parts=one._policy.parts[:2])
        ready_s = time.process_time() - began
        plain = one._policy
        rows = [("one answer", asked(one, last, False), WANTED)]
        one._policy = replace(plain, parts=(*plain.parts, *policy(catalogue).parts))
        rows += [
            ("one answer, five rules", asked(one, last, False), WANTED),
            ("one answer, five rules, with reasons", asked(one, last, True), ""),
            *parts_of(one, last, times),
            ("one answer while time passes", asked(one, last, False, now_us), ""),
            (
                "one answer after a click, learned from",
                after_a_click(one, log, last, now_us + SECOND_US, times // 10),
                "",
            ),
        ]
        title = f"{sessions:,} sessions, {clicks:,} clicks, {items:,} items; {name}; microseconds"
        print(markdown(title, ("what", "measured", "wanted"), rows))
        print(f"ready after {ready_s:.1f} CPU s (the ranker learned from 50,000 rows)\n", flush=True)
        del one
    most_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
    print(f"import {imported_s:.1f} CPU s, most memory of the process {most_mb:,.0f} MB")
    log.close()


def after_a_click(one: Recommender, log: Log, sessions: list[str], now_us: int, times: int) -> str:
    """Return what an answer takes that has a click to take in, to learn from."""
    took = []
    for at in range(times):
        us, name = now_us + at * SECOND_US, sessions[at]
        row = table([us], [int(name[1:])], [at % 1000], first=10**9 + at + us % 1_000_003)
        log.append(row, us)
        before = time.thread_time_ns()
        one.answer(session=name, now_us=us, why=False)
        took.append((time.thread_time_ns() - before) / 1e3)
    return "p50 {:,.0f}, p99 {:,.0f}".format(*np.percentile(took, (50, 99)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=1_000_000)
    parser.add_argument("--answers", type=int, default=3000)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(300, 1500, 200, 100, Path(folder) / "warm")
    print("-- warm; what counts follows\n", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        items = max(args.sessions // 10, 100)
        measure(args.sessions, 5 * args.sessions, items, args.answers, Path(folder) / "whole")


if __name__ == "__main__":
    main()
