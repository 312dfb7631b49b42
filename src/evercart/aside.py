"""Aside: how a process that needs the lease for a while asks the learner to let it.

Who asks holds a lock on a file of the shop; a learner that finds it held makes a checkpoint, gives the lease back,
waits until it is free. A lock ends with its process, so nobody waits for one that was killed.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from evercart.clock import Clock
from evercart.lease import Grant, Leases, Taken
from evercart.log.faults import plainly

FILE: Final = "aside.lock"
WAIT_S: Final = 60.0  # for a learner's last tick, its checkpoint
_REST_S: Final = 0.05


def wanted(folder: Path) -> bool:
    """Return whether somebody asks the learner of the shop in a folder to step aside.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     wanted(Path(folder))
    False
    """
    try:
        with (folder / FILE).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except FileNotFoundError:
        pass
    return False


@contextmanager
def stepped_aside(folder: Path, leases: Leases, clock: Clock, *, gives_way: bool) -> Iterator[Grant]:
    """Hold the lease while the block lasts; whoever learns steps aside meanwhile.

    gives_way    whether the holder is one who does; another is not waited for, nor one who takes over a minute:
                 `Taken` says who it is
    """
    with ExitStack() as held:
        with plainly(folder / FILE):
            fcntl.flock(held.enter_context((folder / FILE).open("ab")), fcntl.LOCK_EX)
        waited_s = 0.0
        while True:
            try:
                grant = held.enter_context(leases.held(clock.even_us))
                break
            except Taken:
                if not gives_way or waited_s >= WAIT_S:
                    raise
            clock.rest_s(_REST_S)
            waited_s += _REST_S
        yield grant
