"""Served: a shop's processes, started, asked, watched: CPU, memory, what else the machine did."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple, NoReturn, Self

from clicked import items_of
from loading import pinned
from traffic import Visitors

TICK_S = 1 / os.sysconf("SC_CLK_TCK")
PATIENCE_S = 300.0


def stop(why: str) -> NoReturn:
    """End the benchmark."""
    raise SystemExit(why)


def _cpu_s(pid: int) -> float:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # it has ended
        return 0.0
    return (int(words[11]) + int(words[12])) * TICK_S


class Program:
    """A process of ours; what it says on its error stream is kept."""

    def __init__(self, name: str, command: list[str], cores: Collection[int] | None, **given: Any) -> None:
        self.name = name
        self.said: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (it lives as long as the program)
        self.process = subprocess.Popen([*pinned(cores), *command], stderr=self.said, **given)
        self.pid = self.process.pid

    @property
    def cpu_s(self) -> float:
        """Return the CPU seconds that it has taken, all threads, with the processes that it began."""
        return sum(map(_cpu_s, self.pids))

    @property
    def pids(self) -> list[int]:
        """Return its process, those that it began."""
        found = [self.pid]
        for one in found:
            for task in Path(f"/proc/{one}/task").glob("*/children"):
                found += map(int, task.read_text().split())
        return found

    def memory_mb(self) -> dict[str, float]:
        """Return resident memory, its share where pages are shared, what no file holds; of all its processes."""
        found = {"rss": 0.0, "pss": 0.0, "anonymous": 0.0}
        for one in self.pids:
            rows = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()[1:]
            kb = {name.lower(): int(rest.split()[0]) for name, _, rest in (row.partition(":") for row in rows)}
            found = {name: sum_mb + kb[name] / 1e3 for name, sum_mb in found.items()}
        return found

    def errors(self) -> str:
        """Return what it said."""
        self.said.seek(0)
        return self.said.read().decode(errors="replace")

    def require_alive(self) -> None:
        """End everything where it has ended."""
        if self.process.poll() is not None:
            stop(f"{self.name} ended with {self.process.returncode}:\n{self.errors()[-4000:]}")

    def end(self, patience_s: float = 30) -> None:
        """Stop it as an operator would."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(patience_s)
            except subprocess.TimeoutExpired:
                print(f"-- {self.name} did not end within {patience_s:.0f} s", flush=True)
                self.process.kill()
                self.process.wait()


def evercart(*words: str) -> list[str]:
    """Return a command of ours."""
    return [sys.executable, "-c", "from evercart.cli import main; main()", *words]


@contextmanager
def running(*programs: Program) -> Iterator[None]:
    """End programs at the end, the last first."""
    try:
        yield
    finally:
        for one in reversed(programs):
            one.end()


def serving(folder: Path, cores: Collection[int] | None, *words: str) -> tuple[Program, int]:
    """Return the service of a shop with its port, once it is ready to answer from models."""
    command = evercart("serve", "--shop", str(folder), "--port", "0", "--json", *words)
    one = Program("serve", command, cores, stdout=subprocess.PIPE)
    assert one.process.stdout is not None
    line = one.process.stdout.readline()
    one.process.poll()
    if not line:
        one.process.wait()
    one.require_alive()
    port = int(json.loads(line)["address"].rpartition(":")[2])
    wait_until_ready(one, port)
    return one, port


def learning(folder: Path, cores: Collection[int] | None) -> Program:
    """Return the learner of a shop, once it follows the log; what it says from then on is thrown away."""
    one = Program("learn", evercart("learn", "--shop", str(folder), "--json"), cores, stdout=subprocess.PIPE)
    assert one.process.stdout is not None
    for line in one.process.stdout:
        if json.loads(line)["what"] == "learn":
            threading.Thread(target=_drain, args=(one.process.stdout,), daemon=True).start()
            return one
    one.process.wait()
    one.require_alive()
    raise AssertionError


def _drain(pipe: IO[bytes]) -> None:
    for _ in pipe:
        pass


def wait_until_ready(one: Program, port: int, path: str = "/readyz") -> None:
    """Return once a service says that it answers."""
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        one.require_alive()
        try:
            with Asker(port) as asker:
                if asker.ask("GET", path)[0] == 200:
                    return
        except OSError:
            pass
        time.sleep(0.2)
    stop(f"{one.name} was not ready within {PATIENCE_S:.0f} s:\n{one.errors()[-2000:]}")


