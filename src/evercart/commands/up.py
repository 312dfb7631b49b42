"""The command that keeps a shop served, with its models learning."""

from __future__ import annotations

import sys
from typing import Final

import typer
from typer import Exit

from evercart.commands.base import HERE, AsJson, Folder, app, shown
from evercart.commands.clocked import OriginUs, SinceUs, Speed, clock_of, clock_words
from evercart.commands.serve import Host, Port
from evercart.config import Config

EVERCART: Final = (sys.executable, "-m", "evercart")
_MORE_S: Final = 5.0  # that a program gets beyond what its requests get to end in


@app.command(epilog="Example: `evercart up --shop my-shop`")
def up(
    shop: Folder = HERE,
    host: Host = None,
    port: Port = None,
    as_json: AsJson = False,
    speed: Speed = None,
    origin_us: OriginUs = 0,
    since_us: SinceUs = 0,
) -> None:
    """Run `evercart serve` beside `evercart learn`; one that ends is started again, until Ctrl-C or SIGTERM.

    Waits between starts grow from half a second to half a minute. Each line that they write is passed on with the
    name of who wrote it. Exit code 2 means that one of them could not start and that only you can mend it.
    """
    from evercart.serve.supervise import Patience, Program, Supervisor

    settings = Config.read(shop).serve
    clock_of(speed, origin_us, since_us)  # a wrong speed is told once
    own = ["--shop", str(shop), *clock_words(speed, origin_us, since_us)]
    where = [*(["--host", host] if host is not None else []), *(["--port", str(port)] if port is not None else [])]
    programs = (
        Program("serve", (*EVERCART, "serve", *own, *where, *(["--json"] if as_json else []))),
        Program("learn", (*EVERCART, "learn", *own)),
    )
    told = _raw if as_json or not sys.stdout.isatty() else _named
    code = Supervisor(programs, told, Patience(drain_s=settings.drain_s + _MORE_S)).run()
    if code:
        raise Exit(code)


def _named(name: str, line: str) -> None:
    """Print a line beside the name of who wrote it."""
    typer.echo(f"{name:>5} | {line}")


def _raw(name: str, line: str) -> None:
    """Print a line for programs: an object gets the name as a field, a text becomes one."""
    if line.startswith("{") and line.endswith("}") and len(line) > 2:
        typer.echo(f'{{"process": "{name}", {line[1:]}')
    else:
        typer.echo(shown().as_json({"process": name, "message": line}))
