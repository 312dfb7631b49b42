"""Lines over steps: a picture that any reader of XML can read."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))  # they are scripts: no package holds them
from curves import drawn


def test_each_line_is_named_beside_its_end_with_its_last_value(tmp_path: Path) -> None:
    path = tmp_path / "new" / "lines.svg"
    drawn(path, "a < b", "steps", [7, 14], {"one & all": np.array([1.0, 0.9]), "none": np.array([1.0, 0.5])})
    picture = ElementTree.parse(path).getroot()
    words = [each.text for each in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert words[0] == "a < b"
    assert words[-2:] == ["one & all 0.900", "none 0.500"]
    lines = [each.get("points") for each in picture.iter("{http://www.w3.org/2000/svg}polyline")]
    assert lines == ["46.0,34.0 506.0,94.0", "46.0,34.0 506.0,334.0"]
