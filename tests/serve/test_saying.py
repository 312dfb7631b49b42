"""What programs say, for people."""

from __future__ import annotations

import json

import pytest

from evercart.serve.saying import parsed, readable, tagged


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Serving my-shop at http://127.0.0.1:8321", "Serving my-shop at http://127.0.0.1:8321"),
        ("{not JSON", "{not JSON"),
        ("{}", ""),
        ('{"what": "pulse", "behind": 0}', None),
        ('{"level": "INFO", "message": "hello"}', None),
        ('{"level": "ERROR", "message": "a fault", "id": ""}', "level ERROR, message a fault"),
        (
            '{"time": "2026", "level": "error", "text": "request 1", "fault": {"type": "KeyError"}}',
            "error: request 1 (KeyError)",
        ),
        ('{"route": "/v1/events", "status": 503}', "route /v1/events, status 503"),
        ('{"route": "/v1/events", "status": 429}', None),
        ('{"route": "/readyz", "status": 503}', None),
        ('{"what": "gate", "text": "spend: refused"}', "gate: spend: refused"),
    ],
)
def test_people_read_what_is_new(line: str, said: str | None) -> None:
    assert readable(line) == said


@pytest.mark.parametrize("line", ["", "[1]", "5", '"text"', "{", '{"a": 1}{'])
def test_only_an_object_is_an_object(line: str) -> None:
    assert parsed(line) is None
    assert json.loads(tagged("learn", line)) == {"process": "learn", "message": line}
