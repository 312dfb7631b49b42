"""What schemathesis checks beside its own: loaded by `tests/serve/test_conformance.py`."""

from __future__ import annotations

import json
from typing import Any

import schemathesis

SENDS = ("/v1/events", "/v1/outcomes")


@schemathesis.check
def every_event_is_told_of(ctx: Any, response: Any, case: Any) -> None:
    """All events of a request are either taken, or known already, or refused with a reason."""
    if case.path not in SENDS or response.status_code != 200:
        return
    body = json.loads(response.request.body)
    if isinstance(body, dict) and body.keys() == {"events"}:
        body = body["events"]
    sent = len(body) if isinstance(body, list) else 1
    said = response.json()
    assert said["accepted"] + said["duplicates"] + len(said["refused"]) == sent, said
    assert all(one["error"] for one in said["refused"]), said


@schemathesis.check
def every_answer_has_a_number(ctx: Any, response: Any, case: Any) -> None:
    """Each answer bears the number under which the log has it; each fault says it, too."""
    (number,) = response.headers["x-request-id"]
    if response.status_code >= 400 and "json" in response.headers["content-type"][0]:
        assert response.json()["request"] == number
