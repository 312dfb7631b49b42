"""A shop's deep model is written in other formats; others are refused."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

pytest.importorskip("torch")
pytest.importorskip("onnxruntime", reason="needs the extra deep (onnxruntime)")

from evercart import Shop
from evercart.apps.repurchase import repurchase
from evercart.apps.spend import spend
from evercart.errors import UserError
from evercart.export.kept import Statement
from evercart.export.onnx import said, session
from evercart.exporting import Smaller, export, labelled
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Squared
from evercart.learners.deep.mlp import Mlp
from evercart.learners.mean import Mean
from evercart.learners.scaled import Scaled
from evercart.show_export import exported
from evercart.testing.shop import SimulatedShop

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
    stated = Statement.read(tmp_path / "spend.onnx")
    assert (stated.revision, stated.sha256, stated.form) == (done.revision, done.sha256, "plain")
    asked = session((tmp_path / "spend.onnx").read_bytes())
    assert said(asked, np.zeros((3, len(done.inputs)), np.float32)).shape == (3, 1)
    assert (tmp_path / "spend.pt").stat().st_size == other.size


def test_smaller_forms_are_judged_beside_the_plain_one(tmp_path: Path) -> None:
    app = repurchase()
    net = Scaled(Deep(app.columns, Mlp((64, 64)), batch=16), app.columns, most=5.0)
    app = replace(app, champion=net, challengers=(), guards=())
    with Shop.open(tmp_path / "shop", create=True, given=(app,)) as shop:
        events = SimulatedShop(shoppers=60, items=60, days=30).table()
        shop.log.import_history("history", lambda skip: iter([events.slice(skip)]))
        shop.run()
        (lane,), live = shop.ring().lanes(), shop.current("repurchase")
        assert live is not None
        rows = labelled(shop, app)
        assert len(rows.y) > 100 and rows.x.shape == (len(rows.y), len(app.columns)) and set(rows.y) == {0.0, 1.0}
        done = {}
        for form in ("int8", "pruned", "distilled"):
            path, smaller = tmp_path / f"{form}.onnx", Smaller(form, rows, shop.clock.cpu_s)
            done[form] = export(shop.shelf, lane, live.model, "onnx", path, smaller)
        with pytest.raises(UserError) as caught:
            export(shop.shelf, lane, live.model, "torchscript", path, Smaller("int8", rows, shop.clock.cpu_s))
        assert str(caught.value) == "export.as: expected another form than int8 for torchscript, got 'int8'"
        with pytest.raises(UserError) as caught:
            export(shop.shelf, lane, live.model, "onnx", path, Smaller("tiny", rows, shop.clock.cpu_s))
        assert str(caught.value) == "export.as: expected one of plain int8 pruned distilled, got 'tiny'"
    for form, one in done.items():
        plain, small = one.forms
        assert (plain.form, small.form, one.form) == ("plain", form, form)
        assert one.size == small.size < plain.size and small.cpu_us > 0
        assert abs(small.loss - plain.loss) < 0.1 and small.accuracy is not None
        assert Statement.read(tmp_path / f"{form}.onnx").form == form
    out = io.StringIO()
    Console(file=out, width=300).print(exported(done["pruned"]))
    assert "times the plain form" in out.getvalue() and "pruned" in out.getvalue()
