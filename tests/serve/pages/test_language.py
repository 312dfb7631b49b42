"""The words of the pages."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

from evercart.serve.pages import language
from evercart.serve.pages.language import choose, flat, languages

PAGES = Path(language.__file__).parent
TEMPLATES = sorted((PAGES / "templates").glob("*.j2"))
SAID = re.compile(r"""\bt\(\s*["']([a-z_.]+)["']""")
TEXT_ATTRIBUTES = re.compile(r"""\b(?:aria-label|title|placeholder|alt|label|data-on|data-off)="([^"]*)\"""")


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_language_says_the_same_things() -> None:
    english = languages()["en"].texts
    for code, words in languages().items():
        assert sorted(words.texts) == sorted(english), code
        for key, text in words.texts.items():
            assert text.strip(), f"{code}: {key} is empty"
            assert fields(text) == fields(english[key]), f"{code}: {key}"


def test_a_third_language_needs_no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (PAGES / "words").glob("*.toml"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    english = (PAGES / "words" / "en.toml").read_text()
    (tmp_path / "fr.toml").write_text(english.replace('name = "English"', 'name = "Français"'))
    monkeypatch.setattr(language, "_HERE", tmp_path)
    languages.cache_clear()
    try:
        assert choose(None, None, "fr-CH, en;q=0.5").name == "Français"
    finally:
        languages.cache_clear()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_words(path: Path) -> None:
    text = re.sub(r"\{#.*?#\}|<style.*?</style>", " ", path.read_text(), flags=re.DOTALL)
    bare = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.DOTALL)
    for said in TEXT_ATTRIBUTES.findall(bare):
        assert not re.search(r"[A-Za-z]{2}", said), f"{path.name}: {said!r} is not of the language file"
    shown = re.sub(r"<(?:pre|code)\b.*?</(?:pre|code)>", " ", bare, flags=re.DOTALL)
    shown = re.sub(r"<[^>]*>|&\w+;", " ", shown)
    assert not re.search(r"[A-Za-z]{2}", shown), f"{path.name}: {shown.split()} is not of the language file"


def test_every_word_asked_for_is_there() -> None:
    known = languages()["en"].texts
    for path in [*TEMPLATES, *PAGES.glob("*.py")]:
        for key in SAID.findall(path.read_text()):
            assert any(one == key or (key[-1] in "._" and one.startswith(key)) for one in known), f"{path.name}: {key}"


def test_choosing() -> None:
    assert choose("zh", "en", "en").code == "zh"
    assert choose(None, "zh", "en").code == "zh"
    assert choose(None, None, "zh-TW,zh;q=0.9").code == "zh"
    assert choose("xx", "../../etc/passwd", "").code == "en"
    assert choose(None, None, ";;q=,,=0.x, ;q=nan," * 9).code == "en"
    assert choose(None, None, "," * 100_000 + "zh").code == "en"


def test_flat() -> None:
    assert flat({"a": "x", "b": {"c": {"d": "y"}}}) == {"a": "x", "b.c.d": "y"}


def test_an_unknown_word_is_an_error() -> None:
    with pytest.raises(KeyError):
        languages()["en"]("no.such")
