"""The command line: `evercart COMMAND --help` tells each."""

from __future__ import annotations

import errno
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from typer import Argument, Exit, Option

from evercart import __version__
from evercart.clock import Clock
from evercart.errors import UserError, expected

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
quarantine = typer.Typer(help="What may not enter the log: list it, mend it, send it again.", no_args_is_help=True)
app.add_typer(quarantine, name="quarantine")

Folder = Annotated[Path, Option("--shop", metavar="DIR", readable=False, help="The shop's folder.")]
AsJson = Annotated[bool, Option("--json", help="Print one JSON object instead of a table.")]
HERE = Path("shop")
_STOPPED = 130  # the exit code of what Ctrl-C ended
_WIDE = None if sys.stdout.isatty() else 140  # columns, where no terminal says how many there are
out = Console(width=_WIDE, highlight=False)
err = Console(stderr=True)


def _open(folder: Path, *, create: bool = False, sample: bool = False) -> Shop:
    """Open a shop; imported only here, so that `--help` is quick."""
    from evercart.shop import Shop

    return Shop.open(folder, create=create, sample=sample, told=_warn)


def _warn(text: str) -> None:
    err.print(text, style="yellow", highlight=False, markup=False, soft_wrap=True)


def _show() -> Any:
    from evercart import show

    return show


def _teller() -> Teller:
    from evercart.teller import Teller

    return Teller(err, Clock().wall_s)


def _say(as_json: bool, said: dict[str, Any], shown: Any) -> None:
    if as_json:
        typer.echo(_show().as_json(said))
    else:
        out.print(shown)


@app.command(epilog="Example: `evercart init --shop my-shop`")
def init(shop: Folder = HERE, as_json: AsJson = False) -> None:
    """Make a shop's folder, with its settings in shop.toml."""
    if (shop / "shop.toml").exists():
        raise UserError(expected(str(shop), "a folder without shop.toml", "one with shop.toml"))
    with _open(shop, create=True) as opened:
        _say(as_json, opened.status(), f"A shop stands in {shop}. Next: evercart ingest FILE --map MAPPING")


