"""Exporting: a model of a shop's app, written in another format once it says there what it says here."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from evercart.app import App
from evercart.backtest import replay
from evercart.errors import require
from evercart.evaluate.history import History
from evercart.export.check import Checked, check
from evercart.export.distilled import distilled
from evercart.export.judged import Judged, Labelled, judged
from evercart.export.kept import PLAIN, Statement, digest, keep
from evercart.export.onnx import graph, said, session, small
from evercart.export.pruned import pruned, sparse
from evercart.export.torchscript import packed_script, traced
from evercart.export.unwrapped import Unwrapped, unwrapped
from evercart.lane import Lane
from evercart.learners.deep.extra import calm, torch
from evercart.learners.mean import Mean
from evercart.loop import Ring
from evercart.publish.shelf import Shelf
from evercart.verifying import Revisions

if TYPE_CHECKING:
    from evercart.shop import Shop

FORMATS = ("onnx", "torchscript")
INT8, PRUNED, DISTILLED = "int8", "pruned", "distilled"
FORMS = (PLAIN, INT8, PRUNED, DISTILLED)
Said = Callable[[Any], Any]  # from rows x to their margins


class Exported(NamedTuple):
    """What was written.

    sha256     of the file, as it is stated beside it, too
    inputs     the columns that a row of x holds, in order
    checked    fresh inputs over which it was compared with the learner; a smaller one with the network that it is,
               of 8-bit numbers as it was before they were
    apart      largest difference of a margin there, as a part of its row's largest where that is above 1
    forms      of a smaller one: the plain form, then this one, judged on the newest quarter of the log
    """

    app: str
    model: str
    revision: str
    to: str
    form: str
    path: str
    size: int
    sha256: str
    inputs: tuple[str, ...]
    checked: int
    apart: float
    forms: tuple[Judged, ...] = ()


class Smaller(NamedTuple):
    """How a model is made smaller: the form, answered questions of the shop, the clock for CPU seconds."""

    form: str
    rows: Labelled
    cpu_s: Callable[[], float]


class Made(NamedTuple):
    """A file's bytes, what it says."""

    body: bytes
    said: Said


def export(shelf: Shelf, lane: Lane, name: str, to: str, path: Path, smaller: Smaller | None = None) -> Exported:
    """Write the newest revision of an app's model, beside a statement of what it is; `UserError` where that cannot be.

    name       of the model, or of a revision
    smaller    how it is to lose some of its size; None: it is to say what the learner says
    """
    require(to in FORMATS, "export.to", "one of " + " ".join(FORMATS), to)
    form = smaller.form if smaller else PLAIN
    require(form in FORMS, "export.as", "one of " + " ".join(FORMS), form)
    require(form != INT8 or to == "onnx", "export.as", "another form than int8 for torchscript", form)
    version = shelf.version(name, lane.app.name)
    where = f"export {lane.app.name}"
    found = Revisions(shelf).found(lane, version.model, version.fingerprint)
    require(not isinstance(found, str), where, "a revision of one of its models", found)
    one = unwrapped(where, *found)
    made, apart, forms = _smaller(where, one, to, smaller) if smaller else (*_checked(one, to), ())
    inputs, sha256 = tuple(column.name for column in one.columns), digest(made.body)
    about = (lane.app.name, version.model, version.address)
    keep(path, made.body, Statement(*about, version.fingerprint, to, form, inputs, sha256))
    size, checked = len(made.body), (apart.inputs, apart.margins)
    return Exported(*about, to, form, str(path), size, sha256, inputs, *checked, forms)


def labelled(shop: Shop, app: App) -> Labelled:
    """Return the questions that a shop's log has answered, with what was known of each when it was asked.

    The whole log goes round the ring once, without the app's learners.
    """
    alone = replace(app.one_answer("export --as"), champion=Mean(), challengers=())
    batches = Ring((alone,), shop.config.tick, gated=False).read(shop.log)
    history = History.of(replay(alone, batches, shop.config.tick, None, lambda: 0.0).turns)
    known = ~np.isnan(history.y)
    return Labelled(history.x[known], history.y[known])


def written(one: Unwrapped, to: str) -> tuple[bytes, Checked]:
    """Return the bytes of a format, with how far what they say is from what the learner says."""
    made, apart = _checked(one, to)
    return made.body, apart


def _smaller(where: str, one: Unwrapped, to: str, how: Smaller) -> tuple[Made, Checked, tuple[Judged, Judged]]:
    """Return a smaller form, made from the earlier rows, judged on the later ones beside the plain one."""
    early, late = how.rows.parts(where)
    plain, apart = _checked(one, to)
    whole = judged(PLAIN, one, plain.said, plain.body, late, how.cpu_s)
    if how.form == PLAIN:
        return plain, apart, (whole, whole)
    if how.form == INT8:
        with tempfile.TemporaryDirectory() as folder:
            made = _onnx(small(plain.body, Path(folder), early.x))
    else:
        one = (pruned if how.form == PRUNED else distilled)(one, early.x)
        made, apart = _checked(one, to)
        if how.form == PRUNED and to == "onnx":
            made = _onnx(sparse(made.body))
            apart = check(one, made.said)
    return made, apart, (whole, judged(how.form, one, made.said, made.body, late, how.cpu_s))


def _checked(one: Unwrapped, to: str) -> tuple[Made, Checked]:
    made = _onnx(graph(one)) if to == "onnx" else _script(one)
    return made, check(one, made.said)


def _onnx(body: bytes) -> Made:
    asked = session(body)
    return Made(body, lambda x: said(asked, x))


def _script(one: Unwrapped) -> Made:
    module = traced(one)

    def answer(x: Any) -> Any:
        with torch().no_grad(), calm():
            return module(torch().from_numpy(x)).numpy()

    return Made(packed_script(module), answer)
