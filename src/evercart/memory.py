"""The two memory instructions that Numba lacks: the unaligned load, the prefetch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array
from numpy.typing import NDArray

_BYTE_POINTER = ir.IntType(8).as_pointer()


def _address(context: Any, builder: Any, array_type: Any, array: Any, place_type: Any, place: Any) -> Any:
    """Emit the address of row `place` of an array."""
    parts = cast(Any, make_array)(array_type)(context, builder, array)
    steps = context.cast(builder, place, place_type, types.intp)
    bytes_off = builder.mul(steps, builder.extract_value(parts.strides, 0))
    return builder.gep(builder.bitcast(parts.data, _BYTE_POINTER), [bytes_off])


def _load64(_: Any, data: Any, at: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address = _address(context, builder, data, args[0], at, args[1])
        word = builder.load(builder.bitcast(address, ir.IntType(64).as_pointer()))
        word.align = 1  # names start at any byte
        return word

    return types.uint64(data, at), emit


def _prefetch(_: Any, array: Any, place: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        address = _address(context, builder, array, args[0], place, args[1])
        number = ir.IntType(32)
        shape = ir.FunctionType(ir.VoidType(), [_BYTE_POINTER, number, number, number])
        instruction = builder.module.declare_intrinsic("llvm.prefetch", (_BYTE_POINTER,), shape)
        builder.call(instruction, [address, number(1), number(3), number(1)])  # to write, keep near, data
        return context.get_dummy_value()

    return types.void(array, place), emit


if TYPE_CHECKING:

    def load64(data: NDArray[np.uint8], at: int) -> np.uint64:
        """Return the eight bytes from `at` as one little-endian word; the caller has checked that they exist."""
        ...

    def prefetch(array: NDArray[Any], place: int) -> None:
        """Ask for the cache line of a row that will be wanted soon; changes speed, never a result."""
        ...
else:
    load64 = intrinsic(_load64)
    prefetch = intrinsic(_prefetch)
