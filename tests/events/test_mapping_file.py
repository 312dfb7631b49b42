"""Mapping files."""
# ruff: noqa: E501 (texts are quoted whole)

from __future__ import annotations

from pathlib import Path

import pytest

from evercart.errors import UserError
from evercart.events.clean import ImpossibleValues
from evercart.events.mapping import Join, Time
from evercart.events.mapping_file import load, parse

TEXT = """
kind = "view"
id = "{n}"
files = "*.csv"
delimiter = ";"
columns = { item = "sku", user = ["who"] }
time = { column = "at", format = "%d.%m.%Y", zone = "Europe/Berlin" }
join = { file = "names.csv", on = "sku" }
[[clean]]
step = "impossible"
column = "quantity"
low = 0
"""


def test_one_source_stands_at_the_top() -> None:
    mapping = parse(TEXT)
    (source,) = mapping.sources
    assert mapping.text == TEXT
    assert source.where == "mapping"
    assert source.columns == {"item": ("sku",), "user": ("who",)}
    assert source.time == Time("at", "%d.%m.%Y", "Europe/Berlin")
    assert source.join == Join("names.csv", "sku")
    assert source.steps == (("impossible quantity", ImpossibleValues("quantity", low=0)),)
    assert (source.files, source.delimiter, source.format) == ("*.csv", ";", "")


def test_several_sources_are_tables() -> None:
    one = 'kind = "view"\nid = "{n}"\ncolumns = { item = "sku" }\n'
    text = f"[[source]]\n{one}[source.time]\nconstant = 2017-01-01T00:00:00Z\n"
    text += f'[[source]]\n{one}[source.time]\norder = true\nepoch = "2017-01-01T00:00:00Z"\n'
    mapping = parse(text)
    assert [source.where for source in mapping.sources] == ["mapping.source[1]", "mapping.source[2]"]
    assert [source.time for source in mapping.sources] == [
        Time(constant_us=1_483_228_800_000_000),
        Time(epoch_us=1_483_228_800_000_000),
    ]


def test_an_order_may_be_a_column() -> None:
    text = 'kind = "view"\nid = "{n}"\ncolumns = { item = "sku" }\n[time]\norder = "n"\nepoch = 2017-01-01T00:00:00Z\n'
    (source,) = parse(text).sources
    assert source.time == Time(epoch_us=1_483_228_800_000_000, order="n")
    assert source.wanted() == ("sku", "n")
    with pytest.raises(UserError, match=r"^mapping.time.order: expected one of the columns sku m, got 'n'"):
        parse(text.replace("{n}", "{sku}")).sources[0].bind(("sku", "m"))


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        (
            "kind =",
            "kint =",
            "mapping.kint: expected one of the keys files format delimiter kind columns constants id units time join clean, got 'kint' (nearest: 'kind')",
        ),
        ('kind = "view"', "kind = 3", "mapping.kind: expected text, got 3"),
        (
            "zone =",
            "zones =",
            "mapping.time.zones: expected one of the keys column format zone constant order epoch, got 'zones' (nearest: 'zone')",
        ),
        (
            "Europe/Berlin",
            "Berlin",
            """mapping.time.zone: expected a time zone such as "UTC" or "Europe/Berlin", got 'Berlin'""",
        ),
        (
            "%d.%m.%Y",
            "german",
            "mapping.time.format: expected iso, s, ms, us or a pattern such as %d.%m.%Y, got 'german'",
        ),
        ('column = "at", ', "", "mapping.time: expected exactly one of column, constant, order, got 'nothing'"),
        (
            'column = "at"',
            "order = true",
            """mapping.time.epoch: expected a time such as "2017-01-01T00:00:00Z", got 'nothing'""",
        ),
        (
            'column = "at"',
            'constant = "2017-01-01T00:00:00"',
            "mapping.time.constant: expected a time with its zone, got '2017-01-01T00:00:00'",
        ),
        ('column = "at"', "order = 3", "mapping.time.order: expected true, or the name of a column, got 3"),
        (', on = "sku"', "", "mapping.join: expected both file and on, got 'file'"),
        ('["who"]', "3", "mapping.columns.user: expected the name of a column, or a list of names to sum, got 3"),
        ('"{n}"', '"n"', """mapping.id: expected a template such as "{order_id}/{row}", got 'n'"""),
        ('"{n}"', '"{n:3}"', """mapping.id: expected a template such as "{order_id}/{row}", got '{n:3}'"""),
        ('"{n}"', '"{n"', """mapping.id: expected a template such as "{order_id}/{row}", got '{n'"""),
        ('";"', '";;"', "mapping.delimiter: expected one character, got ';;'"),
        ('files = "*.csv"', 'format = "xls"', "mapping.format: expected one of csv jsonl parquet, got 'xls'"),
        ('files = "*.csv"', "units = 3", "mapping.units: expected a table [units], got 3"),
        (
            'files = "*.csv"',
            'constants = { currency = "UDS" }',
            "mapping.constants.currency: expected a currency code of ISO 4217, got 'UDS'",
        ),
        (
            'files = "*.csv"',
            "constants = { text = true }",
            "mapping.constants.text: expected text or a number, got True",
        ),
        (
            "impossible",
            "imposible",
            "mapping.clean[1].step: expected one of the steps duplicates impossible missing, got 'imposible' (nearest: 'impossible')",
        ),
        (
            "[[clean]]",
            "[clean]",
            "mapping.clean: expected tables [[clean]], got {'step': 'impossible', 'column': 'quantity', 'low': 0}",
        ),
    ],
)
def test_each_mistake_is_told_by_its_place(old: str, new: str, text: str) -> None:
    assert old in TEXT
    with pytest.raises(UserError) as raised:
        parse(TEXT.replace(old, new))
    assert str(raised.value) == text


def test_what_is_no_toml_is_told() -> None:
    with pytest.raises(UserError, match=r"^mapping: expected a TOML file, got .* \(at line 1, column 6\)"):
        parse("kind order")
    with pytest.raises(UserError, match=r"^mapping\.kind: expected one of the keys source, got 'kind'$"):
        parse('kind = "view"\n[[source]]\n')


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match=r"no\.toml: expected a mapping file that can be read, got 'No such file or directory'$"
    ):
        load(tmp_path / "no.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff")
    with pytest.raises(UserError, match=r"bad\.toml: expected a mapping file in UTF-8, got "):
        load(tmp_path / "bad.toml")
    (tmp_path / "good.toml").write_text("\ufeff" + TEXT)
    assert load(tmp_path / "good.toml") == parse(TEXT)
