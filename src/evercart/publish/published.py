"""Published: the live weights of an app, for servers to pick up.

A publication replaces the one before by one rename, without waiting for the disk: what a power failure takes, the
learner publishes again. A checksum tells a file that the disk holds only in part.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load as load_tensors

from evercart.durable import make_folder, scratch_of
from evercart.errors import UserError, expected, loudly, require
from evercart.fold import Packed
from evercart.log.faults import plainly
from evercart.units import SECOND_US

_ALIGN: Final = 8  # bytes; safetensors wants its arrays there
_TYPES: Final = {
    **{f"f{size}": f"F{8 * size}" for size in (2, 4, 8)},
    **{f"{sign}{size}": f"{sign.upper()}{8 * size}" for sign in "iu" for size in (1, 2, 4, 8)},
    "b1": "BOOL",
}


class Published(NamedTuple):
    """A publication: the packed state of a model, with the next offset of the log."""

    model: str
    next_offset: int
    flat: Packed


class Publisher:
    """Publishes an app's live weights, at most once in `every_us`; one learner a shop, so nobody else does.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     live = Publisher(Path(folder), "spend")
    ...     [live.publish(Published("ab12", 5 + us, {"w": np.zeros(2)}), us) for us in (0, 400_000, 1_000_000)]
    [True, False, True]
    """

    def __init__(self, folder: Path, app: str, every_us: int = SECOND_US) -> None:
        self.path = path_of(folder, app)
        self.every_us = every_us
        self._last_us: int | None = None
        self._model = ""

    def due(self, model: str, now_us: int) -> bool:
        """Return whether one may be published now: another model at once, also when the clock went back."""
        waited = None if self._last_us is None else now_us - self._last_us
        return waited is None or not 0 <= waited < self.every_us or model != self._model

    def publish(self, one: Published, now_us: int) -> bool:
        """Publish, if it is due; return whether it was."""
        if not self.due(one.model, now_us):
            return False
        with plainly(self.path):
            make_folder(self.path.parent)
            write(self.path, one)
        self._last_us, self._model = now_us, one.model
        return True


class Reader:
    """Reads an app's live weights as they come; a damaged publication is told of, the one before is kept.

    told    called with what is wrong
    """

    def __init__(self, folder: Path, app: str, told: Callable[[str], None] = loudly) -> None:
        self.path = path_of(folder, app)
        self._told = told
        self._seen: tuple[int, ...] = ()
        self._last: Published | None = None

    def newest(self) -> Published | None:
        """Return the newest whole publication, the very same object while nothing changed; None before the first."""
        try:
            with self.path.open("rb") as file:
                found = _identity(os.fstat(file.fileno()))
                if found == self._seen:
                    return self._last
                body = file.read()
        except FileNotFoundError:
            return self._last
        except OSError as error:
            raise UserError(expected(str(self.path), "a file that can be read", error.strerror or error)) from error
        self._seen = found
        try:
            self._last = parse(str(self.path), body)
        except UserError as error:
            self._told(f"{error}; going on with what was published before")
        return self._last


def path_of(folder: Path, app: str) -> Path:
    """Return where an app's live weights are, in the shop's folder of them."""
    return folder / f"{app}.safetensors"


def write(path: Path, one: Published) -> None:
    """Write a publication straight from the arrays, copying none; it has its name once it is whole."""
    arrays = [(name, np.ascontiguousarray(one.flat[name])) for name in sorted(one.flat)]
    arrays.sort(key=lambda pair: -pair[1].itemsize)  # so that each is aligned
    said: dict[str, Any] = {}
    at = 0
    for name, array in arrays:
        require(array.dtype.str[1:] in _TYPES, f"state.{name}", "numbers or booleans", array.dtype)
        said[name] = {
            "dtype": _TYPES[array.dtype.str[1:]],
            "shape": array.shape,
            "data_offsets": (at, at + array.nbytes),
        }
        at += array.nbytes
    bodies = [_bytes(array) for _, array in arrays]
    said["__metadata__"] = {"model": one.model, "next_offset": str(one.next_offset)}
    said["__metadata__"]["crc32"] = f"{checksum([_plain(said), *bodies]):08x}"
    header = _plain(said)
    header += b" " * (-len(header) % _ALIGN)
    scratch = scratch_of(path)
    with scratch.open("wb", buffering=0) as file:
        for part in (len(header).to_bytes(8, "little") + header, *bodies):
            _write_all(file.fileno(), part)
    scratch.replace(path)


def parse(where: str, body: bytes) -> Published:
    """Return what `write` wrote; damaged bytes raise `UserError`."""
    try:
        size = int.from_bytes(body[:8], "little")
        said = json.loads(body[8 : 8 + size])
        about = said["__metadata__"]
        told = about.pop("crc32")
        found = f"{checksum([_plain(said), memoryview(body)[8 + size :]]):08x}"
        flat = load_tensors(body)
        model, next_offset = str(about["model"]), int(about["next_offset"])
    except Exception as error:
        raise UserError(expected(where, "a publication", f"{type(error).__name__}: {error}")) from error
    require(found == told, where, f"contents with checksum {told}", found)
    return Published(model, next_offset, flat)


def checksum(parts: Iterable[bytes | memoryview]) -> int:
    """Return the CRC-32 of all parts, one after the other.

    >>> checksum([b"ab", b"c"]) == checksum([b"abc"])
    True
    """
    crc = 0
    for part in parts:
        crc = zlib.crc32(part, crc)
    return crc


def _plain(said: dict[str, Any]) -> bytes:
    return json.dumps(said, sort_keys=True).encode()


def _bytes(array: NDArray[Any]) -> memoryview | bytes:
    return array.data.cast("B") if array.size else b""


def _write_all(descriptor: int, part: bytes | memoryview) -> None:
    view = memoryview(part)
    while len(view):
        view = view[os.write(descriptor, view) :]


def _identity(stat: os.stat_result) -> tuple[int, ...]:
    return stat.st_dev, stat.st_ino, stat.st_mtime_ns, stat.st_size
