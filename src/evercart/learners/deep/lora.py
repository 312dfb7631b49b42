"""Lora: a linear map that is held fast, with a small one beside it that learns.

Written here rather than taken from peft: 30 lines against a package that brings four more and registers the frozen
base among the parameters, which every state would then carry. A test holds both to the same numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evercart.errors import require
from evercart.learners.deep.extra import torch
from evercart.learners.deep.held import held


@dataclass(frozen=True)
class Lora:
    """Beside some linear maps of every layer, two thin ones learn: x -> strength / rank * up(down(x)).

    rank        of the product of both
    strength    alpha of the source
    beside      the ends of the names of the maps
    dropout     the share of x that the thin maps do not see while training

    Source: Hu et al., "LoRA: low-rank adaptation of large language models", ICLR 2022, section 4.1.
    """

    rank: int = 8
    strength: float = 16.0
    beside: tuple[str, ...] = ("query", "value")
    dropout: float = 0.0

    def __post_init__(self) -> None:
        require(self.rank >= 1, "lora.rank", "at least 1", self.rank)
        require(self.strength > 0, "lora.strength", "more than 0", self.strength)
        require(0 <= self.dropout < 1, "lora.dropout", "0 or more and less than 1", self.dropout)

    def __call__(self, module: Any) -> Any:
        """Return the module, held fast, with the thin maps in it."""
        module = held(module, lambda name: False)
        maps = [(path, part) for path, part in module.named_modules() if path.endswith(self.beside)]
        require(len(maps) > 0, "lora.beside", "ends of names of linear maps", " ".join(self.beside))
        for path, part in maps:
            above, _, name = path.rpartition(".")
            setattr(module.get_submodule(above), name, _beside(part, self))
        return module


def _beside(linear: Any, lora: Lora) -> Any:
    nn = torch().nn

    class Beside(nn.Module):  # type: ignore[misc, name-defined]
        """A held linear map plus a thin one."""

        def __init__(self) -> None:
            super().__init__()
            self.whole = linear
            self.down = nn.Linear(linear.in_features, lora.rank, bias=False)
            self.up = nn.Linear(lora.rank, linear.out_features, bias=False)
            nn.init.zeros_(self.up.weight)
            self.dropout = nn.Dropout(lora.dropout)

        def forward(self, x: Any) -> Any:
            return self.whole(x) + lora.strength / lora.rank * self.up(self.down(self.dropout(x)))

    return Beside()
