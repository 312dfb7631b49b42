"""Prefetch: ask the processor for memory ahead of its use.

A row of the log touches a dozen places that no cache holds; asking a few rows ahead lets the waits overlap.
It never faults, nor changes a result.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray

_cgutils: Any = cgutils  # untyped
_READ, _KEEP, _DATA = 0, 3, 1  # the arguments of LLVM's llvm.prefetch


def _prefetch(typing: Any, array: Any, row: Any) -> Any:
    """Ask for the first bytes of a row of an array."""

    def build(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, given[0])
        stride = builder.extract_value(held.strides, 0)
        at = builder.add(builder.ptrtoint(held.data, stride.type), builder.mul(stride, given[1]))
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        shape = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        ask = _cgutils.get_or_insert_function(builder.module, shape, "llvm.prefetch.p0")
        builder.call(ask, [builder.inttoptr(at, byte), word(_READ), word(_KEEP), word(_DATA)])
        return context.get_dummy_value()

    return types.void(array, types.int64), build


prefetch: Callable[[NDArray[Any], Any], None] = cast(Any, intrinsic(_prefetch))  # (array, an int64), in kernels only
