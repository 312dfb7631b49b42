"""Holding: what a module is not to learn leaves its parameters, so that no state carries it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from evercart.learners.deep.extra import torch


def held(module: Any, learns: Callable[[str], bool]) -> Any:
    """Return the module with every parameter held fast but those that it learns.

    learns    says of a parameter's name whether it is learned: such a one becomes a copy of its own

    What is held is still there, by its name, shared with whoever else has it; but neither a parameter nor a buffer.
    """
    for path, part in module.named_modules():
        for name, parameter in list(part._parameters.items()):
            if parameter is None:
                continue
            del part._parameters[name]
            if learns(f"{path}.{name}" if path else name):
                part.register_parameter(name, torch().nn.Parameter(parameter.detach().clone()))
            else:
                part.__dict__[name] = parameter.detach()
        for name, buffer in list(part._buffers.items()):
            del part._buffers[name]
            part.__dict__[name] = buffer
    return module
