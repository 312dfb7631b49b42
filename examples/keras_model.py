"""A Keras model as a learner: a frozen dataclass builds it on torch, a stream teaches it."""

import os

os.environ["KERAS_BACKEND"] = "torch"  # read when Keras is imported: a learner's module is torch's

from dataclasses import dataclass
from typing import Any, ClassVar

import keras
import numpy as np
import torch

from evercart.features.columns import Column
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.steps import AdamW
from evercart.learners.prequential import prequential


def dense(name: str, units: int, activation: str | None = None) -> keras.Layer:
    """Return a layer whose first weights follow torch's chance, which follows the learner's seed."""
    first = keras.initializers.GlorotUniform(seed=int(torch.randint(2**31, ())))
    return keras.layers.Dense(units, activation, kernel_initializer=first, name=name)


@dataclass(frozen=True)
class Keras:
    """The model's name: equal fields, equal model.

    All that its layers hold has to be learned: no moving means, no chance of their own as in Keras' dropout.
    """

    units: int = 16
    block: ClassVar[int] = 1  # each row is guessed alone: always safe

    def module(self, inputs: int, outputs: int) -> Any:
        """Return a new model, (rows, inputs) to (rows, outputs)."""
        row = keras.Input((int(inputs),))
        return keras.Model(row, dense("last", outputs)(dense("first", self.units, "gelu")(row)))


def main() -> None:
    """Learn whether a row's numbers rise from a stream, each row guessed before its label is learned."""
    x = np.random.default_rng(1).normal(size=(1200, 3)).astype(np.float32)
    rises = (x[:, 2] > x[:, 0]).astype(float)
    learner = Deep(tuple(Column(name) for name in "abc"), Keras(), steps=AdamW(0.01), batch=8)
    _, guesses = learner.step(learner.start(), prequential(x, rises))
    right = (guesses[::2] > 0.5) == rises
    print(f"right: {right[:300].mean():.2f} of the first 300, {right[-300:].mean():.2f} of the last 300")


if __name__ == "__main__":
    main()
