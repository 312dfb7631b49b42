"""Static: the few files that a browser fetches once, each under the hash of its content."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from evercart.evaluate import page as report_page

_HERE: Final = Path(__file__).parent / "assets"
_DRAW: Final = Path(report_page.__file__).parent / "pages" / "draw.js"  # the report draws its figures with it, too
_SCRIPT, _STYLE, _PICTURE = "text/javascript; charset=utf-8", "text/css; charset=utf-8", "image/svg+xml"
NAMES: Final = {
    "site.css": _STYLE,
    "live.js": _SCRIPT,
    "draw.js": _SCRIPT,
    "plotly.js": _SCRIPT,
    "icon.svg": _PICTURE,
}
FOREVER: Final = "public, max-age=31536000, immutable"


class File(NamedTuple):
    """A file as it is sent."""

    kind: str
    body: bytes
    digest: str


@cache
def file(name: str) -> File:
    """Return a file by its name; `KeyError` for any other."""
    kind = NAMES[name]
    if name == "plotly.js":
        from plotly.offline import get_plotlyjs

        body = get_plotlyjs().encode()
    else:
        body = (_DRAW if name == "draw.js" else _HERE / name).read_bytes()
    return File(kind, body, hashlib.sha256(body).hexdigest()[:16])


@cache
def packed(name: str) -> bytes:
    """Return a file, gzipped; the same bytes at every start."""
    return gzip.compress(file(name).body, 6, mtime=0)


def address(name: str) -> str:
    """Return where a file is, by its content.

    >>> address("icon.svg").startswith("/static/")
    True
    """
    return f"/static/{file(name).digest}/{name}"


def answer(request: Request) -> Response:
    """Return one of the named files; anything else, or an old hash of it, is not there. Blocks, so in a thread."""
    name, digest = request.path_params["name"], request.path_params["digest"]
    if name not in NAMES or file(name).digest != digest:
        return Response("not there\n", 404, {"cache-control": "no-store"}, "text/plain; charset=utf-8")
    found, tag = file(name), f'"{digest}"'
    headers = {"cache-control": FOREVER, "etag": tag, "vary": "accept-encoding", "x-content-type-options": "nosniff"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(None, 304, headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed(name), 200, headers | {"content-encoding": "gzip"}, found.kind)
    return Response(found.body, 200, headers, found.kind)
