"""Names of decisions."""

from __future__ import annotations

from evercart.serve.ids import Ids


def test_names_differ_across_draws():
    ids = Ids()
    found = [ids() for _ in range(1_000)]
    assert len(set(found)) == 1_000
    assert all(len(name) == 32 and int(name, 16) >= 0 for name in found)
