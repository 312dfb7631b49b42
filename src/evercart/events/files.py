"""Files as sources: opened, hashed, with what is wrong about them told in one wording."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Final, cast

import pyarrow as pa

from evercart.errors import UserError, expected

_BLOCK: Final = 1 << 20
_BROKEN: Final = (pa.ArrowException, EOFError, zlib.error, gzip.BadGzipFile)


@contextmanager
def reading(path: Path, what: str) -> Iterator[None]:
    """Tell what goes wrong while a file is read as `what`."""
    try:
        yield
    except _BROKEN as error:
        raise UserError(expected(str(path), what, f"{type(error).__name__}: {_first_line(error)}")) from error
    except OSError as error:
        got = error.strerror if error.errno is not None else f"{type(error).__name__}: {_first_line(error)}"
        raise UserError(expected(str(path), f"{what} that can be read", got)) from error


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0]


def is_packed(path: Path) -> bool:
    """Return whether a file is compressed, by its ending."""
    return path.suffix.lower() == ".gz"


def unpacked(path: Path, raw: IO[bytes]) -> IO[bytes]:
    """Return the stream of a file's contents."""
    return cast(IO[bytes], gzip.GzipFile(fileobj=raw)) if is_packed(path) else raw


def fingerprint(path: Path, *, is_text: bool) -> str:
    """Return the hash of a file's contents; text that is not UTF-8, or empty, raises `UserError`."""
    digest = hashlib.blake2b(digest_size=16)
    judge = _Text(path) if is_text else None
    with reading(path, "a file"), path.open("rb") as raw:
        stream = unpacked(path, raw) if judge else raw
        while block := stream.read(_BLOCK):
            digest.update(block)
            if judge:
                judge.add(block)
    if judge:
        judge.end()
    return digest.hexdigest()


class _Text:
    """Where a stream of bytes stops being UTF-8."""

    def __init__(self, path: Path) -> None:
        self._path, self._bytes, self._lines, self._blank = path, 0, 0, True
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def add(self, block: bytes) -> None:
        """Read on."""
        held = len(self._decoder.getstate()[0])  # bytes of a character cut in two
        self._judge(block, held, final=False)
        self._blank = self._blank and not block.removeprefix(codecs.BOM_UTF8).strip()
        self._bytes += len(block)
        self._lines += block.count(b"\n")

    def end(self) -> None:
        """Judge what is left."""
        self._judge(b"", len(self._decoder.getstate()[0]), final=True)
        if self._blank:
            raise UserError(expected(str(self._path), "rows", "an empty file"))

    def _judge(self, block: bytes, held: int, final: bool) -> None:
        try:
            self._decoder.decode(block, final)
        except UnicodeDecodeError as error:
            at = error.start - held
            where = (
                f"{self._path} line {self._lines + 1 + block[: max(at, 0)].count(10)}, byte {self._bytes + at + 1:,}"
            )
            got = f"0x{cast(Any, error.object)[error.start]:02x}"
            raise UserError(expected(where, "UTF-8", got)) from None
