"""Loading: requests sent at a constant rate by a compiled program, with what became of each."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import subprocess
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

SOURCE = Path(__file__).with_name("load.c")
NO_COMPILER = "load: expected a C compiler, got none; on Debian: apt-get install gcc libc6-dev"
NUMBER, NOW_US = b"#" * 16, b"@" * 16  # in a request: the next number, the time it is sent
UNSENT, TIMED_OUT, BROKEN, REFUSED = range(4)
_OURS = {UNSENT: "unsent", TIMED_OUT: "timed out", BROKEN: "broken off", REFUSED: "refused"}
_RESULT = np.dtype(
    [("sent_ns", "<i8"), ("latency_us", "<u4"), ("lag_us", "<u4"), ("status", "<u2"), ("marks", "<u2"), ("", "<u4")]
)


@dataclass(frozen=True)
class Stream:
    """Requests sent in turn.

    rate    requests a second; 0: each connection asks again as soon as it is answered
    open    connections from the start
    most    connections where those are busy; latency holds the wait for one
    """

    name: str
    requests: Sequence[bytes]
    rate: float
    open: int = 16
    most: int = 256


class Sent(NamedTuple):
    """What became of a stream's requests, in the order in which they were due.

    sent_ns       after the start
    latency_us    from when a request was due to the end of its answer
    lag_us        from when it was due to when it was sent
    status        of HTTP; below 100 one of `UNSENT` and its like
    marks         names of what its body was looked through for, with whether it was there
    waited        requests that found all connections busy
    opened_late   connections beside those of the start
    closed_idle   connections that the server closed between requests
    """

    name: str
    rate: float
    sent_ns: NDArray[np.int64]
    latency_us: NDArray[np.uint32]
    lag_us: NDArray[np.uint32]
    status: NDArray[np.uint16]
    marks: dict[str, NDArray[np.bool_]]
    waited: int
    opened_late: int
    closed_idle: int

    def summary(self, warm_s: float = 0.0) -> dict[str, Any]:
        """Return counts, milliseconds of those sent after `warm_s`."""
        counted = self.sent_ns >= warm_s * 1e9
        status, ms = self.status[counted], self.latency_us[counted] / 1e3
        good = (status >= 200) & (status < 300)
        span_s = float(np.ptp(self.sent_ns[counted])) / 1e9 if counted.sum() > 1 else 0.0
        numbers, times = np.unique(status, return_counts=True)
        names = [_OURS.get(int(one), str(one)) for one in numbers]
        return {
            "stream": self.name,
            "rate": self.rate,
            "requests": int(counted.sum()),
            "good": int(good.sum()),
            "good_a_second": float(good.sum() / span_s) if span_s else 0.0,
            "statuses": dict(zip(names, times.tolist(), strict=True)),
            "ms": quantiles(ms[good]),
            "lag_ms": quantiles(self.lag_us[counted] / 1e3),
            "marks": {name: int((held[counted] & good).sum()) for name, held in self.marks.items()},
            **{name: getattr(self, name) for name in ("waited", "opened_late", "closed_idle")},
        }

    def series(self) -> list[tuple[int, int, int, float, float]]:
        """Return for each second: which, good answers, others, p99, the slowest in ms."""
        second = self.sent_ns // 1_000_000_000
        rows = []
        for at in np.unique(second).tolist():
            here = second == at
            good = here & (self.status >= 200) & (self.status < 300)
            ms = quantiles(self.latency_us[good] / 1e3)
            rows.append((at, int(good.sum()), int(here.sum() - good.sum()), ms["p99"], ms["max"]))
        return rows


def quantiles(values: NDArray[Any]) -> dict[str, float]:
    """Return p50 to p99.9, the largest; NaN of nothing."""
    names, at = ("p50", "p90", "p99", "p99.9", "max"), (50, 90, 99, 99.9, 100)
    found = np.percentile(values, at) if len(values) else [np.nan] * len(at)
    return dict(zip(names, map(float, found), strict=True))


def request(method: str, target: str, body: bytes = b"", kind: str = "application/json", **headers: str) -> bytes:
    """Return a request as it is sent over a kept connection.

    >>> request("GET", "/healthz").splitlines()[0]
    b'GET /healthz HTTP/1.1'
    """
    lines = [f"{method} {target} HTTP/1.1", "host: 127.0.0.1"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    if body or method == "POST":
        lines += [f"content-type: {kind}", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


def cache() -> Path:
    """Return the folder that holds what benchmarks make once."""
    named = os.environ.get("EVERCART_CACHE")
    home = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "evercart"
    home.mkdir(parents=True, exist_ok=True)
    return home


def compiled() -> Path:
    """Return the compiled program; made where it is not there yet."""
    made = cache() / f"load-{hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]}"
    if not made.exists():
        compiler = shutil.which(os.environ.get("CC", "cc"))
        if compiler is None:
            raise SystemExit(NO_COMPILER)
        with tempfile.TemporaryDirectory(dir=made.parent) as folder:
            fresh = Path(folder) / "load"
            subprocess.run([compiler, "-O2", "-o", fresh, SOURCE], check=True)
            fresh.rename(made)
    return made


class Load:
    """A load that runs beside its maker; `end` waits for it.

    seconds    of sending
    timeout_s  after which an answer is given up
    marks      bytes to look for in the bodies of answers, by name
    cores      that the program may use
    """

    def __init__(
        self,
        port: int,
        streams: Sequence[Stream],
        seconds: float,
        *,
        timeout_s: float = 5.0,
        marks: Mapping[str, bytes] | None = None,
        cores: Collection[int] | None = None,
        host: str = "127.0.0.1",
    ) -> None:
        self._marks = marks or {}
        self._scratch = tempfile.TemporaryDirectory(prefix="evercart-load-")
        folder = Path(self._scratch.name)
        self._results = folder / "results"
        said = [host, port, seconds, timeout_s, time.time_ns() // 1000, self._results]
        said += [word for one in self._marks.values() for word in ("-m", one.decode())]
        for at, one in enumerate(streams):
            path = folder / f"requests{at}"
            path.write_bytes(b"".join(struct.pack("<I", len(each)) + each for each in one.requests))
            said += ["-s", one.name, path, one.rate, one.open, one.most]
        command = [*pinned(cores), str(compiled()), *map(str, said)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.pid = self._process.pid
        self.cpu_s = 0.0

    def stop(self) -> None:
        """Send no more."""
        self._process.terminate()

    def end(self) -> dict[str, Sent]:
        """Return what became of each stream, by name."""
        out, err = self._process.communicate()
        try:
            if self._process.returncode:
                raise SystemExit(err.strip())
            told = json.loads(out)
            self.cpu_s = told["cpu_s"]
            with self._results.open("rb") as file:
                return {one["name"]: self._sent(one, file) for one in told["streams"]}
        finally:
            self._scratch.cleanup()

    def _sent(self, one: dict[str, Any], file: BinaryIO) -> Sent:
        rows = np.fromfile(file, _RESULT, one.pop("requests"))
        columns = {name: rows[name] for name in ("sent_ns", "latency_us", "lag_us", "status")}
        marks = {name: (rows["marks"] >> at & 1).astype(bool) for at, name in enumerate(self._marks)}
        return Sent(**one, **columns, marks=marks)


def pinned(cores: Collection[int] | None) -> list[str]:
    """Return what goes before a command so that it keeps to some cores."""
    return ["taskset", "-c", ",".join(map(str, sorted(cores)))] if cores else []
