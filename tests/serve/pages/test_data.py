"""What comes in, what may not enter, how it is mended."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from evercart.events.findings import Refusal
from evercart.events.schema import table_of as rows
from evercart.serve.caller import Caller
from evercart.serve.pages import page
from evercart.serve.service import Service
from evercart.shop import Shop
from evercart.testing.living import Hands

EVIL = "<script>alert('1')</script>&\"x"
TOLD = "&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;&#34;x"


@pytest.fixture
def mine(lived: Shop, tmp_path: Path, browse) -> Iterator:
    """Pages of a shop that may be changed."""
    folder = tmp_path / "corner"
    shutil.copytree(lived.folder, folder)
    with Shop.open(folder, clock=lived.clock) as shop:
        yield browse(Service(shop))


def test_it_is_told_what_came(mine, lived: Shop) -> None:
    text = mine.get("/data").text
    rows = f"{lived.log.next_offset:,}"
    for words in (rows, "What came when", "2026-11-15", "an integer", "Mend 1", "No file was imported.", "6.76 %"):
        assert words in text, words
    assert text.count("<h1>") == 1 and text.count("<rect") > 60
    assert "隔离区" in mine.get("/data?lang=zh").text


def test_an_empty_shop_says_what_to_do(empty) -> None:
    text = empty.get("/data").text
    assert "evercart ingest FILE" in text and "curl http://127.0.0.1:8321/v1/events" in text
    assert "Nothing waits: every row that came has entered." in text


def test_a_row_is_mended(mine, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "evercart.serve")
    form = mine.get("/data/quarantine/1").text
    assert "amount: expected an integer, got 12.50" in form
    assert 'name="field.amount" type="text" value="12.50"' in form and 'aria-invalid="true"' in form
    fields = {"field.amount": "1250", "field.currency": "EUR", "field.kind": "order", "field.id": "spoiled-1"}
    done = mine.post("/data/quarantine/1", fields)
    assert (done.status_code, done.headers["location"]) == (303, "/data?said=mended")
    assert "The row has entered the log." in mine.get("/data?said=mended").text
    log = mine.service.shop.log
    row = log.names(log.next_offset - 1, log.next_offset).to_pylist()[0]
    assert (row["id"], row["amount"], row["user"], row["quantity"]) == ("spoiled-1", 1250, "u0", 1000)
    assert any("1 sent again by local, changing currency amount: 1 entered" in text for text in caplog.messages) or any(
        "1 sent again by local, changing amount currency: 1 entered" in text for text in caplog.messages
    )
    form = mine.get("/data/quarantine/1").text
    assert "This row has entered the log." in form and "Send it again" not in form
    assert mine.post("/data/quarantine/1", fields).headers["location"] == "/data?said=nothing_waits"


def test_what_is_still_wrong_is_told_with_what_was_typed(mine) -> None:
    done = mine.post("/data/quarantine/1", {"field.amount": "12,50", "field.user": "u7"})
    assert done.status_code == 409
    assert "amount: expected an integer, got &#39;12,50&#39;" in done.text
    assert 'value="12,50"' in done.text and 'value="u7"' in done.text
    done = mine.post("/data/quarantine/1", {"field.amount": "5", "field.user": " "})
    assert "user: expected a value, which order needs" in done.text


def test_all_of_a_rule_are_sent_at_once(mine) -> None:
    said = {"field": "amount", "rule": "an integer", "value": "1250"}
    done = mine.post("/data/quarantine", said)
    assert "1 rows entered, 0 were refused again." in done.text
    assert mine.post("/data/quarantine", said).headers["location"] == "/data?said=nothing_waits"
    rule = "microseconds since 1970, or a time with its zone"
    done = mine.post("/data/quarantine", {"field": "event_us", "rule": rule, "value": ""})
    assert "0 rows entered, 1 were refused again." in done.text and "/data/quarantine/3" in done.text


@pytest.mark.parametrize("path", ["/data/quarantine/0", "/data/quarantine/x", "/data/quarantine/99999999999999999999"])
def test_what_is_not_held(mine, path: str) -> None:
    answer = mine.get(path)
    assert answer.status_code == 404 and "expected the number of a row that is held" in answer.text


def test_what_no_event_has_is_refused(mine) -> None:
    answer = mine.post("/data/quarantine/1", {"field.x": "1"})
    assert answer.status_code == 400 and "form: expected fields of an event, got &#39;x&#39;" in answer.text


def test_who_may_only_read_may_not_mend(mine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "page_caller", lambda service, request: Caller("eve", "1", frozenset({"read"})))
    assert "Send 1 again" not in mine.get("/data").text
    assert "Send it again" not in mine.get("/data/quarantine/1").text
    assert mine.post("/data/quarantine/1", {"field.amount": "1"}).status_code == 403
    assert mine.post("/data/quarantine", {"field": "amount", "rule": "an integer"}).status_code == 403
    assert not mine.service.shop.quarantine.show(1).sent


def test_another_sites_form_is_refused(mine) -> None:
    assert mine.post("/data/quarantine/1", {"field.amount": "1"}, csrf="other").status_code == 403


def test_what_was_sent_is_shown_not_obeyed(tmp_path: Path, browse) -> None:
    body = '{"user": "' + EVIL.replace('"', '\\"') + '", "kind": "view"}'
    line = '{"line": "' + EVIL.replace('"', '\\"') + '"}'
    with Shop.open(tmp_path / "shop", create=True) as shop:
        shop.log.append(rows([{"id": "v", "kind": 1, "item": EVIL, "event_us": 5}]), 5)
        refusals = (Refusal(1, "user", EVIL, EVIL, body), Refusal(2, EVIL, EVIL, EVIL, line))
        shop.quarantine.add(EVIL, "x", refusals)
        browser = browse(Service(shop))
        for path in ("/data", "/data/quarantine/1", "/data/quarantine/2", "/data?field=%3Cscript%3Ealert(1)"):
            text = browser.get(path).text
            assert "<script>alert" not in text and "lt;script&gt;" in text, path
        assert TOLD in browser.get("/data/quarantine/2").text


def test_a_shop_with_imports_tells_of_them(tmp_path: Path, browse) -> None:
    source = tmp_path / "clicks<b>.csv"
    source.write_text("who,what,when\nu1,i1,2026-01-01T00:00:00Z\nu2,,2026-01-01T00:00:00Z\n")
    mapping = tmp_path / "map.toml"
    mapping.write_text('kind = "view"\nid = "{row}"\n[columns]\nuser = "who"\nitem = "what"\n[time]\ncolumn = "when"\n')
    with Shop.open(tmp_path / "shop", create=True, clock=Hands().clock) as shop:
        shop.ingest(source, mapping)
        text = browse(Service(shop)).get("/data").text
    assert "clicks&lt;b&gt;.csv</th><td>2</td><td>1</td>" in text
