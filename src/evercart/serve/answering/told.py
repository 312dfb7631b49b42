"""Told: answers as they go over the wire, as they stand in the log."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import msgspec

from evercart.asks.weave import DECISION
from evercart.deciding import Weights
from evercart.recommender import Answer, Answered
from evercart.serve.answering.live import Fresh
from evercart.serve.wire import Listed, Reason, Shown


def listed(name: str, app: str, answer: Answer, live: Fresh | None, fallback: str) -> Listed:
    """Return a list as it goes over the wire, not confirmed yet; what stands in for a model names none."""
    weights = live.weights if live and not fallback else Weights(None, None, "", "")
    chance = math.prod(one.chance for one in answer)
    items = [shown(one) for one in answer]
    return Listed(
        name,
        app,
        items,
        weights.model,
        weights.revision,
        chance,
        answer.offset,
        False,
        fallback,
        answer.empty,
        answer.removed,
        weights.form,
    )


def shown(one: Answered) -> Shown:
    """Return an item as it goes over the wire."""
    return Shown(one.item, one.score, one.place, one.chance, [Reason(why.text, why.fall, why.kind) for why in one.why])


def row(said: Listed, keys: Mapping[str, str], us: int) -> dict[str, Any]:
    """Return the row of the log that a list is to become: what was shown, with which chances.

    us    when it was asked
    """
    body = {"shown": said.items, "removed": said.removed, "fallback": said.fallback}
    body |= {"form": said.form} if said.form else {}
    return {
        "id": said.decision,
        "event_us": us,
        "kind": DECISION,
        "app": said.app,
        **keys,
        "model": said.model or None,
        "revision": said.revision or None,
        "chance": said.chance,
        "feature_offset": max(said.offset, 0),
        "properties": msgspec.json.encode(body).decode(),
    }
