"""Classify: a message has come; which label will it be given, or is it of a kind never seen?"""

from __future__ import annotations

from dataclasses import dataclass

from evercart.features.encoders import Encoder, encoder
from evercart.features.encoders.grams import Grams
from evercart.features.encoders.joined import Joined
from evercart.remember.growing import Growing
from evercart.remember.open_set import OpenSet


@dataclass(frozen=True)
class Classify:
    """What turns texts into vectors, what learns from these."""

    encoder: Encoder
    learner: OpenSet


def classify(
    texts: str = "auto", features: int = 4096, width: float = 1.0, ridge: float = 0.03, alarms: float = 0.05
) -> Classify:
    """Return the app's parts: labels are open, a new one may come with any message.

    texts       an encoder by name, joined with words, pairs, letters; "auto" takes the multilingual sentence encoder
                where it is installed; "ngrams" has the words, pairs, letters alone
    features    of the kernel
    width       of the kernel
    ridge       what is added to the curvature
    alarms      the share of messages of known labels that may be called unknown

    No network is trained, no torch needed. The vectors of 4,096 messages are kept, by which strange ones are told: see
    `OpenSet`. Settings were chosen on a part of the training rows of BANKING77.

    >>> classify("ngrams", features=64).encoder.name
    'grams-1536*1'
    """
    whole = encoder(texts)
    grams = Grams()
    plain = whole.name.startswith("ngrams-")
    joined = Joined((grams,), (1.0,)) if plain else Joined((whole, grams), (1.0, 0.4))
    return Classify(joined, OpenSet(Growing(joined.width, features, width, ridge), alarms))
