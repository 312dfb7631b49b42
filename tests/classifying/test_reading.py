"""Any table becomes messages, or says what is wrong with it."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evercart.classifying.reading import Messages, messages, told
from evercart.errors import UserError

NOW_US = 1_800_000_000_000_000
PLAIN = '[columns]\ntext = "said"\nlabel = "intent"\n'


def read(folder: Path, table: dict[str, object], mapping: str = PLAIN, ending: str = "parquet") -> Messages:
    path, how = folder / f"table.{ending}", folder / "map.toml"
    how.write_text(mapping, encoding="utf-8")
    if ending == "parquet":
        pq.write_table(pa.table(table), path)
    elif ending == "csv":
        rows = [
            ",".join(table),
            *(",".join(json.dumps(cell) for cell in row) for row in zip(*table.values(), strict=True)),
        ]
        path.write_text("\n".join(rows).replace('\\"', '""'), encoding="utf-8")
    return messages(path, told(how), NOW_US)


def test_a_small_map_is_enough(tmp_path: Path) -> None:
    found = read(tmp_path, {"said": ["a", "b", "c"], "intent": ["x", "y", None]})
    assert sorted(found.texts) == ["a", "b", "c"]
    assert {text: label for text, label in zip(found.texts, found.labels, strict=True)} == {
        "a": "x",
        "b": "y",
        "c": None,
    }
    assert found.order == "shuffled"


def test_time_orders(tmp_path: Path) -> None:
    timed = PLAIN + '[time]\ncolumn = "at"\nformat = "s"\n'
    found = read(
        tmp_path, {"said": ["late", "soon"], "intent": ["x", "y"], "at": [1_600_000_100, 1_600_000_000]}, timed
    )
    assert (found.texts, found.order) == (["soon", "late"], "time")


def test_rows_as_they_stand(tmp_path: Path) -> None:
    timed = PLAIN + '[time]\norder = true\nepoch = "2020-01-01T00:00:00Z"\n'
    texts = [f"t{row}" for row in range(50)]
    assert read(tmp_path, {"said": texts, "intent": ["x"] * 50}, timed, "csv").texts == texts


def test_shuffled_alike_each_time_by_its_seed(tmp_path: Path) -> None:
    table = {"said": [f"t{row}" for row in range(50)], "intent": ["x"] * 50}
    one, again = (read(tmp_path, table).texts for _ in range(2))
    assert one == again != read(tmp_path, table, PLAIN + "[classify]\nseed = 2\n").texts


def test_labels_that_are_numbers(tmp_path: Path) -> None:
    assert set(read(tmp_path, {"said": ["a", "b"], "intent": [0, 1]}).labels) == {"0", "1"}


def test_rows_that_may_not_enter_are_counted(tmp_path: Path) -> None:
    table = {"said": ["fine", "", None, "x" * 1_000_001, "mixed 中文 العربية 🙂"], "intent": list("aabbc")}
    found = read(tmp_path, table)
    assert sorted(found.texts) == ["fine", "mixed 中文 العربية 🙂"]
    assert found.refused == {"text: a value, which message needs": 2, "text: at most 1,000,000 bytes": 1}


def test_an_id_that_comes_twice_counts_once(tmp_path: Path) -> None:
    found = read(tmp_path, {"said": ["a", "b"], "intent": ["x", "y"], "n": [1, 1]}, 'id = "{n}"\n' + PLAIN)
    assert (found.texts, found.refused) == (["a"], {"id: one that comes once": 1})


@pytest.mark.parametrize(
    ("mapping", "text"),
    [
        ('[columns]\ntext = "said"\nlabel = "intnt"\n', "mapping.columns.label: expected one of the columns "),
        ('[columns]\ntext = "said"\n', "mapping.columns.label: expected the column that holds the labels"),
        (
            '[columns]\nlabel = "intent"\n',
            "mapping.columns: expected a column or constant for text",
        ),
        ('kind = "order"\n' + PLAIN, "mapping.columns.label: expected "),
        (PLAIN + "[classify]\nout_of_scope = 3\n", "mapping.classify.out_of_scope: expected a list of labels, got 3"),
        (PLAIN + "[classify]\nseed = -1\n", "mapping.classify.seed: expected a whole number from 0 on, got -1"),
        (PLAIN + "[classify]\nsed = 1\n", "mapping.classify: expected a table with out_of_scope, seed, got "),
        ("a = b = c", "mapping: expected a TOML file, got "),
    ],
)
def test_a_map_that_is_wrong(tmp_path: Path, mapping: str, text: str) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, {"said": ["a"], "intent": ["x"]}, mapping)
    assert text in str(caught.value)


def test_wrong_types(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, {"said": [["a"]], "intent": ["x"]})
    assert str(caught.value).startswith("mapping.text: expected text or numbers, got list<")


def test_no_label_at_all(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read(tmp_path, {"said": ["a"], "intent": pa.array([None], pa.string())})
    assert str(caught.value).endswith("table.parquet: expected messages with a label, got 'none'")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "map.toml").write_text(PLAIN)
    with pytest.raises(UserError, match="expected a file that can be read, got 'No such file"):
        messages(tmp_path / "no.csv", told(tmp_path / "map.toml"), NOW_US)
