"""A columnar batch: named arrays with one row a thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import Field
from typing import Any, ClassVar, Self

import numpy as np


class Batch:
    """Base of frozen dataclasses whose fields are arrays with the rows on their first axis."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def __len__(self) -> int:
        return len(next(iter(vars(self).values())))

    def _arrays(self) -> list[Any]:
        return [getattr(self, name) for name in self.__dataclass_fields__]

    def rows(self, which: Any) -> Self:
        """Return the rows named by a slice, an index array or a mask."""
        return type(self)(*(a[which] for a in self._arrays()))

    @classmethod
    def concat(cls, parts: Sequence[Self]) -> Self:
        """Return the rows of all parts, in order; at least one part."""
        if len(parts) == 1:
            return parts[0]
        return cls(*(np.concatenate(columns) for columns in zip(*(p._arrays() for p in parts), strict=True)))
