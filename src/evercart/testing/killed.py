"""Killed: a service ended by `kill -9` at random instants, while visitors go on sending events to it.

`python -m evercart.testing.killed --kills 100` prints a summary. Services are forked from one process that has all
imported, so that each costs no more than what it does. What no answer came for is sent again, under the same ids.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import httpx
import numpy as np

from evercart.commands.base import spare_pandas
from evercart.serve.commit import Commit, Taking
from evercart.serve.http import application
from evercart.serve.running import bound, run
from evercart.serve.sent import read
from evercart.serve.service import Service
from evercart.shop import Shop
from evercart.testing.faults import memory_disk

BATCH: Final = 20  # events of a request
VISITORS: Final = 4  # that send at once
_LONGEST_S: Final = 0.4  # of a life
_LAST_S: Final = 0.05
_FAILED: Final = 70
_DAY_US: Final = 1_700_000_000_000_000


class Summary(NamedTuple):
    """What became of a service that was killed.

    cut        requests that were under way when it was killed
    acknowledged, logged, twice, lost    events: told to be in the log; in it; in it more than once; told, yet not in it
    """

    kills: int
    cut: int
    acknowledged: int
    logged: int
    twice: int
    lost: int
    seconds: float


class Sender:
    """Sends batch after batch, each until it is acknowledged."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._next = 0
        self._open: list[int] = []  # batches for which no answer came
        self.acknowledged: list[str] = []
        self.cut = 0

    async def send(self, stop: asyncio.Event) -> None:
        """Let all visitors send until they are told to stop."""
        async with httpx.AsyncClient(timeout=5) as site:
            await asyncio.gather(*(self._visitor(site, stop) for _ in range(VISITORS)))

    async def _visitor(self, site: httpx.AsyncClient, stop: asyncio.Event) -> None:
        while not stop.is_set():
            if self._open:
                batch = self._open.pop()
            else:
                batch, self._next = self._next, self._next + 1
            events = [_event(batch * BATCH + place) for place in range(BATCH)]
            try:
                said = (await site.post(f"{self._url}/v1/events", json=events)).raise_for_status().json()
            except httpx.ConnectError:  # it has not begun yet
                self._open.append(batch)
                await asyncio.sleep(0.005)
            except (httpx.HTTPError, asyncio.CancelledError) as error:
                self._open.append(batch)
                self.cut += 1
                if isinstance(error, asyncio.CancelledError):
                    raise
            else:
                if said["refused"]:
                    raise RuntimeError(said["refused"][0]["error"])
                self.acknowledged += [event["id"] for event in events]


def _event(number: int) -> dict[str, Any]:
    """Return an event; sent again it is the same to the last field."""
    us = _DAY_US + number
    return {"id": f"e{number}", "kind": "view", "item": f"i{number % 97}", "user": f"u{number % 31}", "event_us": us}


def killed(kills: int, seed: int, home: Path) -> Summary:
    """Kill a service so many times; compare what it had acknowledged with what its log holds."""
    rng, folder, began = np.random.default_rng(seed), home / "shop", time.perf_counter()
    asyncio.run(_warm(home / "warm"))
    Shop.open(folder, create=True).close()
    with bound("127.0.0.1", 0) as listening:
        sender = Sender(f"http://127.0.0.1:{listening.getsockname()[1]}")
        for _ in range(kills):
            asyncio.run(_life(sender, _forked(folder, listening), rng.random() * _LONGEST_S))
    with Shop.open(folder) as shop:
        counts = Counter(shop.log.names(0, shop.log.next_offset)["id"].drop_null().to_pylist())
        faults = shop.log.verify()
    if faults:
        raise RuntimeError(faults[0])
    lost = sum(name not in counts for name in sender.acknowledged)
    twice = sum(count > 1 for count in counts.values())
    seconds = time.perf_counter() - began
    return Summary(kills, sender.cut, len(sender.acknowledged), len(counts), twice, lost, seconds)


async def _warm(folder: Path) -> None:
    """Log an event here, so that what is forked has imported, compiled all that it needs."""
    spare_pandas()
    with Shop.open(folder, create=True) as shop:
        sent = read(json.dumps([_event(0), {"kind": "none"}]).encode(), "application/json", shop.config.serve)
        commit = Commit(shop.log, shop.quarantine, shop.clock.now_us)
        commit([Taking(sent, asyncio.get_running_loop().create_future())], [])
        application(Service(shop))


async def _life(sender: Sender, pid: int, after_s: float) -> None:
    """Let a service live, once it has answered, for a while; kill it while it is asked."""
    stop = asyncio.Event()
    sending = asyncio.create_task(sender.send(stop))
    before = len(sender.acknowledged)
    try:
        while len(sender.acknowledged) == before and not sending.done():
            await asyncio.sleep(0.002)
        await asyncio.sleep(after_s)
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        stop.set()
        await asyncio.wait({sending}, timeout=_LAST_S)  # whom it had taken in hears at once that it is gone
        sending.cancel()
        with suppress(asyncio.CancelledError):
            await sending


def _forked(folder: Path, listening: socket.socket) -> int:
    """Serve the shop in a process of its own; return its number."""
    pid = os.fork()
    if pid:
        return pid
    try:
        with Shop.open(folder) as shop:
            run(Service(shop), listening.dup(), lambda address: None)
    except BaseException as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(_FAILED)
    os._exit(0)


def main() -> None:
    """Print a summary; exit 1 if an acknowledged event is lost, or one is in the log twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=memory_disk()) as home:
        found = killed(args.kills, args.seed, Path(home))
    if args.json:
        print(json.dumps(found._asdict()))
    else:
        print(f"{found.kills} kills, {found.cut} requests cut, in {found.seconds:.1f} s:")
        print(
            f"{found.acknowledged} events acknowledged, {found.logged} logged, {found.lost} lost, {found.twice} twice"
        )
    sys.exit(bool(found.lost or found.twice))


if __name__ == "__main__":
    main()
