"""Streaming: a throw-away shop, served, into which a simulation goes on to send what happens.

`evercart simulate` begins it as `python -m evercart.testing.streaming`: the package itself never imports what only
tests or shows need.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

import httpx
import pyarrow as pa
import pyarrow.compute as pc
from rich.console import Console

from evercart.client import Client
from evercart.clock import Clock
from evercart.commands.clocked import clock_words
from evercart.commands.up import programs
from evercart.config import FILE
from evercart.errors import UserError, expected, require
from evercart.lock import locked
from evercart.serve.running import free_port
from evercart.serve.saying import parsed, readable
from evercart.serve.supervise import Patience, Supervisor
from evercart.shop import Shop
from evercart.show import time_text
from evercart.teller import Teller
from evercart.testing.playing import Played, Player
from evercart.testing.shop import SimulatedShop
from evercart.testing.visits import moments
from evercart.units import DAY_US, HOUR_S, SECOND_US

MARK: Final = "simulated.json"  # only a folder that holds it is ever removed
OPENS_US: Final = 10 * HOUR_S * SECOND_US  # of the day on which the stream begins
LATEST: Final = 1_000_000  # days, after which a simulation would end
_EVERY_S: Final = 10.0  # between two lines of progress
_READY_S: Final = 60.0
_LOCK: Final = "simulate.lock"


@dataclass(frozen=True)
class Plan:
    """How large a simulated shop is, how fast its time passes.

    speed      seconds of the simulation in a second
    days       of history, which it has learned before the stream begins
    minutes    of real time until it ends; None: never
    """

    speed: float = 100.0
    shoppers: int = 2_500
    items: int = 400
    days: int = 14
    seed: int = 1
    minutes: float | None = None

    def __post_init__(self) -> None:
        require(0 < self.speed <= 100_000, "--speed", "above 0x, at most 100000x", f"{self.speed:g}x")
        require(self.days >= 1, "--days", "at least 1", self.days)
        require(self.minutes is None or self.minutes > 0, "--for", "minutes above 0", self.minutes)

    @property
    def simulation(self) -> SimulatedShop:
        """Return the shop's course, without an end."""
        return SimulatedShop(self.seed, self.shoppers, self.items, LATEST)

    @property
    def begins_us(self) -> int:
        """Return when history ends."""
        return self.simulation.start_us + self.days * DAY_US + OPENS_US


@contextmanager
def stage(folder: Path, *, keep: bool) -> Iterator[None]:
    """Make room for a throw-away shop; what was left of an earlier one goes, as this one does at the end."""
    require_throw_away(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder / _LOCK, "simulates a shop"):
        _clear(folder)
        (folder / MARK).write_text('{"about": "a simulated shop: its folder may be removed"}\n')
        try:
            yield
        finally:
            if not keep and folder.exists():
                shutil.rmtree(folder)


def require_throw_away(folder: Path) -> None:
    """Raise `UserError` for a folder that holds anything but a simulated shop."""
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / MARK).exists())):
        what = "a shop" if (folder / FILE).exists() else "something else"
        raise UserError(expected("--shop", "a new folder, or a simulated shop's", f"{folder} ({what})"))


def _clear(folder: Path) -> None:
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != _LOCK:
            path.unlink()


def prepare(folder: Path, plan: Plan, teller: Teller) -> None:
    """Make the shop with its history, from which it then learns."""
    clock = Clock(now_us=lambda: plan.begins_us)
    with Shop.open(folder, create=True, clock=clock, told=lambda text: None) as shop:
        text = (folder / FILE).read_text().replace(f'name = "{folder.resolve().name}"', 'name = "simulated"')
        (folder / FILE).write_text(text)
        shop.log.import_history("simulation", lambda skip: _history(plan, teller, skip))
        shop.compile(teller.step)
        shop.run(teller.turning)
        teller.step("turn the ring", 1.0)


def _history(plan: Plan, teller: Teller, skip: int) -> Iterator[pa.Table]:
    for day, table in enumerate(islice(plan.simulation.events(), plan.days + 1)):
        rows = table.filter(pc.less(table["event_us"], plan.begins_us))
        yield rows.slice(min(skip, len(rows)))
        skip = max(skip - len(rows), 0)
        teller.step("simulate history", day / plan.days)


def to_come(plan: Plan) -> Iterator[Any]:
    """Hand out the moments that follow history: those of the day that it ends in, then day after day."""
    days = islice(plan.simulation.events(), plan.days, None)
    first = next(days)
    rest = first.filter(pc.greater_equal(first["event_us"], plan.begins_us))
    return chain(moments(rest), chain.from_iterable(moments(day) for day in days))


