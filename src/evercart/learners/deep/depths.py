"""Depths: how much of a pretrained transformer learns."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final, Protocol

from evercart.errors import require
from evercart.learners.deep.held import held

_LAYER: Final = re.compile(r"\blayers?\.(\d+)\.")


class Depth(Protocol):
    """A frozen dataclass that chooses what learns: `OnlyHead`, `Last`, `Lora`, `Full`."""

    def __call__(self, module: Any) -> Any:
        """Return the module with everything held fast but what learns."""
        ...


@dataclass(frozen=True)
class OnlyHead:
    """Nothing of the transformer learns, only what stands on it."""

    def __call__(self, module: Any) -> Any:
        """Return the module, held fast."""
        return held(module, lambda name: False)


@dataclass(frozen=True)
class Last:
    """The last layers learn.

    Source: Howard and Ruder, "Universal language model fine-tuning", ACL 2018, section 3.3 (the last layers first).
    """

    layers: int = 2

    def __post_init__(self) -> None:
        require(self.layers >= 1, "last.layers", "at least 1", self.layers)

    def __call__(self, module: Any) -> Any:
        """Return the module, its first layers held fast."""
        numbers = [int(found[1]) for name, _ in module.named_parameters() if (found := _LAYER.search(name))]
        count = max(numbers, default=-1) + 1
        require(self.layers <= count, "last.layers", f"at most {count}", self.layers)

        def learns(name: str) -> bool:
            found = _LAYER.search(name)
            return found is not None and int(found[1]) >= count - self.layers

        return held(module, learns)


@dataclass(frozen=True)
class Full:
    """Every layer learns.

    words    whether the tokens' own vectors learn, too: most of the weights, of which a lesson touches few
    """

    words: bool = False

    def __call__(self, module: Any) -> Any:
        """Return the module with weights of its own."""
        return held(module, lambda name: self.words or not name.startswith("embeddings."))
