"""Page: the OpenAPI document for people to read."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from evercart.serve.described.lines import curl
from evercart.serve.described.shapes import PLACE

_METHODS: Final = ("get", "post", "put", "patch", "delete")


def page(document: dict[str, Any], url: str) -> str:
    """Return the HTML of a document.

    url    of the service, as its commands name it
    """
    told = []
    for tag in document["tags"]:
        of_tag = [
            {"path": path, "method": method, "line": curl(url, path, method, item[method]), **item[method]}
            for path, item in document["paths"].items()
            for method in _METHODS
            if method in item and tag["name"] in item[method]["tags"]
        ]
        told.append({**tag, "operations": of_tag})
    text: str = _templates().get_template("docs.html.j2").render(document=document, tags=told, url=url)
    return text


def marked(text: str) -> Markup:
    """Return a text with what stands between backticks as code.

    >>> marked("send `a < b`")
    Markup('send <code>a &lt; b</code>')
    """
    return Markup(re.sub("`([^`]+)`", r"<code>\1</code>", str(escape(text))))


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["named"] = lambda ref: ref.removeprefix(PLACE)
    made.filters["marked"] = marked
    return made
