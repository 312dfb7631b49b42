"""The whole shop in one look."""

from __future__ import annotations


def test_it_opens(empty) -> None:
    assert empty.get("/").status_code == 200