class Stream:
    """A simulated shop that is served, while somebody plays what happens in it."""

    def __init__(self, folder: Path, plan: Plan, port: int, say: Callable[[dict[str, Any]], None]) -> None:
        wall = Clock()
        clock = (plan.speed, plan.begins_us, wall.now_us())
        self._plan, self._say, self._wall_s = plan, say, wall.wall_s
        self._clock = Clock.at_speed(*clock)
        kept = programs(folder, ["--port", str(port)], clock_words(*clock))
        self._supervisor = Supervisor(kept, self._told, Patience(), own="simulate")
        self._stop = threading.Event()
        self._player: threading.Thread | None = None
        self._failed: list[BaseException] = []

    def run(self) -> int:
        """Serve, learn, play until all is to stop; return the exit code."""
        code = self._supervisor.run()
        self._stop.set()
        if self._player is not None:
            self._player.join()
        if self._failed:
            raise self._failed[0]
        return code

    def _told(self, name: str, line: str) -> None:
        said = parsed(line)
        if said is not None and "address" in said:
            if self._player is None:  # else it was started again, at the same port
                self._say(said)
                self._player = threading.Thread(target=self._play, args=(said["address"],), name="play", daemon=True)
                self._player.start()
        elif (text := readable(line)) is not None:
            self._say({"what": name, "text": text})

    def _play(self, address: str) -> None:
        try:
            self._wait(address)
            with Client(address, told=lambda text: None) as site:
                player = Player(site, self._clock, self._stop)
                threading.Thread(target=self._watch, args=(player.played,), name="watch", daemon=True).start()
                player.play(to_come(self._plan))
        except BaseException as error:
            self._failed.append(error)
        finally:
            self._stop.set()
            self._supervisor.stop()

    def _wait(self, address: str) -> None:
        """Wait until models answer; not for ever, as what stands in for them does."""
        ends_s = self._wall_s() + _READY_S
        while self._wall_s() < ends_s and not self._stop.wait(0.1):
            with suppress(httpx.HTTPError):
                if httpx.get(f"{address}/readyz").status_code == httpx.codes.OK:
                    return

    def _watch(self, played: Played) -> None:
        """Say now and then what was played; end it when its time is over."""
        ends_s = self._wall_s() + 60 * (self._plan.minutes or math.inf)
        while not self._stop.wait(min(_EVERY_S, max(ends_s - self._wall_s(), 0.0))):
            self._say({"what": "played", **asdict(played)})
            if self._wall_s() >= ends_s:
                self._stop.set()


def _say_json(said: dict[str, Any]) -> None:
    print(json.dumps(said), flush=True)


class Sayer:
    """Prints what a stream says, for people."""

    def __init__(self, plan: Plan, console: Console) -> None:
        self._plan, self._console = plan, console

    def __call__(self, said: dict[str, Any]) -> None:
        """Print it."""
        if "address" in said:
            text = f"A simulated shop, {self._plan.speed:g} times as fast as ours: {said['address']}; Ctrl-C ends it"
        elif said["what"] == "played":
            text = f"{time_text(said.pop('us'))}: {Played(**{n: v for n, v in said.items() if n != 'what'})}"
        else:
            text = f"{said['what']}: {said['text']}"
        self._console.print(text, highlight=False, markup=False, soft_wrap=True)


def main() -> None:
    """Make the shop, stream into it until told to end; exit 2 where the user can mend what is wrong."""
    args = _parser().parse_args()
    signal.signal(signal.SIGTERM, _end)  # while it is prepared, too, the folder is removed
    console = Console(stderr=args.json, width=None if sys.stdout.isatty() else 200)
    try:
        code = _streamed(args, console)
    except UserError as error:
        print(error, file=sys.stderr)
        code = 2
    except KeyboardInterrupt:
        code = 0
    sys.exit(code)


def _end(number: int, frame: object) -> None:
    sys.exit(0)


def _streamed(args: argparse.Namespace, console: Console) -> int:
    plan = Plan(speed=args.speed, shoppers=args.shoppers, days=args.days, minutes=args.minutes)
    if args.prepare:
        teller = Teller(Console(stderr=True), Clock().wall_s)
        with teller.telling():
            prepare(args.shop, plan, teller)
        return 0
    with stage(args.shop, keep=args.keep):
        port = free_port("127.0.0.1", args.port_from) if args.port is None else args.port
        words = (*sys.argv[1:], "--prepare")  # in a process whose memory is let go
        code = subprocess.run([sys.executable, "-m", "evercart.testing.streaming", *words], check=False).returncode
        if code:
            return code
        return Stream(args.shop, plan, port, _say_json if args.json else Sayer(plan, console)).run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shop", type=Path, required=True)
    parser.add_argument("--speed", type=float, default=Plan.speed)
    parser.add_argument("--shoppers", type=int, default=Plan.shoppers)
    parser.add_argument("--days", type=int, default=Plan.days)
    parser.add_argument("--for", type=float, dest="minutes")
    parser.add_argument("--port", type=int)
    parser.add_argument("--port-from", type=int, default=8_322)
    parser.add_argument("--keep", action="store_true")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--prepare", action="store_true")
    return parser


if __name__ == "__main__":
    main()