class Asker:
    """A client with one kept connection."""

    def __init__(self, port: int, timeout_s: float = 30) -> None:
        self._http = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, bytes]:
        """Return the status, the body of an answer."""
        headers = {} if body is None else {"content-type": "application/json"}
        self._http.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self._http.getresponse()
        return answer.status, answer.read()

    def told(self, method: str, path: str, body: Any = None) -> Any:
        """Return the JSON of a good answer; ends everything at another."""
        status, said = self.ask(method, path, body)
        if status != 200:
            stop(f"{method} {path}: expected status 200, got {status}: {said[:500]!r}")
        return json.loads(said)


class Machine(NamedTuple):
    """CPU seconds that some cores have spent since they were started."""

    busy_s: float
    idle_s: float
    stolen_s: float

    @classmethod
    def now(cls, cores: Collection[int]) -> Self:
        """Return them as they stand."""
        busy = idle = stolen = 0.0
        for line in Path("/proc/stat").read_text().splitlines():
            name, *rest = line.split()
            if name[:3] == "cpu" and name[3:].isdigit() and int(name[3:]) in cores:
                ticks = [int(word) * TICK_S for word in rest[:8]]
                idle += ticks[3] + ticks[4]
                stolen += ticks[7]
                busy += sum(ticks) - ticks[3] - ticks[4] - ticks[7]
        return cls(busy, idle, stolen)


class Watch:
    """CPU of programs, of a machine's cores, over a span of time; memory once a second."""

    def __init__(self, cores: Collection[int], *programs: Program) -> None:
        self._cores, self._programs = cores, programs
        self.memory: dict[str, list[dict[str, float]]] = {one.name: [] for one in programs}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._machine, self._began = Machine.now(self._cores), time.monotonic()
        self._cpu = {one.name: one.cpu_s for one in self._programs}
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall_s = time.monotonic() - self._began
        self.cpu_s = {one.name: one.cpu_s - self._cpu[one.name] for one in self._programs}
        after = Machine.now(self._cores)
        self.machine = Machine(*(b - a for a, b in zip(self._machine, after, strict=True)))
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(1.0):
            for one in self._programs:
                if one.process.poll() is None:
                    self.memory[one.name].append(one.memory_mb())

    def said(self, others_cpu_s: float = 0.0) -> dict[str, Any]:
        """Return shares of one core; what processes that are not ours took of the cores, with what was stolen.

        others_cpu_s    of those of ours that are not watched, such as the generator
        """
        ours = sum(self.cpu_s.values()) + others_cpu_s
        cores_s = self.machine.busy_s + self.machine.idle_s + self.machine.stolen_s
        return {
            "cores": {name: round(cpu / self.wall_s, 3) for name, cpu in self.cpu_s.items()},
            "strangers_of_cores": round((self.machine.busy_s - ours) / cores_s, 3),
            "stolen_of_cores": round(self.machine.stolen_s / cores_s, 3),
            "memory_mb": {
                name: {what: round(seen[-1][what]) for what in seen[-1]} for name, seen in self.memory.items() if seen
            },
        }


class Site(NamedTuple):
    """A shop that is served, with those who visit it.

    programs    the service, then the learner if there is one
    """

    folder: Path
    port: int
    cores: tuple[int, ...]
    visitors: Visitors
    programs: tuple[Program, ...]

    @classmethod
    @contextmanager
    def open(cls, folder: Path, sessions: int, cores: Collection[int], *, learner: bool = True) -> Iterator[Site]:
        """Start the programs of a shop, hand the site out, stop them."""
        service, port = serving(folder, cores)
        programs = [service]
        with running(service):
            if learner:
                programs.append(learning(folder, cores))
            with running(*programs[1:]):
                yield cls(folder, port, tuple(cores), Visitors(sessions, items_of(sessions)), tuple(programs))
                for one in programs:
                    one.require_alive()

    def moves(self, asker: Asker) -> list[tuple[str, str, Any]]:
        """Return requests that change what is live, then change it back."""
        versions = asker.told("GET", "/v1/versions?app=recommend")
        live = next((one for one in versions if one["live"]), versions[0])
        older = next((one for one in versions if one["revision"] != live["revision"]), None)
        if older is None:
            return []
        back = ("POST", "/v1/recommend/rollback", {"to": older["revision"]})
        return [back, ("POST", "/v1/recommend/rollback", {"to": live["revision"]})]
