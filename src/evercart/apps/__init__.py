"""The questions a shop asks, one file each."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from evercart.apps.behaviour import behaviour
from evercart.apps.classify import classify
from evercart.apps.fraud import fraud
from evercart.apps.profile import profile
from evercart.apps.recommend import recommend
from evercart.apps.repurchase import repurchase
from evercart.apps.spend import spend
from evercart.errors import UserError, expected, require

if TYPE_CHECKING:
    from evercart.app import App

APPS: Final[dict[str, Callable[..., App]]] = {
    "repurchase": repurchase,
    "spend": spend,
    "recommend": recommend,
    "profile": profile,
    "behaviour": behaviour,
    "fraud": fraud,
    "classify": classify,
}


_KINDS: Final[dict[type, tuple[tuple[type, ...], str]]] = {
    str: ((str,), "text"),
    bool: ((bool,), "true or false"),
    type(None): ((dict,), "a table"),
}


def app(name: str, options: Mapping[str, Any] | None = None, zone: str = "UTC") -> App:
    """Return an app by its name, built with options of its own; `zone` is that option where it has none.

    >>> app("spend", {"most": 300.0}).answers[0].most
    300.0
    """
    options = options or {}
    if name not in APPS:
        raise UserError(expected("app", "one of " + " ".join(APPS), name))
    known = inspect.signature(APPS[name]).parameters
    for option, value in options.items():
        if option not in known:
            raise UserError(expected(f"option of {name}", "one of " + " ".join(known), option))
        wanted, plain = _KINDS.get(type(known[option].default), ((int, float), "a number"))
        right = isinstance(value, wanted) and isinstance(value, bool) == (bool in wanted)
        require(right, f"{name}.{option}", plain, value)
    return APPS[name](**({"zone": zone} if "zone" in known else {}) | dict(options))
