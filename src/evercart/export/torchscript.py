"""Torchscript: a deep learner as a file that libtorch reads; nothing here ever reads one."""

from __future__ import annotations

import io
import warnings
from typing import Any

from evercart.export.unwrapped import Unwrapped
from evercart.export.whole import whole
from evercart.learners.deep.extra import calm, torch


def traced(one: Unwrapped) -> Any:
    """Return a learner's module, traced with its weights: from x, float32 (rows, columns), to margins."""
    with calm(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer's notes about what is constant here by design
        found = torch().jit.trace(whole(one), (torch().zeros((2, len(one.columns))),), check_trace=False)
        return torch().jit.freeze(found)


def packed_script(module: Any) -> bytes:
    """Return a traced module in its format's own container."""
    written = io.BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the format is called old: it is what libtorch reads
        torch().jit.save(module, written)
    return written.getvalue()
