"""Lock: what one process at a time may do to a folder; it ends with the process that holds it."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from evercart.errors import UserError, expected


@contextmanager
def locked(path: Path, doing: str) -> Iterator[None]:
    """Hold a lock file; where another holds it, `UserError` at once.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, locked(Path(folder) / "run.lock", "runs"):
    ...     pass
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UserError(expected(str(path.parent), f"one process at a time that {doing}", "another one")) from None
        yield
