"""The report shows what came in, what was held, what was flagged."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evercart.errors import UserError
from evercart.evaluate.business import MEASURES
from evercart.evaluate.pagedata import Quality
from evercart.reporting import quality_of, write
from evercart.shop import Shop
from evercart.testing.contested import contested, coupons, sales, seeing

HEADER = "user,item,pieces,euros,at\n"
MAPPING = """
kind = "order"
id = "{row}"
columns = { user = "user", item = "item", quantity = "pieces", amount = "euros" }
constants = { currency = "EUR" }
units = { quantity = "pieces", amount = "major" }
time = { column = "at" }
"""


@pytest.fixture
def shop(tmp_path: Path):
    lines = [f"u{i % 3},i1,{'900' if i == 30 else '1'},2.00,2023-01-{1 + i // 10:02}T10:00:00Z" for i in range(40)]
    lines.append("u1,i1,-4,2.00,2023-01-05T10:00:00Z")
    (tmp_path / "orders.csv").write_text(HEADER + "\n".join(lines) + "\n")
    (tmp_path / "map.toml").write_text(MAPPING)
    with Shop.open(tmp_path / "shop", create=True) as opened:
        opened.ingest(tmp_path / "orders.csv", tmp_path / "map.toml")
        yield opened


def test_quality_counts_by_kind_and_day(shop: Shop) -> None:
    found = quality_of(shop.log, "UTC", [], shop.quarantine.counts(), shop.ingester.notes())
    assert found.kinds == ("order",)
    assert found.events.tolist() == [[10], [10], [10], [10]]
    assert found.quarantine == (("quantity", "at least 0", 1),)
    assert dict(found.outliers) == {"quantity by item": 1, "amount by item": 0}


def test_what_live_decisions_earned_is_on_the_page(tmp_path: Path) -> None:
    with Shop.open(tmp_path / "sold", create=True, given=(contested(("seeing", seeing())),)) as shop:
        lines = {name: model.id for name, model in shop.ring().lanes()[0].models.items()}
        for name, table in {"sales": sales({lines["seeing"]: 400}, 50), "coupons": coupons(1000)}.items():
            shop.log.import_history(name, lambda skip, table=table: iter([table.slice(skip)]))
        shop.run()
        text = shop.report().read_text(encoding="utf-8")
    (table,) = re.findall(r"<h3>What came of live decisions</h3>.*?</table>", text, re.S)
    assert re.findall(r"<th>(\w+)</th>", table) == ["model", *MEASURES]
    cells = re.findall(r"<td>(.*?)</td>", table)
    assert cells[0] == "seeing"
    assert re.fullmatch(r'4[01]\d\.\d ± .* <span class="soft">\(50\)</span>', cells[2])
    assert cells[3] == cells[5] == "–"


def test_a_path_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match=r"expected a file that can be written, got "):
        write(tmp_path / "file" / "report.html", "shop", 0, [], {}, Quality(), 0, {})
