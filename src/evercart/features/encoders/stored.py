"""Stored: vectors kept on disk by content, for every process of a machine."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import loudly, require
from evercart.features.encoders.encoder import Around

_TABLE: Final = "CREATE TABLE IF NOT EXISTS vectors (at INTEGER PRIMARY KEY, text BLOB UNIQUE, vector BLOB NOT NULL)"
_AT_ONCE: Final = 256  # texts encoded between two commits: what a killed process loses
_PATIENCE_S: Final = 60.0
Found = dict[bytes, NDArray[np.float32]]


def cache_folder() -> Path:
    """Return the folder of vectors: under `EVERCART_CACHE`, else under the user's own cache."""
    named = os.environ.get("EVERCART_CACHE")
    home = Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "evercart"
    return home / "vectors"


@dataclass(frozen=True)
class Stored(Around):
    """An encoder whose vectors are looked up before they are computed; equal texts, equal bits.

    of        the encoder; each has a file of its own, named by its fingerprint
    folder    where the files lie
    most      vectors kept; the oldest go

    Many processes may use one folder at once. A file that cannot be read or written costs time, never an answer: the
    texts are encoded, a warning says so.
    """

    folder: Path = field(default_factory=cache_folder, compare=False)
    most: int = field(default=1 << 20, compare=False)

    def __post_init__(self) -> None:
        require(self.most >= 1, "stored.most", "at least 1", self.most)

    @property
    def path(self) -> Path:
        """Return the file of its vectors."""
        return self.folder / f"{self.fingerprint[:32]}.sqlite"

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, (texts, width); only texts not kept are encoded."""
        keys = [hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16] for text in texts]
        every = dict(zip(keys, texts, strict=True))
        found = self._kept(list(every))
        new = [key for key in every if key not in found]
        for start in range(0, len(new), _AT_ONCE):
            part = new[start : start + _AT_ONCE]
            found.update(zip(part, self.of([every[key] for key in part]), strict=True))
            self._keep({key: found[key] for key in part})
        out = np.zeros((len(texts), self.width), np.float32)
        for row, key in enumerate(keys):
            out[row] = found[key]
        return out

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        self.folder.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(self.path, timeout=_PATIENCE_S)) as file:
            file.execute("PRAGMA journal_mode=WAL")
            file.execute("PRAGMA synchronous=NORMAL")
            file.execute(_TABLE)
            yield file

    def _kept(self, keys: list[bytes]) -> Found:
        found: Found = {}
        with self._forgiven(), self._opened() as file:
            for start in range(0, len(keys), _AT_ONCE):
                part = keys[start : start + _AT_ONCE]
                asked = f"SELECT text, vector FROM vectors WHERE text IN ({','.join('?' * len(part))})"
                rows = file.execute(asked, part)
                found |= {key: np.frombuffer(row, "<f4") for key, row in rows if len(row) == 4 * self.width}
        return found

    def _keep(self, new: Found) -> None:
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in new.items()]
        with self._forgiven(), self._opened() as file, file:
            file.executemany("INSERT OR REPLACE INTO vectors (text, vector) VALUES (?, ?)", rows)
            file.execute("DELETE FROM vectors WHERE at <= (SELECT max(at) FROM vectors) - ?", (self.most,))

    @contextmanager
    def _forgiven(self) -> Iterator[None]:
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            loudly(f"vectors are not kept in {self.path}: {error}")
