"""Events as they came over HTTP."""

from __future__ import annotations

import io
import json

import pyarrow as pa
import pytest

from evercart.serve.problem import NoSuchForm, Problem, TooLarge
from evercart.serve.sent import ARROW, JSON, LINES, raw, read
from evercart.serve.settings import Settings

VIEW = {"kind": "view", "id": "a", "event_us": 5, "item": "x"}


def arrow(**columns: object) -> bytes:
    table, sink = pa.table(columns), io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


@pytest.mark.parametrize("body", [VIEW, [VIEW], {"events": [VIEW]}])
def test_json_is_one_event_or_a_list(body):
    assert read(json.dumps(body).encode(), JSON, Settings()).rows == [(1, VIEW)]


def test_a_broken_line_is_an_event_that_is_none():
    body = b"\n".join([json.dumps(VIEW).encode(), b"", b"{broken", b"7"])
    assert read(body, LINES, Settings()).rows == [(1, VIEW), (2, "{broken"), (3, 7)]


def test_an_arrow_stream():
    sent = read(arrow(kind=["view"], item=["x"]), ARROW, Settings())
    assert (sent.events, sent.table.column_names) == (1, ["kind", "item"])


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (b"{", JSON, "body: expected JSON, got 'Input data was truncated'"),
        (b"[" * 100_000, JSON, "body: expected JSON that is nested less, got 'deeper'"),
        (b"junk", ARROW, "body: expected an Arrow stream, got 'Expected to read "),
        (arrow(kind=["view"], nope=[1]), ARROW, "body: expected one of the fields id event_us kind"),
        (arrow(kind=["view"], item=[[1]]), ARROW, "body.item: expected "),
        (b"[]", "text/plain", f"content-type: expected one of {JSON} {LINES} {ARROW}, got 'text/plain'"),
        (b"[]", "", f"content-type: expected one of {JSON} {LINES} {ARROW}, got 'none'"),
        (json.dumps([VIEW] * 3).encode(), JSON, "events: expected at most 2 a request, got '3'"),
        (
            json.dumps(VIEW | {"properties": {"a": [[[1]]]}}).encode(),
            JSON,
            "events.properties: expected JSON nested at most 3 deep, got 'deeper'",
        ),
    ],
)
def test_what_cannot_be_cut_into_events(body, kind, text):
    with pytest.raises(Exception) as error:
        read(body, kind, Settings(batch=2, depth=3))
    assert str(error.value).startswith(text)


def test_each_fault_has_its_status():
    for status, wrong in ((415, NoSuchForm), (413, TooLarge), (400, Problem)):
        assert wrong.status == status


def test_values_of_one_field_may_differ_in_type():
    rows = [{"user": "a", "quantity": 1}, {"user": 7, "quantity": "2"}, {"user": None, "value": 1}, {"value": 0.5}]
    table, refused = raw(list(enumerate(rows, 1)))
    assert not refused
    assert table["user"].to_pylist() == ["a", "7", None, None]
    assert table["quantity"].to_pylist() == ["1", "2", None, None]
    assert table["value"].to_pylist() == [None, None, 1.0, 0.5]


def test_an_integer_too_large_for_the_log_is_left_to_the_border():
    table, _ = raw([(1, {"amount": 10**30})])
    assert table["amount"].to_pylist() == ["1" + "0" * 30]


@pytest.mark.parametrize(
    ("row", "field", "rule", "value"),
    [
        (5, "event", "a JSON object", "5"),
        ({"user": {"a": 1}}, "user", "a text or a number", '{"a": 1}'),
        ({"user": True}, "user", "a text or a number", "true"),
        ({"properties": [1]}, "properties", "a JSON object", "[1]"),
    ],
)
def test_what_is_no_flat_object_is_refused_by_itself(row, field, rule, value):
    table, (refusal,) = raw([(1, VIEW), (2, row)])
    assert table.num_rows == 1
    assert (refusal.row, refusal.field, refusal.rule, refusal.value) == (2, field, rule, value)


def test_a_field_that_is_none_is_told_with_those_that_are():
    _, (refusal,) = raw([(1, VIEW | {"usr": "u"})])
    assert (refusal.field, refusal.value) == ("usr", "u")
    assert refusal.rule.startswith("one of the fields id event_us kind user")
