"""Language: the words of the pages, a file for each language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

_HERE: Final = Path(__file__).parent / "words"
DEFAULT: Final = "en"
COOKIE: Final = "evercart_lang"


class Words(NamedTuple):
    """The words of one language.

    code    as HTML has it, such as "en"; the stem of its file
    name    as its readers call it
    """

    code: str
    name: str
    texts: Mapping[str, str]

    def __call__(self, key: str, **values: Any) -> str:
        """Return what stands under a key, with values put in; a key that no file has raises `KeyError`.

        >>> languages()["en"]("nav.now")
        'Now'
        """
        text = self.texts[key]
        return text.format_map(values) if values else text

    def get(self, key: str, otherwise: str) -> str:
        """Return what stands under a key, else another text."""
        return self.texts.get(key, otherwise)


@cache
def languages() -> dict[str, Words]:
    """Return all languages by code; a further one is a further file."""
    found = {}
    for path in sorted(_HERE.glob("*.toml")):
        texts = flat(tomllib.loads(path.read_text(encoding="utf-8")))
        found[path.stem] = Words(path.stem, texts["name"], texts)
    return found


def flat(said: Mapping[str, Any], before: str = "") -> dict[str, str]:
    """Return a table of tables as one, its keys joined by dots.

    >>> flat({"nav": {"now": "Now"}})
    {'nav.now': 'Now'}
    """
    found: dict[str, str] = {}
    for name, value in said.items():
        found |= flat(value, f"{before}{name}.") if isinstance(value, Mapping) else {f"{before}{name}": str(value)}
    return found


def choose(asked: str | None, kept: str | None, accepted: str) -> Words:
    """Return the language that was asked for, else the one kept in a cookie, else the one the browser likes best.

    >>> choose(None, None, "fr;q=0.9, zh-CN;q=0.8, en;q=0.1").code
    'zh'
    """
    known = languages()
    for code in (asked, kept, *_liked(accepted)):
        if code in known:
            return known[code]
    return known[DEFAULT]


def _liked(accepted: str) -> list[str]:
    """Return the languages of an Accept-Language header, the most liked first; more than 20 are not read."""
    found: list[tuple[float, str]] = []
    for part in accepted.split(",", 20)[:20]:
        code, _, weight = part.partition(";")
        try:
            liked = float(weight.partition("=")[2] or 1)
        except ValueError:
            continue
        found.append((liked, code.strip().lower().partition("-")[0]))
    return [code for _, code in sorted(found, key=lambda pair: -pair[0])]
