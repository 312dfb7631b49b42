"""The pictures that benchmarks draw: what they say, where things stand, that they can be read anywhere."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))  # they are scripts: no package holds them
from svg import DARK, LIGHT, LINE, Axis, bars, lines, points

SHARES = Axis("share right", [(0.0, "0"), (0.5, "half"), (1.0, "1")], (0.0, 1.0))
STEPS = Axis("steps", [(1, "1"), (2, "2")], (1, 2))
NAMES = ("plain & simple", "replay", "ridge")


def _drawn() -> dict[str, str]:
    values = dict(zip(NAMES, (0.2, 0.9, 0.91), strict=True))
    return {
        "lines": lines(
            {name: (at, [1.0, value]) for at, (name, value) in enumerate(values.items())}, ("all", 1), STEPS, SHARES
        ),
        "points": points(
            {name: (at, 1.5, (value, 0.05)) for at, (name, value) in enumerate(values.items())}, STEPS, SHARES
        ),
        "bars": bars({name: (at, (value, 0.05)) for at, (name, value) in enumerate(values.items())}, SHARES),
    }


def _texts(picture: str) -> dict[str, ElementTree.Element]:
    return {each.text or "": each for each in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")}


@pytest.mark.parametrize("kind", ["lines", "points", "bars"])
def test_a_picture_is_sound_xml_that_names_everything_once_inside_its_frame(kind: str) -> None:
    picture = _drawn()[kind]
    wide, high = (float(size) for size in re.search(r'viewBox="0 0 (\d+) (\d+)"', picture).groups())
    texts = _texts(picture)
    assert set(NAMES) <= set(texts)
    assert "share right" in texts
    for each in texts.values():
        if "x" in each.attrib:
            assert 0 < float(each.get("x")) < wide
            assert 0 < float(each.get("y")) < high


@pytest.mark.parametrize("kind", ["lines", "points", "bars"])
def test_no_label_covers_another(kind: str) -> None:
    texts = {name: each for name, each in _texts(_drawn()[kind]).items() if name in NAMES}
    sides = {name: (float(each.get("x")), float(each.get("x")) + 6 * len(name)) for name, each in texts.items()}
    for one in NAMES:
        for other in NAMES[: NAMES.index(one)]:
            above = abs(float(texts[one].get("y")) - float(texts[other].get("y"))) >= LINE - 1.5
            assert above or sides[one][0] >= sides[other][1] or sides[other][0] >= sides[one][1], (one, other)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize(("colours", "ground"), [(LIGHT, "#ffffff"), (DARK, "#0d1117")])
def test_every_colour_can_be_read_on_its_ground(colours: tuple[str, ...], ground: str) -> None:
    assert ground in _drawn()["bars"]
    for colour in colours:
        low, high = sorted((_luminance(colour), _luminance(ground)))
        assert (high + 0.05) / (low + 0.05) >= 4.5, colour  # WCAG 2.1, 1.4.3


def test_a_value_beyond_the_ends_is_drawn_at_the_end() -> None:
    assert SHARES.place(7.0, 0, 100) == 100
    assert SHARES.place(-7.0, 0, 100) == 0
    assert SHARES.place(0.25, 0, 100) == 25
