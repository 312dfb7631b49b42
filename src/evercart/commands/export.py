"""The command that writes a model in another format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from evercart.commands.base import HERE, AsJson, Folder, app, open_shop, say
from evercart.errors import require


@app.command(epilog="Example: `evercart export recommend --to onnx --as int8`")
def export(
    name: Annotated[str, Argument(metavar="APP", help="One of the shop's apps.")],
    to: Annotated[str, Option("--to", metavar="FORMAT", help="onnx or torchscript.")],
    form: Annotated[
        str, Option("--as", metavar="FORM", help="plain; smaller, with what that loses: int8, pruned, distilled.")
    ] = "plain",
    model: Annotated[
        str | None, Option("--model", help="Its name, or a revision; the one that is live if not said.")
    ] = None,
    file: Annotated[
        Path | None,
        Option(
            "--out",
            metavar="FILE",
            help="Where to write it; in the shop, such as exports/APP.onnx or exports/APP-int8.onnx, if not said.",
        ),
    ] = None,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Write a deep model for other runtimes, once it is proved to say there what it says here.

    The file takes the columns it names, as the app has them, (rows, columns), to margins, (rows, outputs): before any
    sigmoid or softmax. Beside it stands what it is, with its sha256. As long as the shop's exports/APP.onnx is of just
    the weights that are live, `evercart serve` answers by it.

    A smaller form is made from the answered questions of the log but the newest quarter, on which it is judged beside
    the plain one; the service does not answer by it.
    """
    from evercart.export.kept import PLAIN, path_of
    from evercart.exporting import FORMATS, FORMS, Smaller, labelled
    from evercart.exporting import export as exported
    from evercart.show_export import exported as shown_export

    require(to in FORMATS, "--to", "one of " + " ".join(FORMATS), to)
    require(form in FORMS, "--as", "one of " + " ".join(FORMS), form)
    with open_shop(shop) as opened:
        lanes = {lane.app.name: lane for lane in opened.ring().lanes()}
        lane, live = lanes[opened.app(name).name], opened.current(name)
        require(model is not None or live is not None, f"export {name}", "a model that is live", "none")
        path, smaller = file or path_of(opened.folder, name, to, form), None
        if form != PLAIN:
            smaller = Smaller(form, labelled(opened, lane.app), opened.clock.cpu_s)
        done = exported(opened.shelf, lane, model or (live.model if live else ""), to, path, smaller)
    said = {**done._asdict(), "forms": [one._asdict() for one in done.forms]}
    say(as_json, said, shown_export(done))
