"""Exporting: a model of a shop's app, written in another format once it says there what it says here."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

from evercart.durable import writing
from evercart.errors import require
from evercart.export.check import check
from evercart.export.onnx import graph, said, session
from evercart.export.torchscript import packed_script, traced
from evercart.export.unwrapped import Unwrapped, unwrapped
from evercart.lane import Lane
from evercart.learners.deep.extra import calm, torch
from evercart.publish.shelf import Shelf
from evercart.verifying import Revisions

FORMATS = ("onnx", "torchscript")


class Exported(NamedTuple):
    """What was written.

    inputs     the columns that a row of x holds, in order
    checked    fresh inputs over which it was compared with the learner
    apart      largest difference of a margin there, as a part of its row's largest where that is above 1
    """

    app: str
    model: str
    revision: str
    to: str
    path: str
    size: int
    inputs: tuple[str, ...]
    checked: int
    apart: float


def export(shelf: Shelf, lane: Lane, name: str, to: str, path: Path) -> Exported:
    """Write the newest revision of an app's model; what cannot be exported raises `UserError`.

    name    of the model, or of a revision
    """
    require(to in FORMATS, "export.to", "one of " + " ".join(FORMATS), to)
    version = shelf.version(name, lane.app.name)
    where = f"export {lane.app.name}"
    found = Revisions(shelf).found(lane, version.model, version.fingerprint)
    require(not isinstance(found, str), where, "a revision of one of its models", found)
    one = unwrapped(where, *found)
    body, apart = written(one, to)
    with writing(path) as file:
        file.write(body)
    inputs = tuple(column.name for column in one.columns)
    return Exported(
        lane.app.name, version.model, version.address, to, str(path), len(body), inputs, apart.inputs, apart.margins
    )


def written(one: Unwrapped, to: str) -> tuple[bytes, Any]:
    """Return the bytes of a format, with how far what they say is from what the learner says."""
    if to == "onnx":
        body = graph(one)
        asked = session(body)
        return body, check(one, lambda x: said(asked, x))
    module = traced(one)

    def answer(x: Any) -> Any:
        with torch().no_grad(), calm():
            return module(torch().from_numpy(x)).numpy()

    return packed_script(module), check(one, answer)
