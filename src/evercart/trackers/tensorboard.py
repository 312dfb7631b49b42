"""TensorBoard: the report's curves as event files, a run for each racer of each app."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from evercart.durable import writing
from evercart.errors import UserError, expected
from evercart.trackers.curves import Curves

FILE: Final = "events.out.tfevents.0.evercart"  # so written again it takes its own place
_VERSION: Final = "brain.Event:2"


def write(found: Sequence[Curves], folder: Path) -> list[Path]:
    """Write `APP/RACER` in a folder; return the files. Needs the extra `tensorboard`, no tensorflow.

    A step is a day since the first; the wall time is the day asked.
    """
    where = "report --to tensorboard"
    try:
        protos = import_module("tensorboard.compat.proto.event_pb2")
        records = import_module("tensorboard.summary.writer.record_writer")
    except ImportError:
        rule = "the extra tensorboard (pip install 'evercart[tensorboard]')"
        raise UserError(expected(where, rule, "no tensorboard")) from None
    return [_run(one, folder / one.app / one.racer / FILE, protos.Event, records.RecordWriter) for one in found]


def _run(one: Curves, path: Path, event: Any, writer: Any) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with writing(path) as file:
            to = writer(file)
            to.write(event(wall_time=float(one.days[0]) * 86_400, file_version=_VERSION).SerializeToString())
            for name, step, seconds, value in one.points():
                said = event(wall_time=float(seconds), step=step)
                said.summary.value.add(tag=name, simple_value=value)
                to.write(said.SerializeToString())
    except OSError as error:
        raise UserError(expected(str(path.parent), "a folder that can be written", error.strerror)) from None
    return path
