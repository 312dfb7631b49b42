"""OpenAPI: the service describes itself."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from evercart import Shop
from evercart.serve.api import endpoints
from evercart.serve.service import Service
from evercart.testing.serving import served


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    with Shop.open(tmp_path_factory.mktemp("described") / "shop", create=True) as shop:
        yield shop


@pytest.fixture(scope="module")
def url(shop: Shop) -> Iterator[str]:
    with served(shop) as url:
        yield url


def test_the_document_is_valid_and_tells_every_address(shop: Shop, url: str) -> None:
    answer = httpx.get(f"{url}/openapi.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    told = answer.json()
    validate(told, cls=OpenAPIV31SpecValidator)
    known = {(one.method.lower(), one.path.replace(":path}", "}")) for one in endpoints(Service(shop))}
    assert {(method, path) for path, item in told["paths"].items() for method in item} == known
    assert {"/openapi.json", "/docs", "/healthz"} <= set(told["paths"])


def test_the_page_is_for_people(url: str) -> None:
    answer = httpx.get(f"{url}/docs")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "/openapi.json" in answer.text
