"""Torchscript: a deep learner as a file that libtorch reads; nothing here ever reads one."""

from __future__ import annotations

import io
import warnings
from typing import Any

from evercart.export.unwrapped import Unwrapped
from evercart.learners.deep.extra import calm, torch


def traced(one: Unwrapped) -> Any:
    """Return the module of a learner, traced with its weights: from x, (rows, inputs), to margins, (rows, outputs)."""
    deep = one.deep
    with calm(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's notes about what is constant here by design
        deep.layout.load(one.trained.weights, one.trained.buffers)
        module = deep.layout.asked(training=False)
        example = torch().zeros((2, int(deep.inputs)), dtype=getattr(torch(), deep.precision))
        found = torch().jit.trace(module, (example,), check_trace=False)
        return torch().jit.freeze(found)


def packed_script(module: Any) -> bytes:
    """Return a traced module in its format's own container."""
    written = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the format is called old: it is what libtorch reads
        torch().jit.save(module, written)
    return written.getvalue()
