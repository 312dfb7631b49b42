"""Commands that turn the ring, or look at how it turned."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

from typer import Argument, Option

from evercart.clock import Clock
from evercart.commands.base import HERE, AsJson, Folder, app, new_teller, open_shop, say, shown, spare_pandas, warn
from evercart.errors import UserError, expected, require

CLASSIFY = "classify"
TRACKERS = ("tensorboard", "mlflow")
FRAUD = "fraud"


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
def demo(
    shop: Folder = HERE,
    serve: Annotated[bool, Option(help="Serve it afterwards, beside a simulated shop that moves.")] = True,
    as_json: AsJson = False,
) -> None:
    """See it work on the sample shop: what `make run` does. Ctrl-C ends it.

    After the report the shop is served, with its pages. Beside it a simulated shop streams into a folder of its own,
    `SHOP-simulated`, which is removed at the end.
    """
    _main_job(shop, False, as_json)
    if serve:
        _go_on(shop, as_json)


def _go_on(folder: Path, as_json: bool) -> None:
    """Become the process that serves: what the main job held in memory is let go."""
    from evercart.config import Config
    from evercart.serve.running import free_port

    settings = Config.read(folder).serve
    port = free_port(settings.host, settings.port)
    beside = folder.resolve().with_name(f"{folder.resolve().name}-simulated")
    words = ["--shop", str(folder), "--port", str(port), "--simulated", os.path.relpath(beside)]
    words += ["--json"] if as_json else []
    sys.stdout.flush()
    os.execv(sys.executable, (sys.executable, "-m", "evercart", "up", *words))


def _main_job(folder: Path, replay: bool, as_json: bool) -> None:
    from evercart.erasing import pending

    teller = new_teller()
    with open_shop(folder, create=True, sample=True) as shop:
        for one in pending(shop):
            warn(
                expected(
                    f"erasure of a {one.what} at offset {one.offset}", "its end: run `evercart erase` again", "none"
                )
            )
        with teller.telling():
            ingested = shop.ingest_sample(teller.rows) if shop.wants_sample else None
            shop.compile(teller.step)
            turned = shop.run(teller.turning, replay=replay)
            teller.step("turn the ring", 1.0)
            found = shop.results(teller.step)
            report = shop.report(told=teller.step)
        said: dict[str, Any] = {
            "ingested": shown().ingested_json(ingested) if ingested else None,
            "events": turned.events,
        }
        said |= {"next_offset": turned.next_offset, "report": str(report)}
        say(
            as_json,
            {
                **said,
                "gate": turned.ruling.lines(),
                "apps": [one.summary() for one in found.backtests],
                "too_early": found.too_early,
            },
            shown().main_job(ingested, turned, found, report),
        )


@app.command(
    epilog="Example: `evercart backtest repurchase --every-days 1`; "
    "`evercart backtest classify --data intents.csv --map intents.toml --json`; "
    "`evercart backtest fraud --data payments.parquet --map payments.toml`"
)
def backtest(
    name: Annotated[
        str,
        Argument(metavar="APP", help="One of the shop's apps, such as repurchase or spend; recommend; or classify."),
    ],
    every_days: Annotated[int, Option(help="Days between two fits of the opponent.", min=1)] = 7,
    data: Annotated[
        Path | None,
        Option(metavar="FILE", readable=False, help="For classify, fraud: a CSV, Parquet, JSON Lines file."),
    ] = None,
    mapping: Annotated[
        Path | None, Option("--map", metavar="FILE", readable=False, help="For classify, fraud: which column is what.")
    ] = None,
    attacked: Annotated[
        int, Option(metavar="N", min=0, help="For fraud with --data: so many frauds are made again to get no alert.")
    ] = 40,
    budget: Annotated[
        float, Option(metavar="MONEY", min=0, help="What a fraudster may spend to make one again.")
    ] = 20.0,
    seed: Annotated[int, Option(metavar="NUMBER", min=0, help="Which frauds are made again, what is tried.")] = 7,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Replay the log for one app, against the same model frozen and against batch fits.

    Compared are questions asked after the first quarter. `difference` is the control's loss minus the continual
    learner's, with a 95 % block bootstrap interval: above 0, learning on was better.

    `recommend` ranks what each session views next or, in a log of orders alone, what each shopper buys next: the
    blend of all sources beside plain baselines, each updated after every row; each source alone; the blend some time
    behind. Its page is reports/backtest-recommend.html.

    `classify` tells the shop's own messages apart, beside the labels that come most often; `accuracy`, `flagged`,
    `false_alarms` are shares of the later questions. With `--data` it needs no shop: it guesses the label of each text
    of a table before it learns it, beside plain learners, with what it called unknown. The map has `[columns]` with
    `text`, `label`; `[time]` says the order (else the rows are shuffled), `[classify] out_of_scope = ["oos"]` which
    labels mean that none fits.

    `fraud` with --data needs no shop, either: it scores each payment of a table before its label is known. The map has
    `[columns]` with `amount`, `fraud` and whichever there are of user, place, card, device, address; `[time]`; `[fraud]
    delay_s = 604800` says how late a label comes (at once unless said), `numbers = ["V*"]` which further columns are
    numbers that help.
    Frauds made again take less, wait, pay elsewhere, split, each at a price, as the best of two searches finds; the
    report has recall, average precision before, after, of the model, of one `hardened` by such frauds.
    """
    if data or mapping:
        require(name in (CLASSIFY, FRAUD), "--data, --map", "none beside an app of the shop", name)
        if name == CLASSIFY:
            _classify(data, mapping, as_json)
        else:
            _fraud(data, mapping, (attacked, budget, seed), as_json)
        return
    teller = new_teller()
    with open_shop(shop) as opened, teller.telling():
        if name != "recommend":
            opened.app(name)  # a name that is none is told at once
            opened.compile(teller.step)
        done = opened.backtest(name, teller.step, every_days=every_days)
        page = {"page": str(opened.folder / _page())} if name == "recommend" else {}
    say(as_json, {**done.summary(), **page}, shown().backtested(done, *page.values()))


