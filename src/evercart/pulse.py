"""Pulse: what a learner says of itself about once a second, for pages or alarms."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Self

from evercart.durable import scratch_of
from evercart.log.faults import plainly
from evercart.loop import Ring
from evercart.units import DAY_US, SECOND_US

FILE: Final = "pulse.json"


@dataclass(frozen=True)
class Day:
    """The day of an app whose questions are being judged: how many were, each racer's mean loss, so far."""

    day: str  # YYYY-MM-DD, when they were asked
    n: int
    loss: Mapping[str, float]


@dataclass(frozen=True)
class Pulse:
    """What a learner is at.

    us            the clock, UTC microseconds
    offset        learned up to; `next_offset` is the log's
    events_s      rows of the log learned a second
    cpu_share     of one core
    losses        mean over all closed days, by app and racer
    today         by app, where questions were judged
    published_us  when the weights that are live were published last, by app
    ruling        what the referee said last
    pid           the process
    trouble       what keeps it from going on, or from saving; "" for nothing
    skipped       steps left out since what they led to was not finite, by app and racer, of those that left out any
    """

    us: int
    offset: int
    next_offset: int
    events_s: float
    cpu_share: float
    losses: Mapping[str, Mapping[str, float]]
    today: Mapping[str, Day]
    published_us: Mapping[str, int]
    ruling: tuple[str, ...] = ()
    pid: int = field(default_factory=os.getpid)
    trouble: str = ""
    skipped: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `write` wrote."""
        said = json.loads(text)
        said["today"] = {app: Day(**one) for app, one in said["today"].items()}
        return cls(**{**said, "ruling": tuple(said["ruling"])})


def write(folder: Path, one: Pulse) -> None:
    """Let a pulse take the place of the one before, by one rename, without waiting for the disk."""
    path = folder / FILE
    with plainly(path):
        folder.mkdir(parents=True, exist_ok=True)
        scratch_of(path).write_text(json.dumps(asdict(one)), encoding="utf-8")
        scratch_of(path).replace(path)


def read(folder: Path) -> Pulse | None:
    """Return the newest pulse in a shop's folder of what is live; None where there is none that can be read.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Path(folder), Pulse(5, 2, 3, 0.0, 0.0, {}, {}, {}, pid=7))
    ...     read(Path(folder)).offset
    2
    """
    try:
        return Pulse.from_json((folder / FILE).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def today(ring: Ring, states: Mapping[str, Any]) -> dict[str, Day]:
    """Return the open day of each app, by the ring's states: its questions are asked earlier, judged by now."""
    found: dict[str, Day] = {}
    for lane in ring.lanes():
        state = states[lane.report.name]
        n = int(state.n[0])
        if n:
            means = (state.sums[:, 0] / n).tolist()
            date = datetime.fromtimestamp(int(state.day[0]) * DAY_US // SECOND_US, UTC)
            found[lane.app.name] = Day(f"{date:%Y-%m-%d}", n, dict(zip(lane.racers, means, strict=True)))
    return found
