"""The command line: `evercart COMMAND --help` tells each."""

from __future__ import annotations

import errno
import gc
import os
import sys
from typing import Annotated

import typer
from typer import Exit, Option

from evercart import __version__
from evercart.commands import (  # noqa: F401 (each adds its commands)
    answer,
    backup,
    copy,
    decisions,
    erase,
    explain,
    export,
    key,
    learn,
    log,
    models,
    policy,
    profile,
    quarantine,
    recommend,
    rehearse,
    ring,
    serve,
    simulate,
    tune,
    up,
)
from evercart.commands.base import app, err
from evercart.errors import UserError, expected

_STOPPED = 130  # the exit code of what Ctrl-C ended


def _version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise Exit


@app.callback()
def _options(
    version: Annotated[bool, Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    """Take what stands before the command."""


def main() -> None:
    """Run a command: exit 0, or 2 where the user can mend it, or 1 where we must."""
    try:
        app()
    except UserError as error:
        sys.exit(_fail(str(error), 2))
    except (KeyboardInterrupt, SystemExit) as stop:  # typer makes an exit of Ctrl-C
        if isinstance(stop, SystemExit) and stop.code != _STOPPED:
            raise
        sys.exit(_fail("stopped; run the same command again to go on", _STOPPED))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception as error:
        if os.environ.get("EVERCART_DEBUG"):
            raise
        sys.exit(_fault(error))
    finally:
        gc.freeze()  # else half a second goes into looking for garbage as the process ends


def _fault(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _fail(expected(str(error.filename or "disk"), "room to write", error.strerror), 2)
    if isinstance(error, PermissionError):
        return _fail(expected(str(error.filename), "a path that may be read and written", error.strerror), 2)
    return _fail(f"a fault of ours: {type(error).__name__}: {error} (EVERCART_DEBUG=1 shows where)", 1)


def _fail(text: str, code: int) -> int:
    err.print(text, style="red", highlight=False, markup=False, soft_wrap=True)
    return code
