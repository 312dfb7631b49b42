"""A shop's deep model is written in other formats; others are refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxruntime", reason="needs the extra deep (onnxruntime)")

from evercart import Shop
from evercart.apps.spend import spend
from evercart.errors import UserError
from evercart.export.onnx import said, session
from evercart.exporting import export
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Squared
from evercart.learners.deep.mlp import Mlp
from evercart.learners.mean import Mean
from evercart.learners.scaled import Scaled

EXAMPLES = Path(__file__).parent.parent / "examples"


def test_written_then_asked(tmp_path: Path) -> None:
    app = spend()
    deep = Deep(app.columns, Mlp((16,)), Squared(), batch=4)
    app = replace(app, champion=deep, challengers=(("mean", Mean()), ("scaled", Scaled(deep, app.columns))))
    with Shop.open(tmp_path / "shop", create=True, given=(app,)) as shop:
        shop.ingest(EXAMPLES / "purchases.csv", EXAMPLES / "purchases.toml")
        shop.run()
        (lane,), live = shop.ring().lanes(), shop.current("spend")
        assert live is not None
        done = export(shop.shelf, lane, live.model, "onnx", tmp_path / "spend.onnx")
        other = export(shop.shelf, lane, live.model, "torchscript", tmp_path / "spend.pt")
        another = export(shop.shelf, lane, "scaled", "onnx", tmp_path / "scaled.onnx")
        with pytest.raises(UserError, match=r"^export spend: expected a Deep learner.*got 'Mean'$"):
            export(shop.shelf, lane, "mean", "onnx", tmp_path / "mean.onnx")
        with pytest.raises(UserError) as caught:
            export(shop.shelf, lane, live.model, "pickle", tmp_path / "x")
    assert str(caught.value) == "export.to: expected one of onnx torchscript, got 'pickle'"
    assert not (tmp_path / "mean.onnx").exists()
    assert another.model != done.model and another.apart <= 1e-5
    assert done.inputs == another.inputs == tuple(column.name for column in app.columns)
    assert done.checked == other.checked == 10_000 and max(done.apart, other.apart) <= 1e-5
    asked = session((tmp_path / "spend.onnx").read_bytes())
    assert said(asked, np.zeros((3, len(done.inputs)), np.float32)).shape == (3, 1)
    assert (tmp_path / "spend.pt").stat().st_size == other.size
