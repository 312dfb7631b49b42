"""The command that keeps a shop served, with its models learning."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from typer import Exit, Option

from evercart.commands.base import EVERCART, HERE, AsJson, Folder, app
from evercart.commands.clocked import OriginUs, SinceUs, Speed, clock_of, clock_words
from evercart.commands.serve import Host, Port
from evercart.errors import require

if TYPE_CHECKING:
    from evercart.serve.supervise import Program

SIMULATED: Final = "simulated"  # the program that streams beside
_MORE_S: Final = 5.0  # that a program gets beyond what its requests get to end in


@app.command(epilog="Example: `evercart up --shop my-shop`")
def up(
    shop: Folder = HERE,
    host: Host = None,
    port: Port = None,
    simulated: Annotated[
        Path | None,
        Option(metavar="DIR", readable=False, help="Let a simulated shop stream beside it, in this throw-away folder."),
    ] = None,
    as_json: AsJson = False,
    speed: Speed = None,
    origin_us: OriginUs = 0,
    since_us: SinceUs = 0,
) -> None:
    """Run `evercart serve` beside `evercart learn`; one that ends is started again, until Ctrl-C or SIGTERM.

    Waits between starts grow from half a second to half a minute. What they write is passed on with the name of who
    wrote it: on a terminal what is new, elsewhere all of it, as JSON lines. Exit code 2 means that one of them could
    not start, which only you can mend.
    """
    from evercart.config import Config
    from evercart.serve.supervise import Patience, Program, Supervisor

    settings = Config.read(shop).serve
    clock_of(speed, origin_us, since_us)  # a wrong speed is told once
    where = [*(["--host", host] if host is not None else []), *(["--port", str(port)] if port is not None else [])]
    kept = programs(shop, where, clock_words(speed, origin_us, since_us))
    told: Callable[[str, str], None] = _Told(Config.read(shop).name, bool(simulated))
    if simulated is not None:
        require(simulated.resolve() != shop.resolve(), "--simulated", "another folder than --shop", str(simulated))
        first = (settings.port if port is None else port) + 1
        words = ("simulate", "--shop", str(simulated), "--port-from", str(first), "--json")
        kept.append(Program(SIMULATED, (*EVERCART, *words), needed=False))
    if as_json or (simulated is None and not sys.stdout.isatty()):
        told = _raw
    code = Supervisor(kept, told, Patience(drain_s=settings.drain_s + _MORE_S)).run()
    if code:
        raise Exit(code)


def programs(folder: Path, where: Sequence[str], clock: Sequence[str]) -> list[Program]:
    """Return what serves a shop, what learns on it.

    where    options of `serve`: host, port
    clock    options of both, as `clock_words` has them
    """
    from evercart.serve.supervise import Program

    own = ("--shop", str(folder), *clock)
    return [
        Program("serve", (*EVERCART, "serve", *own, *where, "--json")),
        Program("learn", (*EVERCART, "learn", *own, "--json")),
    ]


class _Told:
    """Prints what is new, for people; the addresses clearly."""

    def __init__(self, name: str, beside: bool) -> None:
        self._name, self._beside = name, beside

    def __call__(self, name: str, line: str) -> None:
        """Print a line, unless it is about what happens all day."""
        from evercart.serve.saying import parsed, readable

        said = parsed(line)
        if said is not None and "address" in said:
            self._address(name, said["address"])
        elif (text := readable(line)) is not None:
            typer.echo(f"{name:>5} | {text}")

    def _address(self, name: str, address: str) -> None:
        if name == SIMULATED:
            typer.echo(f"Simulated shop, in which things happen all the time: {address}; Ctrl-C stops both")
        elif self._beside:
            typer.echo(f"{self._name}, as it was learned; nothing happens until events are sent to it: {address}")
        else:
            typer.echo(f"Serving {self._name} at {address}; Ctrl-C stops it")


def _raw(name: str, line: str) -> None:
    """Print a line for programs."""
    from evercart.serve.saying import tagged

    typer.echo(tagged(name, line))
