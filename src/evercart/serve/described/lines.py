"""Lines: each address as a curl command that works."""

from __future__ import annotations

import json
import shlex
from typing import Any
from urllib.parse import quote, urlencode

Schema = dict[str, Any]


def curl(url: str, path: str, method: str, operation: Schema) -> str:
    """Return the command for an operation, with its examples; parameters that may be left out are.

    >>> said = {"name": "k", "in": "query", "required": True, "schema": {"examples": [5]}}
    >>> curl("http://shop", "/v1/recommend", "get", {"parameters": [said]})
    "curl 'http://shop/v1/recommend?k=5'"
    """
    words = ["curl"]
    if operation.get("security") == [{"key": []}]:
        words.append('-H "authorization: Bearer $EVERCART_KEY"')
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is not None:
        words += ["-H 'content-type: application/json'", f"-d {shlex.quote(json.dumps(sent(body)))}"]
    elif method != "get":
        words.append(f"-X {method.upper()}")
    return " ".join([*words, shlex.quote(url + address(path, operation["parameters"]))])


def sent(body: Schema) -> Any:
    """Return the example of a body."""
    if "example" in body:
        return body["example"]
    return next(iter(body["examples"].values()))["value"]


def address(path: str, parameters: list[Schema]) -> str:
    """Return the path with the examples of its parameters, of those in the query that have one.

    >>> address("/v1/similar/{item}", [{"name": "item", "in": "path", "schema": {"examples": ["a b"]}}])
    '/v1/similar/a%20b'
    """
    query = {}
    for one in parameters:
        value = one["schema"].get("examples", [None])[0]
        if one["in"] == "path":
            path = path.replace(f"{{{one['name']}}}", quote(str(value), safe=""))
        elif value is not None:
            query[one["name"]] = value
    return f"{path}?{urlencode(query)}" if query else path
