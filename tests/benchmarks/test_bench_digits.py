"""Split-Digits: what a run reports, what is drawn of it, the lines of `docs/forgetting.md`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

pytest.importorskip("torch")
pytest.importorskip("sklearn")
sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))  # they are scripts: no package holds them
from bench_digits import PIXELS, RACERS, ROWS_KEPT, Seen, draw, run, said

PAGE = Path(__file__).parents[2] / "docs" / "forgetting.md"


def test_an_exact_head_learns_all_five_steps_in_one_pass() -> None:
    seen = run(RACERS["streaming LDA"], 1, 1)
    assert len(seen.steps) == 5
    assert seen.steps[0] == 1.0  # two classes, zeros, ones
    assert 0.93 < seen.steps[-1] < 0.99
    assert -0.02 < seen.forgot < 0.06
    assert seen.rows == 0
    assert seen.kib == pytest.approx((10 + 2 * 10 * PIXELS + PIXELS**2 + 10) * 8 / 1024, abs=2)


def test_one_pass_without_a_cure_keeps_the_last_two_classes_a_memory_more() -> None:
    naive, cured = (run(RACERS[name], 1, 10) for name in ("naive fine-tuning", "ER-ACE, herded"))
    assert naive.rows == 0
    assert naive.steps[-1] < 0.25
    assert cured.rows == ROWS_KEPT
    assert cured.steps[-1] > 0.8
    assert 30 < cured.kib - naive.kib < 40


def test_the_pictures_name_every_cure(tmp_path: Path) -> None:
    made = {name: [Seen([1.0, 0.9, 0.8, 0.7, 0.6], 0.1, 2.0 + at, 0, 1.0) for at in range(2)] for name in RACERS}
    draw(made, tmp_path)
    for name in ("steps", "cost", "forgetting"):
        drawn = set(ElementTree.parse(tmp_path / f"{name}.svg").getroot().itertext())
        assert {each for each in RACERS if not RACERS[each].at_once} <= drawn


def test_an_interval_wants_two_values() -> None:
    assert said([0.5]) == "0.5000"
    assert said([0.4, 0.6], 2) == "0.50 ± 1.27"


def test_the_python_of_the_page_runs() -> None:
    fences = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert fences
    for fence in fences:
        named: dict[str, object] = {}
        exec(fence, named)
        learner = named["learner"]
        assert learner.step is not None
        assert learner.cure.exemplars.places(learner.deep) == ROWS_KEPT