@app.command(epilog="Example: `evercart ingest examples/purchases.csv --map examples/purchases.toml`")
def ingest(
    source: Annotated[Path, Argument(readable=False, help="A CSV, Parquet or JSON Lines file, or a folder of them.")],
    mapping: Annotated[
        Path, Option("--map", metavar="FILE", readable=False, help="Which column is what: a TOML file.")
    ],
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Take files into the log; what may not enter goes to quarantine. Makes the shop where there is none.

    Killed and run again it goes on; run on the same file again it does nothing.
    """
    teller = _teller()
    with _open(shop, create=True) as opened, teller.telling():
        done = opened.ingest(source, mapping, teller.rows)
    _say(as_json, _show().ingested_json(done), _show().ingested(done))


@app.command(epilog="Example: `evercart run --shop my-shop`")
def run(
    shop: Folder = HERE,
    replay: Annotated[bool, Option("--replay", help="Forget all states; rebuild them from the log.")] = False,
    as_json: AsJson = False,
) -> None:
    """Turn the ring over what is new, for all apps, then write the report: the main job.

    A shop that never took anything in gets the sample first: 1.5 million real purchases of one year.
    """
    _main_job(shop, replay, as_json)


@app.command(epilog="Example: `evercart demo --shop demo`")
def demo(shop: Folder = HERE, as_json: AsJson = False) -> None:
    """See it work on the sample shop: what `make run` does."""
    _main_job(shop, False, as_json)


def _main_job(folder: Path, replay: bool, as_json: bool) -> None:
    teller = _teller()
    with _open(folder, create=True, sample=True) as shop:
        with teller.telling():
            ingested = shop.ingest_sample(teller.rows) if shop.wants_sample else None
            shop.compile(teller.step)
            turned = shop.run(teller.turning, replay=replay)
            teller.step("turn the ring", 1.0)
            found = shop.results(teller.step)
            report = shop.report(told=teller.step)
        said: dict[str, Any] = {
            "ingested": _show().ingested_json(ingested) if ingested else None,
            "events": turned.events,
        }
        said |= {"next_offset": turned.next_offset, "report": str(report)}
        _say(
            as_json,
            {**said, "apps": [one.summary() for one in found.backtests], "too_early": found.too_early},
            _show().main_job(ingested, turned, found, report),
        )


@app.command(epilog="Example: `evercart backtest repurchase --every-days 1`")
def backtest(
    name: Annotated[str, Argument(metavar="APP", help="One of the shop's apps, such as repurchase or spend.")],
    every_days: Annotated[int, Option(help="Days between two fits of the opponent.", min=1)] = 7,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Replay the log for one app, against the same model frozen and against batch fits.

    Compared are questions asked after the first quarter. `difference` is the control's loss minus the continual
    learner's, with a 95 % block bootstrap interval: above 0, learning on was better.
    """
    teller = _teller()
    with _open(shop) as opened, teller.telling():
        opened.app(name)  # a name that is none is told at once
        opened.compile(teller.step)
        done = opened.backtest(name, teller.step, every_days=every_days)
    _say(as_json, done.summary(), _show().backtests([done]))


@app.command(epilog="Example: `evercart compare repurchase --no-nightly`")
def compare(
    name: Annotated[str, Argument(metavar="APP", help="One of the shop's apps, such as repurchase or spend.")],
    nightly: Annotated[bool, Option(help="Refit each night, too; about seven times as dear as each week.")] = True,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Replay the log for one app under each policy of learning: what it is worth, what it costs, as a page, too.

    The policies: frozen after the first quarter; refitted weekly, nightly; learning on, published nightly or at
    once; learning on, eased when the losses rise. Intervals are of 95 %, by block bootstrap.
    """
    teller = _teller()
    with _open(shop) as opened, teller.telling():
        found, page = opened.compare(name, teller.step, nightly=nightly), opened.comparison_path(name)
    _say(as_json, {**found.summary(), "page": str(page)}, _show().comparison(found, page))


@app.command(epilog="Example: `evercart status --json`")
def status(shop: Folder = HERE, as_json: AsJson = False) -> None:
    """Say how far the log and the states are."""
    with _open(shop) as opened:
        said = opened.status()
    _say(as_json, said, _show().pairs(said))


@app.command(epilog="Example: `evercart events --start -5` shows the last five")
def events(
    start: Annotated[int, Option(help="First offset; a negative one counts from the end.")] = 0,
    rows: Annotated[int, Option(help="How many.", min=1, max=100_000)] = 20,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show events as they were sent."""
    with _open(shop) as opened:
        table = opened.events(start, rows)
    _say(as_json, {"events": _show().rows_json(table)}, _show().rows(table))


@app.command(epilog="Example: `evercart fingerprint --json`")
def fingerprint(shop: Folder = HERE, as_json: AsJson = False) -> None:
    """Print the hash of each state at the last checkpoint: equal hashes, equal states."""
    with _open(shop) as opened:
        said = opened.fingerprint()
    _say(as_json, said, _show().fingerprints(said))


@app.command(epilog="Example: `evercart report --out report.html`")
def report(
    path: Annotated[
        Path | None, Option("--out", readable=False, help="Where to; reports/report.html in the shop if not said.")
    ] = None,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Write the report: scores over time against the controls, calibration, data quality, CPU cost."""
    teller = _teller()
    with _open(shop) as opened, teller.telling():
        written = opened.report(path, teller.step)
    _say(as_json, {"report": str(written)}, f"The report is {written}")


@app.command(epilog="Example: `evercart doctor --repair`")
def doctor(
    shop: Folder = HERE,
    repair: Annotated[bool, Option("--repair", help="Mend what can be mended without losing anything.")] = False,
    as_json: AsJson = False,
) -> None:
    """Check log, id index, checkpoints, days, quarantine, imports, lease; say what is wrong, what would mend it.

    Exits with 2 while something is wrong.
    """
    from evercart import doctor as practice

    found = practice.repair(shop, Clock().now_us()) if repair else practice.told(practice.diagnose(shop))
    _say(as_json, {"findings": [one._asdict() for one in found]}, _show().findings(found))
    if not all(one.mended for one in found):
        raise Exit(2)


@quarantine.command("list", epilog="Example: `evercart quarantine list --field currency`")
def quarantine_list(
    field: Annotated[str | None, Option(help="Only rows refused for this field.")] = None,
    limit: Annotated[int, Option(help="How many.", min=1)] = 20,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """List what waits, oldest first, with the rule each row broke."""
    with _open(shop) as opened:
        held, counts = opened.quarantine.list(limit, field), opened.quarantine.counts()
    _say(as_json, {"counts": counts, "rows": [one._asdict() for one in held]}, _show().held(held, counts))


@quarantine.command("show", epilog="Example: `evercart quarantine show 1`")
def quarantine_show(
    number: Annotated[int, Argument(help="As `evercart quarantine list` numbers it.")],
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Show one row whole."""
    with _open(shop) as opened:
        held = opened.quarantine.show(number)
    _say(
        as_json, {**held._asdict(), "body": json.loads(held.body)}, _show().pairs({**held._asdict(), "body": held.body})
    )


@quarantine.command("retry", epilog="Example: `evercart quarantine retry 1 2 --set currency=EUR`")
def quarantine_retry(
    numbers: Annotated[list[int] | None, Argument(help="Which rows; all that wait if none is named.")] = None,
    edits: Annotated[
        list[str] | None, Option("--set", metavar="FIELD=VALUE", help="Mend a field, in the log's terms.")
    ] = None,
    file: Annotated[
        Path | None, Option(readable=False, help="JSON Lines: a `number`, with the fields to replace.")
    ] = None,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Send rows through the border again, mended or as they are."""
    with _open(shop) as opened:
        held = opened.quarantine
        raw = held.retry_file(file) if file else held.retry(numbers or None, dict(_edit(one) for one in edits or ()))
        entered, refused = opened.ingester.retry(raw, opened.clock.now_us())
    said = {"entered": entered, "refused": [refusal._asdict() for refusal in refused]}
    _say(as_json, said, _show().retried(entered, refused))


def _edit(text: str) -> tuple[str, str]:
    field, equals, value = text.partition("=")
    if not equals:
        raise UserError(expected("--set", "FIELD=VALUE", text))
    return field, value


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


def _fault(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return _fail(expected(str(error.filename or "disk"), "room to write", error.strerror), 2)
    if isinstance(error, PermissionError):
        return _fail(expected(str(error.filename), "a path that may be read and written", error.strerror), 2)
    return _fail(f"a fault of ours: {type(error).__name__}: {error} (EVERCART_DEBUG=1 shows where)", 1)


def _fail(text: str, code: int) -> int:
    err.print(text, style="red", highlight=False, markup=False, soft_wrap=True)
    return code
