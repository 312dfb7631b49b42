"""Lanes: the two loops over a term's vector, as operations on vector registers.

Numba cannot know that two arrays of float32 do not overlap, so it computes such short loops one number at a
time, three times slower. Each lane is computed as a scalar would be, so bits are the same on every machine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.cgutils import get_or_insert_function
from numba.extending import intrinsic
from numba.np.arrayobj import make_array
from numpy.typing import NDArray

_FLOAT = ir.FloatType()
_INT = ir.IntType(32)


class _Lanes:
    """What emits operations on `width` numbers at once, within one array."""

    def __init__(self, context: Any, builder: Any, width: int) -> None:
        self.context, self.builder, self.width = context, builder, width
        self.vector = ir.VectorType(_FLOAT, width)

    def address(self, kind: Any, array: Any, row: Any, row_kind: Any, column: int) -> Any:
        """Return the address of array[row, column]."""
        builder = self.builder
        parts = cast(Any, make_array)(kind)(self.context, builder, array)
        steps = self.context.cast(builder, row, row_kind, types.intp)
        rows = builder.mul(steps, builder.extract_value(parts.strides, 0))
        start = builder.add(builder.ptrtoint(parts.data, rows.type), rows)
        return builder.inttoptr(builder.add(start, rows.type(4 * column)), self.vector.as_pointer())

    def load(self, address: Any) -> Any:
        """Return the numbers at an address."""
        loaded = self.builder.load(address)
        loaded.align = 4
        return loaded

    def store(self, numbers: Any, address: Any) -> None:
        """Write the numbers to an address."""
        self.builder.store(numbers, address).align = 4

    def spread(self, number: Any) -> Any:
        """Return one number in every lane."""
        nothing = ir.Constant(self.vector, ir.Undefined)
        first = self.builder.insert_element(nothing, number, _INT(0))
        return self.builder.shuffle_vector(
            first, nothing, ir.Constant(ir.VectorType(_INT, self.width), [0] * self.width)
        )

    def root(self, numbers: Any) -> Any:
        """Return the square roots."""
        name, shape = f"llvm.sqrt.v{self.width}f32", ir.FunctionType(self.vector, [self.vector])
        return self.builder.call(cast(Any, get_or_insert_function)(self.builder.module, shape, name), [numbers])


def _gather(_: Any, lanes: Any, memory: Any, place: Any, value: Any, sums: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        emitted = _Lanes(context, builder, lanes.count)
        v = emitted.load(emitted.address(memory, args[1], args[2], place, 2))
        part = builder.fmul(v, emitted.spread(args[3]))
        for row, more in enumerate((part, builder.fmul(part, part))):
            at = emitted.address(sums, args[4], context.get_constant(types.intp, row), types.intp, 0)
            emitted.store(builder.fadd(emitted.load(at), more), at)
        return context.get_dummy_value()

    return types.void(lanes, memory, place, types.float32, sums), emit


def _descend(_: Any, lanes: Any, memory: Any, place: Any, value: Any, sums: Any, scales: Any) -> Any:
    def emit(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        emitted = _Lanes(context, builder, lanes.count)
        steep, rate, damping, l2 = (emitted.spread(builder.extract_value(args[5], i)) for i in range(4))
        x = emitted.spread(args[3])
        total = emitted.load(emitted.address(sums, args[4], context.get_constant(types.intp, 0), types.intp, 0))
        v_at = emitted.address(memory, args[1], args[2], place, 2)
        squares_at = emitted.address(memory, args[1], args[2], place, 2 + lanes.count)
        v = emitted.load(v_at)
        others = builder.fsub(total, builder.fmul(v, x))
        pull = builder.fadd(builder.fmul(builder.fmul(steep, x), others), builder.fmul(l2, v))
        squares = builder.fadd(emitted.load(squares_at), builder.fmul(pull, pull))
        step = builder.fdiv(builder.fmul(rate, pull), emitted.root(builder.fadd(damping, squares)))
        emitted.store(squares, squares_at)
        emitted.store(builder.fsub(v, step), v_at)
        return context.get_dummy_value()

    return types.void(lanes, memory, place, types.float32, sums, scales), emit


if TYPE_CHECKING:
    Lanes = tuple[np.float32, ...]

    def gather(
        lanes: Lanes, memory: NDArray[np.float32], place: int, value: np.float32, sums: NDArray[np.float32]
    ) -> None:
        """Add v x to sums[0], (v x)^2 to sums[1], for the vector v of a place; `lanes` is as long as v."""
        ...

    def descend(
        lanes: Lanes,
        memory: NDArray[np.float32],
        place: int,
        value: np.float32,
        sums: NDArray[np.float32],
        scales: tuple[np.float32, np.float32, np.float32, np.float32],
    ) -> None:
        """Take AdaGrad's step on the vector of a place; scales: slope, rate, damping, L2."""
        ...
else:
    gather = intrinsic(_gather)
    descend = intrinsic(_descend)
