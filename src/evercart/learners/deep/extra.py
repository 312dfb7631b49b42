"""The extra `deep`: torch, imported only when a deep learner is made."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

from evercart.chance import stream
from evercart.errors import UserError, expected, require
from evercart.hashing import U64, mix


def torch() -> Any:
    """Return the package torch; `UserError` names the pip line where it is missing."""
    try:
        return import_module("torch")
    except ImportError:
        raise UserError(expected("deep", "the extra deep (pip install 'evercart[deep]')", "no torch")) from None


def device(name: str) -> Any:
    """Return where a network is to compute; `UserError` where torch has no such thing."""
    require(name in ("cpu", "cuda"), "deep.device", "cpu or cuda", name)
    require(name == "cpu" or torch().cuda.is_available(), "deep.device", "cpu, as torch finds no GPU here", name)
    return torch().device(name)


@contextmanager
def alone() -> Iterator[None]:
    """Let torch run on one thread: sums then have one order only."""
    it = torch()
    threads = it.get_num_threads()
    it.set_num_threads(1)
    try:
        yield
    finally:
        it.set_num_threads(threads)


@contextmanager
def calm() -> Iterator[None]:
    """Let torch run on one thread, its own chance restored at the end."""
    it = torch()
    drawn = it.get_rng_state()
    with alone():
        try:
            yield
        finally:
            it.set_rng_state(drawn)


def shuffle_chance(seed: int, place: int, purpose: str) -> None:
    """Set what torch draws next, by nothing but seed, place, purpose; within `calm`."""
    torch().default_generator.manual_seed(int(mix(U64(stream(seed, purpose)), U64(place))) >> 1)


def aligned(values: np.ndarray[Any, Any]) -> Any:
    """Return a tensor over a copy that begins where torch likes it: bits may depend on where an array begins."""
    return torch().from_numpy(np.ascontiguousarray(values)).clone()
