"""The decorators of compiled code, whose disk cache follows the package's sources."""

from __future__ import annotations

import gc
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import FunctionType
from typing import Any, TypeVar, cast

import numba
from numba.core import types
from numba.core.registry import CPUDispatcher

F = TypeVar("F", bound=Callable[..., Any])

_SOURCES = Path(__file__).parent
_ABOVE = ("client", "commands", "serve")  # folders that no kernel may be in, nor import from
_KEPT = 3  # cache folders of other versions that are left alone


def _cache_home() -> Path:
    """Return the folder that holds one cache a version of the sources."""
    named = os.environ.get("EVERCART_CACHE") or os.environ.get("NUMBA_CACHE_DIR")
    return Path(named) if named else Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "evercart"


def _sources_hash() -> str:
    """Hash what kernels may call: a cached caller would otherwise keep calling an old callee, silently."""
    digest = hashlib.sha256(numba.__version__.encode())
    for path in sorted(_SOURCES.rglob("*.py")):
        name = path.relative_to(_SOURCES)
        if name.parts[0] not in _ABOVE:
            digest.update(name.as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _choose_cache() -> Path:
    home = _cache_home() / "kernels"
    chosen = home / _sources_hash()
    try:
        chosen.mkdir(parents=True, exist_ok=True)
        others = sorted((p for p in home.iterdir() if p != chosen), key=lambda p: p.stat().st_mtime)
        for old in others[:-_KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError:  # a read-only home: Numba then compiles in memory, or beside the sources
        return chosen
    return chosen


CACHE = _choose_cache()
if os.access(CACHE, os.W_OK):
    vars(numba.config)["CACHE_DIR"] = str(CACHE)


def kernel(function: F) -> F:
    """Compile a function to machine code: no interpreter lock, no fast-math, cached on disk."""
    return _made(function, {})


def lean(function: F) -> F:
    """Compile a kernel that allocates nothing, for use inside other kernels.

    Its arrays are not counted in; its code stands where it is called: for a state of forty arrays, passed at
    every row, that made the tables six times faster. A function that does allocate does not compile.
    """
    return _made(function, {"_nrt": False, "forceinline": True})


def _made(function: F, options: dict[str, Any]) -> F:
    made = _compiled(function, options)
    if isinstance(made, CPUDispatcher):  # NUMBA_DISABLE_JIT leaves functions as they are
        vars(made)["options"] = options
        made.__class__ = _Kernel
    return cast(F, made)


def _compiled(function: Callable[..., Any], options: dict[str, Any]) -> Any:
    return numba.njit(nogil=True, cache=True, error_model="numpy", **options)(function)


class _Kernel(CPUDispatcher):
    """A kernel as Python calls it; kernels that call it get `bare`.

    Where a state has forty arrays, half the time of compiling goes into what lets Python call a kernel.
    """

    options: dict[str, Any]

    @cached_property
    def bare(self) -> Any:
        """Return the kernel without what lets Python call it."""
        of = self.py_func
        twin = FunctionType(of.__code__, of.__globals__, of.__name__, of.__defaults__, of.__closure__)
        twin.__module__, twin.__qualname__ = of.__module__, f"{of.__qualname__}.bare"  # its name in the cache
        return _compiled(twin, {**self.options, "no_cpython_wrapper": True, "no_cfunc_wrapper": True})

    def compile(self, sig: Any) -> Any:
        """Compile for one signature, or load it."""
        with _uncollected():
            return super().compile(sig)

    @property
    def _numba_type_(self) -> types.Dispatcher:
        return types.Dispatcher(self.bare)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let no garbage be collected meanwhile: what a compiler makes lives on, yet is looked through again and again."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
