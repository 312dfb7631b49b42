"""A pretrained transformer leaves the house with what it learned; in a file of its own, as ten thousand inputs last."""

from __future__ import annotations

import pytest

pytest.importorskip("onnxruntime", reason="needs the extra deep")
pytest.importorskip("transformers", reason="needs the extra deep")

from small_bert import Small, titles

from evercart.export.unwrapped import unwrapped
from evercart.exporting import written
from evercart.features.encoders.tokens import token_columns
from evercart.learners.deep.adapted import Adapted
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.depths import Last
from evercart.learners.deep.heads import Classes
from evercart.learners.deep.lora import Lora
from evercart.learners.deep.steps import AdamW
from evercart.learners.prequential import prequential


@pytest.mark.parametrize(("depth", "to"), [(Lora(2), "onnx"), (Last(1), "torchscript")])
def test_it_leaves_the_house(depth: Lora | Last, to: str) -> None:
    learner = Deep(token_columns(6), Adapted(Small(), depth), Classes(3), AdamW(0.02), batch=8)
    state, _ = learner.step(learner.start(), prequential(*titles(100, 2)))
    _, apart = written(unwrapped("here", learner, state), to)
    assert apart.inputs == 10_000 and apart.margins <= 1e-5 and apart.guesses <= 1e-3
