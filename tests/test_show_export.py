"""What was exported, as people read it."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

pytest.importorskip("torch")
pytest.importorskip("onnxruntime", reason="needs the extra deep (onnxruntime)")

from evercart.export.judged import Judged
from evercart.exporting import Exported
from evercart.show_export import exported

FORMS = (Judged("plain", 0.5, 0.75, 4_000, 20.0), Judged("int8", 0.51, None, 1_200, 5.0))
DONE = Exported("spend", "m", "r", "onnx", "plain", "spend.onnx", 4_000, "ab", ("a", "b"), 10_000, 3e-7)


def said(done: Exported) -> str:
    out = io.StringIO()
    Console(file=out, width=200).print(exported(done))
    return out.getvalue()


def test_a_plain_form_stands_alone() -> None:
    text = said(DONE)
    assert "3.0e-07" in text and "a, b" in text and "loss" not in text


def test_a_smaller_form_stands_beside_the_plain_one() -> None:
    text = said(DONE._replace(form="int8", forms=FORMS))
    assert "0.7500" in text and "1,200" in text and "0.25" in text