def _page() -> str:
    from evercart.evaluate.recommended import PAGE

    return PAGE


def _classify(data: Path | None, mapping: Path | None, as_json: bool) -> None:
    spare_pandas()
    from evercart.apps.classify import parts
    from evercart.classifying.backtest import backtest as run
    from evercart.show_classified import classified

    if data is None or mapping is None:
        raise UserError(expected(f"backtest {CLASSIFY}", "both --data and --map", "one of them"))
    teller, clock = new_teller(), Clock()
    with teller.telling():
        done = run(data, mapping, parts(), clock.now_us(), clock.cpu_s, teller.step)
    say(as_json, done.summary(), classified(done))


def _fraud(data: Path | None, mapping: Path | None, raid: tuple[int, float, int], as_json: bool) -> None:
    spare_pandas()
    from evercart.detecting.backtest import backtest as run
    from evercart.detecting.raided import Raid
    from evercart.show_detected import detected

    if data is None:
        raise UserError(expected(f"backtest {FRAUD}", "--data beside --map", "none"))
    teller, clock = new_teller(), Clock()
    with teller.telling():
        done = run(data, mapping, clock.now_us(), clock.cpu_s, teller.step, Raid(*raid[:2], seed=raid[2]))
    say(as_json, done.summary(), detected(done))


@app.command(epilog="Example: `evercart compare repurchase --no-nightly`")
def compare(
    name: Annotated[str, Argument(metavar="APP", help="One of the shop's apps, such as repurchase or spend.")],
    nightly: Annotated[bool, Option(help="Refit each night, too; about seven times as dear as each week.")] = True,
    joint_days: Annotated[
        int, Option(min=1, metavar="DAYS", help="From one joint retraining of a net to the next; 1 is each night.")
    ] = 28,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Replay the log for one app under each policy of learning: what it is worth, what it costs, as a page, too.

    The policies: frozen after the first quarter; refitted weekly, nightly; learning on, published nightly or at
    once; learning on, eased when the losses rise. Where the settings say `deep = true`, the net as well: learning
    on; each night fine-tuned, or trained with old rows beside the new; retrained on all history now and then.
    Intervals are of 95 %, by block bootstrap.
    """
    teller = new_teller()
    with open_shop(shop) as opened, teller.telling():
        found = opened.compare(name, teller.step, nightly=nightly, joint_days=joint_days)
        page = opened.comparison_path(name)
    say(as_json, {**found.summary(), "page": str(page)}, shown().comparison(found, page))


@app.command(epilog="Example: `evercart fingerprint --json`")
def fingerprint(shop: Folder = HERE, as_json: AsJson = False) -> None:
    """Print the hash of each state at the last checkpoint: equal hashes, equal states."""
    with open_shop(shop) as opened:
        said = opened.fingerprint()
    say(as_json, said, shown().fingerprints(said))


@app.command(
    epilog="Examples: `evercart report --out report.html`, `evercart report --to tensorboard runs`, "
    "`evercart report --to mlflow http://localhost:5000`"
)
def report(
    path: Annotated[
        Path | None, Option("--out", readable=False, help="Where to; reports/report.html in the shop if not said.")
    ] = None,
    to: Annotated[
        tuple[str, str] | None,
        Option("--to", metavar="TRACKER WHERE", help="Its curves instead: tensorboard DIR, or mlflow URI."),
    ] = None,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Write the report: scores over time against the controls, calibration, data quality, CPU cost.

    With --to, another program gets a run of each app's every racer: the loss day by day, how far it is behind the model
    that goes on learning, its final scores, its CPU.
    """
    teller = new_teller()
    if to:
        _track(*to, path, shop, as_json)
        return
    with open_shop(shop) as opened, teller.telling():
        written = opened.report(path, teller.step)
    say(as_json, {"report": str(written)}, f"The report is {written}")


def _track(tracker: str, where: str, path: Path | None, folder: Path, as_json: bool) -> None:
    """Hand the report's curves to another program."""
    require(tracker in TRACKERS, "--to", "one of " + " ".join(TRACKERS), tracker)
    require(path is None, "report", "either --out or --to", "both")
    teller = new_teller()
    with open_shop(folder) as opened, teller.telling():
        from evercart.trackers import mlflow, tensorboard
        from evercart.trackers.curves import curves

        require(opened.log.next_offset > 0, "log", "events; see `evercart ingest --help`", "none")
        found = curves(opened.results(teller.step).backtests)
        if tracker == "tensorboard":
            runs = [str(one) for one in tensorboard.write(found, Path(where))]
        else:
            runs = mlflow.write(found, where, opened.config.name, opened.clock.now_us())
    say(as_json, {"to": tracker, "where": where, "runs": runs}, f"{len(runs)} runs are in {where}")
