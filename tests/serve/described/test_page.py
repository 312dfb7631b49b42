"""Page: the document for people."""

from __future__ import annotations

import re

from evercart.serve.described.document import document
from evercart.serve.described.page import marked, page
from evercart.serve.endpoint import Call, Endpoint
from evercart.serve.service import Service
from evercart.serve.wire import Listed, Taken


async def _nothing(service: Service, call: Call) -> None:
    return None


TOLD = [
    Endpoint("POST", "/v1/events", "ingest", "Take events.", _nothing, gives=Taken),
    Endpoint("GET", "/v1/similar/{item}", "read", "List <b>all</b>.", _nothing, gives=Listed, tag="answers"),
]


def test_every_address_stands_there_with_its_scope_its_line_its_types() -> None:
    shown = page(document(TOLD), "http://127.0.0.1:8321")
    assert '<h3 id="post_v1_events"><span class="method">POST</span> /v1/events</h3>' in shown
    assert "Scope: <code>ingest</code>." in shown
    assert "http://127.0.0.1:8321/v1/similar/i1</pre>" in shown
    assert '<a href="#Listed">Listed</a>' in shown
    assert '<h3 id="OrderEvent">OrderEvent</h3>' in shown


def test_a_page_tells_what_is_needed() -> None:
    assert '<code>item</code> <span class="need">needed</span>' in page(document(TOLD), "http://shop")


def test_every_link_inside_leads_somewhere() -> None:
    shown = page(document(TOLD), "http://shop")
    names = set(re.findall(r' id="([^"]+)"', shown))
    links = set(re.findall(r'href="#([^"]+)"', shown))
    assert links <= names
    assert len(links) > 20


def test_nothing_comes_from_outside_or_runs() -> None:
    shown = page(document(TOLD), "http://shop")
    assert "<script" not in shown
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', shown)


def test_what_is_told_is_escaped() -> None:
    assert "List &lt;b&gt;all&lt;/b&gt;." in page(document(TOLD), "http://shop")
    assert marked("`<`") == "<code>&lt;</code>"
