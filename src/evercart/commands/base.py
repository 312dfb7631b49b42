"""What every command shares: the application itself, options, ways to open, to say, to warn."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from typer import Option

from evercart.clock import Clock

if TYPE_CHECKING:
    from evercart.shop import Shop
    from evercart.teller import Teller

app = typer.Typer(
    help="Keep every model of a shop learning from each event, and see at every moment that this is better.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

Folder = Annotated[Path, Option("--shop", metavar="DIR", readable=False, help="The shop's folder.")]
AsJson = Annotated[bool, Option("--json", help="Print one JSON object instead of a table.")]
HERE = Path("shop")
EVERCART = (sys.executable, "-m", "evercart")  # the words that begin a command of ours
_WIDE = None if sys.stdout.isatty() else 140  # columns, where no terminal says how many there are
out = Console(width=_WIDE, highlight=False)
err = Console(stderr=True)


class _NoPandas:
    """Finds no pandas."""

    @staticmethod
    def find_spec(name: str, path: object = None, target: object = None) -> None:
        if name == "pandas":
            raise ImportError(name)


def spare_pandas() -> None:
    """Keep pyarrow from importing pandas at its first conversion: half a second that no command needs.

    pyarrow asks once whether pandas is there; in this process it is told no. Only for processes of our own.
    """
    import pyarrow as pa

    if "pandas" not in sys.modules:
        sys.meta_path.insert(0, _NoPandas)
        pa.array(["asked"])
        sys.meta_path.remove(_NoPandas)


def open_shop(
    folder: Path,
    *,
    create: bool = False,
    sample: bool = False,
    log: str = "log",
    clock: Clock | None = None,
    told: Callable[[str], None] | None = None,
) -> Shop:
    """Open a shop; imported only here, so that `--help` is quick. What went wrong, yet was gone around, is told."""
    spare_pandas()
    from evercart.shop import Shop

    return Shop.open(folder, create=create, sample=sample, log=log, clock=clock, told=told or warn)


def warn(text: str) -> None:
    """Say on the error stream what went wrong, yet was gone around."""
    err.print(text, style="yellow", highlight=False, markup=False, soft_wrap=True)


def shown() -> Any:
    """Return the module that makes tables; imported only here, as it is slow."""
    from evercart import show

    return show


def new_teller() -> Teller:
    """Return what shows progress on the error stream."""
    from evercart.teller import Teller

    return Teller(err, Clock().wall_s)


def say(as_json: bool, said: dict[str, Any], table: Any) -> None:
    """Print one JSON object, or what people would rather read."""
    if as_json:
        typer.echo(shown().as_json(said))
    else:
        out.print(table)
