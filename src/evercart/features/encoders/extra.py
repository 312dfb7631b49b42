"""The extra `deep`, as the encoders need it: packages imported only when a text is encoded."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from evercart.errors import UserError, expected


def needed(module: str) -> Any:
    """Return a module of the extra; `UserError` names the pip line where it is missing."""
    try:
        return import_module(module)
    except ImportError:
        rule = "the extra deep (pip install 'evercart[deep]')"
        raise UserError(expected("encoder", rule, f"no {module.split('.')[0]}")) from None


@contextmanager
def alone() -> Iterator[Any]:
    """Hand out torch on one thread, its own chance restored at the end: sums then have one order only."""
    torch = needed("torch")
    threads, drawn = torch.get_num_threads(), torch.get_rng_state()
    torch.set_num_threads(1)
    try:
        yield torch
    finally:
        torch.set_num_threads(threads)
        torch.set_rng_state(drawn)
