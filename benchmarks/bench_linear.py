"""FTRL against Vowpal Wabbit, River: 20 categorical fields in 2^20 slots, 1 M drifting events, test then train."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from drifting import LETTERS, PAIRS, drifting, names, vw_text
from evercart.learners.ftrl import Ftrl
from evercart.learners.linear import Linear
from peers import (
    Quality,
    best,
    cpu_s,
    grid,
    head,
    markdown,
    quality,
    river_guesses,
    vw,
    vw_arguments,
    vw_guesses,
    vw_settings,
)
from stream import COLUMNS, from_slots, from_strings, hashed

CROSSES = tuple((LETTERS[a], LETTERS[b]) for a, b in PAIRS)
SEEDS = (1, 2, 3, 4, 5)


class Input(NamedTuple):
    """One stream in every form that a side reads."""

    table: pa.Table
    slots: NDArray[np.int32]
    labels: NDArray[np.float64]
    text: Path


class Chosen(NamedTuple):
    """Alpha, beta of each side, chosen on the first tenth."""

    ours: tuple[float, float]
    theirs: tuple[float, float]
    ours_crossed: tuple[float, float]
    theirs_crossed: tuple[float, float]


def made(events: int, seed: int, scratch: Path) -> Input:
    stream = drifting(events, seed)
    table = names(stream)
    text = scratch / f"{seed}.vw"
    text.write_text(vw_text(table, stream.labels))
    return Input(table, hashed(table), stream.labels, text)


def ftrl(at: tuple[float, float], crossed: bool = False) -> Linear:
    alpha, beta = at
    return Linear(COLUMNS, optimizer=Ftrl(alpha, beta), crosses=CROSSES if crossed else (), cross_slots=1 << 20)


def chosen(given: Input) -> Chosen:
    tenth = len(given.labels) // 10
    slots, labels, short = given.slots[:tenth], given.labels[:tenth], head(given.text, tenth)

    def ours(crossed: bool) -> tuple[float, float]:
        return best(grid(), lambda at: quality(from_slots(ftrl(at, crossed), slots, labels), labels).log_loss)

    return Chosen(ours(False), vw_settings(short, False), ours(True), vw_settings(short, True))


def speeds(given: Input, at: Chosen, river_events: int) -> list[tuple[object, ...]]:
    events, cache = len(given.labels), given.text.with_suffix(".cache")
    plain, crossed = ftrl(at.ours), ftrl(at.ours_crossed, True)
    theirs, theirs_crossed = vw_arguments(given.text, *at.theirs), vw_arguments(given.text, *at.theirs_crossed, True)
    seconds = {
        "ints": cpu_s(lambda: from_slots(plain, given.slots, given.labels))[0],
        "strings": cpu_s(lambda: from_strings(plain, given.table, given.labels))[0],
        "crossed": cpu_s(lambda: from_strings(crossed, given.table, given.labels))[0],
        "crossed ints": cpu_s(lambda: from_slots(crossed, given.slots, given.labels))[0],
        "vw text": cpu_s(lambda: vw(theirs))[0],
    }
    seconds["vw -q text"] = cpu_s(lambda: vw(theirs_crossed))[0]
    vw(f"{theirs} --cache_file {cache}")  # writes the cache; the runs that are timed read it
    seconds["vw cache"] = cpu_s(lambda: vw(f"{theirs} --cache_file {cache}"))[0]
    seconds["vw -q cache"] = cpu_s(lambda: vw(f"{theirs_crossed} --cache_file {cache}"))[0]
    part = given.table.slice(0, river_events), given.labels[:river_events]
    river_s = cpu_s(lambda: river_guesses(*part, *at.ours), 1)[0] * events / river_events
    rate = {name: events / s for name, s in (*seconds.items(), ("river", river_s))}

    def row(peer: str, name: str, ours: str, wanted: str) -> tuple[object, ...]:
        return peer, rate[name], wanted, f"{rate[ours] / rate[name]:.1f} ({ours})"

    return [
        ("evercart, integer columns", rate["ints"], "2,500,000", ""),
        ("evercart, Arrow strings", rate["strings"], "", ""),
        row("Vowpal Wabbit, cache", "vw cache", "strings", "6 times"),
        row("Vowpal Wabbit, text", "vw text", "strings", "15 times"),
        row(f"River, first {river_events:,} events", "river", "strings", "25 times"),
        ("evercart, 8 crosses, integer columns", rate["crossed ints"], "", ""),
        ("evercart, 8 crosses, Arrow strings", rate["crossed"], "", ""),
        row("Vowpal Wabbit, 8 times -q, cache, which holds integers", "vw -q cache", "crossed ints", "10 times"),
        row("Vowpal Wabbit, 8 times -q, cache", "vw -q cache", "crossed", "10 times"),
        row("Vowpal Wabbit, 8 times -q, text", "vw -q text", "crossed", "10 times"),
    ]


def qualities(given: Input, at: Chosen, scratch: Path) -> dict[str, Quality]:
    first = len(given.labels) // 10
    guesses = {
        "evercart": from_slots(ftrl(at.ours), given.slots, given.labels),
        "Vowpal Wabbit": vw_guesses(vw_arguments(given.text, *at.theirs), scratch),
        "evercart, 8 crosses": from_slots(ftrl(at.ours_crossed, True), given.slots, given.labels),
        "Vowpal Wabbit, 8 times -q": vw_guesses(vw_arguments(given.text, *at.theirs_crossed, True), scratch),
    }
    return {name: quality(guess, given.labels, first) for name, guess in guesses.items()}


def beside_river(given: Input, at: Chosen, events: int) -> list[tuple[object, ...]]:
    """Return the quality on a prefix but for its first tenth, on which River's settings are chosen."""
    table, labels, slots = given.table.slice(0, events), given.labels[:events], given.slots[:events]
    few = events // 10
    tuned = best(grid(), lambda s: quality(river_guesses(table.slice(0, few), labels[:few], *s), labels[:few]).log_loss)
    river = quality(river_guesses(table, labels, *tuned), labels, few)
    ours = quality(from_slots(ftrl(at.ours), slots, labels), labels, few)
    return [("evercart", *ours), (f"River, alpha, beta {tuned}", *river)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--river-events", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=len(SEEDS))
    args = parser.parse_args()
    found: dict[str, list[Quality]] = {}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        for seed in SEEDS[: args.seeds]:
            given = made(args.events, seed, scratch)
            if seed == SEEDS[0]:
                at = chosen(given)
                print("alpha, beta chosen on the first tenth of seed 1:", at)
                print(
                    markdown(
                        "Speed",
                        ("what", "events per CPU second", "wanted", "ours to theirs"),
                        speeds(given, at, args.river_events),
                    )
                )
                rows = beside_river(given, at, args.river_events)
                print(
                    markdown(f"The first {args.river_events:,} events", ("what", "log loss", "AUC"), rows), flush=True
                )
            for name, one in qualities(given, at, scratch).items():
                found.setdefault(name, []).append(one)
            for file in scratch.iterdir():
                file.unlink()
    rows = [(name, *np.mean(each, 0), " ".join(f"{q.log_loss:.5f}" for q in each)) for name, each in found.items()]
    print(
        markdown(
            "Quality after the first tenth, mean of the seeds", ("what", "log loss", "AUC", "log loss by seed"), rows
        )
    )


if __name__ == "__main__":
    main()
