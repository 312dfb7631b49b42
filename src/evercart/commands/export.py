"""The command that writes a model in another format."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Argument, Option

from evercart.commands.base import HERE, AsJson, Folder, app, open_shop, say, shown
from evercart.errors import require


@app.command(epilog="Example: `evercart export recommend --to onnx`")
def export(
    name: Annotated[str, Argument(metavar="APP", help="One of the shop's apps.")],
    to: Annotated[str, Option("--to", metavar="FORMAT", help="onnx or torchscript.")],
    model: Annotated[
        str | None, Option("--model", help="Its name, or a revision; the one that is live if not said.")
    ] = None,
    file: Annotated[
        Path | None, Option("--out", metavar="FILE", help="Where to write it; APP.onnx or APP.pt if not said.")
    ] = None,
    shop: Folder = HERE,
    as_json: AsJson = False,
) -> None:
    """Write a deep model for other runtimes, once it is proved to say there what it says here.

    The file takes the columns it names, as the app has them, (rows, columns), to margins, (rows, outputs): before any
    sigmoid or softmax.
    """
    from evercart.exporting import FORMATS
    from evercart.exporting import export as exported

    require(to in FORMATS, "--to", "one of " + " ".join(FORMATS), to)
    with open_shop(shop) as opened:
        lanes = {lane.app.name: lane for lane in opened.ring().lanes()}
        lane, live = lanes[opened.app(name).name], opened.current(name)
        require(model is not None or live is not None, f"export {name}", "a model that is live", "none")
        path = file or Path(f"{name}.{'onnx' if to == 'onnx' else 'pt'}")
        done = exported(opened.shelf, lane, model or (live.model if live else ""), to, path)
    said = done._asdict()
    say(as_json, said, shown().pairs({**said, "inputs": ", ".join(done.inputs), "apart": f"{done.apart:.1e}"}))
