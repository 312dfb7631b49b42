"""Kills: a shop's life ended by `kill -9` at random instants, over again, until it has come to its end.

`python -m evercart.testing.kills --kills 300` prints a summary. Lives are forked from one process that holds
the compiled kernels, so that each costs no more than what it does.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from evercart.testing.faults import Life, Outcome, memory_disk

_MOST: Final = 6  # kills of one life
_FAILED: Final = 70


class Summary(NamedTuple):
    """What became of lives that were killed: in how many bits, events or texts differ from one never killed."""

    kills: int
    lives: int
    alike: int  # lives that ended in the same outcome
    told: tuple[str, ...]  # of damage, of which a kill makes none
    events: int  # of each life
    seconds: float  # of a life that was not killed


def killed(kills: int, seed: int, home: Path) -> Summary:
    """Kill so many times; after at most six kills a life may go on to its end, where it is compared."""
    rng = np.random.default_rng(seed)
    life = Life.made(home)
    _to_the_end(life, home / "warm")  # compiles
    began = time.perf_counter()
    whole, told = _to_the_end(life, home / "whole")
    seconds = time.perf_counter() - began
    done = lives = alike = 0
    while done < kills:
        folder = home / f"life-{lives}"
        life.begin(folder)
        for _ in range(min(_MOST, kills - done)):
            if not _kill(life, folder, rng.random() * seconds):
                break
            done += 1
        found, texts = _to_the_end(life, folder)
        lives, alike, told = lives + 1, alike + (found == whole), told + texts
    return Summary(done, lives, alike, tuple(told), whole.events, seconds)


def _to_the_end(life: Life, folder: Path) -> tuple[Outcome, list[str]]:
    told: list[str] = []
    life.begin(folder)
    return life.live(folder, told.append), told


def _kill(life: Life, folder: Path, after_s: float) -> bool:
    """Let a process live, kill it after a while; return whether it had not ended before."""
    pid = os.fork()
    if not pid:
        try:
            life.live(folder, lambda text: None)
        except BaseException as error:
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
            os._exit(_FAILED)
        os._exit(0)
    time.sleep(after_s)
    os.kill(pid, signal.SIGKILL)
    status = os.waitpid(pid, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError(f"a life that was begun again failed; see {folder}")  # noqa: EM102
    return os.WIFSIGNALED(status)


def main() -> None:
    """Print a summary; exit 1 unless every life ended in the same bits."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=memory_disk()) as home:
        found = killed(args.kills, args.seed, Path(home))
    if args.json:
        print(json.dumps(found._asdict()))
    else:
        print(f"{found.kills} kills of {found.lives} lives of {found.events} events, {found.seconds:.1f} s each:")
        print(f"{found.alike} of {found.lives} ended in the same states, log, days, quarantine as one never killed")
        print("\n".join(found.told))
    sys.exit(found.alike < found.lives or bool(found.told))


if __name__ == "__main__":
    main()
