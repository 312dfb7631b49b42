"""Document: the service as OpenAPI 3.1 has it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

import evercart
from evercart.serve.body import JSON
from evercart.serve.described import bodies
from evercart.serve.described.shapes import Shapes, plain
from evercart.serve.described.statuses import about as status_about
from evercart.serve.described.statuses import headers, statuses
from evercart.serve.described.words import WORDS, about
from evercart.serve.endpoint import Endpoint
from evercart.serve.wire import Fault

Schema = dict[str, Any]
TAGS: Final = {
    "events": "Tell the shop what happened.",
    "shoppers": "See what is known of somebody.",
    "models": "See what is live, move it.",
    "quarantine": "See what did not enter, send it again.",
    "health": "See whether the service is well.",
    "service": "The service itself.",
}
NO_APPS: Final[Mapping[str, str]] = {}
_PLACE: Final = re.compile(r"\{(\w+)(?::\w+)?\}")
_ABOUT: Final = (
    "A shop's models, each learning from every event. Keys have scopes (ingest, decide, read, operate) and are sent as "
    "`authorization: Bearer KEY`; a shop without any key answers this machine alone, without one. Errors are JSON: "
    "what was wrong as `where: expected RULE, got VALUE`, with the request's number."
)


def document(endpoints: Iterable[Endpoint], *, keyed: bool = True, apps: Mapping[str, str] = NO_APPS) -> Schema:
    """Return the OpenAPI document of a service.

    keyed   whether a key is needed
    apps    the shop's apps by name, what each is about
    """
    told = list(endpoints)
    sent = [kind for one in told for kind in (one.query, one.takes) if kind is not None]
    given = [Fault, *(one.gives for one in told if one.gives is not None)]
    shapes = Shapes(sent, given, bodies.schemas(one.path for one in told))
    paths: dict[str, Schema] = {}
    for one in told:
        path = _PLACE.sub(r"{\1}", one.path)
        paths.setdefault(path, {})[one.method.lower()] = _operation(one, path, shapes, keyed, apps)
    tags = {"events": TAGS["events"], **apps, **TAGS}
    used = [name for name in dict.fromkeys((*tags, *(one.tag for one in told))) if any(one.tag == name for one in told)]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Evercart", "version": evercart.__version__, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": tags.get(name, name)} for name in used],
        "paths": paths,
        "components": {
            "schemas": shapes.by_name,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "A key of the shop."}},
        },
    }


def _operation(one: Endpoint, path: str, shapes: Shapes, keyed: bool, apps: Mapping[str, str]) -> Schema:
    found: Schema = {
        "operationId": f"{one.method.lower()}{re.sub('[^a-z0-9]+', '_', path.lower()).rstrip('_')}",
        "tags": [one.tag],
        "summary": one.about if one.about.endswith((".", "?")) else f"{one.about}.",
        "parameters": _parameters(one, path, shapes, apps),
    }
    body = _body(one, shapes)
    if body is not None:
        found["requestBody"] = {"required": True, "content": body}
    found["responses"] = {str(status): _answer(one, status, shapes) for status in statuses(one)}
    if one.scope:
        found["description"] = f"Needs a key with the scope `{one.scope}`."
        found["security"] = [{"key": []}] if keyed else [{"key": []}, {}]
        found["x-scope"] = one.scope
    return found


def _parameters(one: Endpoint, path: str, shapes: Shapes, apps: Mapping[str, str]) -> list[Schema]:
    found = [_parameter(name, "path", {"type": "string", "minLength": 1}, True, apps) for name in _PLACE.findall(path)]
    if one.query is not None:
        needed = shapes.needed(one.query)
        for name, schema in shapes.fields(one.query).items():
            found.append(_parameter(name, "query", plain(schema), name in needed, apps))
    return found


def _parameter(name: str, where: str, schema: Schema, needed: bool, apps: Mapping[str, str]) -> Schema:
    said = {word: value for word, value in schema.items() if word != "description"}
    found: Schema = {"name": name, "in": where, "required": needed, "schema": said}
    text = schema.get("description") or about(name)
    if text:
        found["description"] = text
    if name == "app" and apps:
        said["examples"] = [next(iter(apps))]
    elif name != "id" and name in WORDS and WORDS[name].example is not None and "examples" not in said:
        said["examples"] = [WORDS[name].example]
    return found


def _body(one: Endpoint, shapes: Shapes) -> Schema | None:
    if one.takes is None:
        return bodies.content(one.path)
    schema = shapes.of(one.takes)
    return {JSON: {"schema": schema, "example": shapes.example(schema)}}


def _answer(one: Endpoint, status: int, shapes: Shapes) -> Schema:
    if status != 200 and not (one.gives is None and status == 503):
        content = {JSON: {"schema": shapes.of(Fault)}}
    elif one.gives is None:
        content = {one.form: {"schema": {"type": "string"}}}
    else:
        content = {JSON: {"schema": shapes.of(one.gives)}}
    return {"description": status_about(status), "headers": headers(status), "content": content}
