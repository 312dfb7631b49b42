"""Who asks."""

from __future__ import annotations

from evercart.serve.caller import LOCAL, NOBODY, SCOPES


def test_where_there_are_no_keys_everybody_may_do_all():
    assert LOCAL.scopes == set(SCOPES)
    assert (LOCAL.name, LOCAL.key) == ("local", "")


def test_nobody_may_do_nothing():
    assert not NOBODY.scopes
    assert NOBODY.name == ""
