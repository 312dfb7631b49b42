"""Classify: a message has come; which label will it be given, or is it of a kind never seen?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evercart.app import App
from evercart.asks.messages import Messages
from evercart.errors import require
from evercart.evaluate.losses import named_loss
from evercart.features.encoders import Encoder
from evercart.features.encoders.texted import Texted, full_name, joined
from evercart.gate.no_measure_worse import NoMeasureWorse
from evercart.gate.rules import Answers, Better, EnoughLabels, FastEnough, Fresh, NoSliceWorse, Rule
from evercart.labels.named import Named
from evercart.publish.guard import Fast, Finite
from evercart.remember.by_label import ByLabel
from evercart.remember.centres import Centres
from evercart.remember.growing import Growing
from evercart.remember.open_set import OpenSet
from evercart.units import DAY_S

_GUESS_US: Final = 20_000  # most that a guess may take: far less than its text takes to be encoded
_KEPT: Final = 512  # messages whose vectors are kept, by which strange ones are told
_GATE: Final[tuple[Rule, ...]] = (
    Answers(),
    EnoughLabels(),
    Better(),
    NoSliceWorse(),
    NoMeasureWorse(),
    Fresh(),
    FastEnough(_GUESS_US),
)  # not whether chances are calibrated: of a label only the chance of what came is kept


@dataclass(frozen=True)
class Parts:
    """What turns texts into vectors, what learns from these."""

    encoder: Encoder
    learner: OpenSet


def parts(
    texts: str = "auto", features: int = 4096, width: float = 1.0, ridge: float = 0.03, alarms: float = 0.05
) -> Parts:
    """Return what tells texts apart; labels are open, a new one may come with any message.

    texts       an encoder by name, joined with words, pairs, letters; "auto" takes the multilingual sentence encoder
                where it is installed; "ngrams" has the words, pairs, letters alone
    features    of the kernel
    width       of the kernel
    ridge       what is added to the curvature
    alarms      the share of messages of known labels that may be called unknown

    No network is trained, no torch needed. The vectors of 4,096 messages are kept, by which strange ones are told: see
    `OpenSet`. Settings were chosen on a part of the training rows of BANKING77.

    >>> parts("ngrams", features=64).encoder.name
    'terms-1536*1'
    """
    encoder = joined(texts)
    return Parts(encoder, OpenSet(Growing(encoder.width, features, width, ridge), alarms))


def classify(
    texts: str = "auto",
    features: int = 1024,
    alarms: float = 0.05,
    labels: int = 1_000,
    window_s: float = 7 * DAY_S,
    waiting: int = 4096,
    zone: str = "UTC",
) -> App:
    """Return the app: after each message, which label it will be given.

    texts       see `parts`
    features    of the kernel: a quarter of what `parts` has, since the weights that answer are published each second
    alarms      the share of messages of known labels that may be called unknown
    labels      that are told apart, at most; one that comes when there are so many is never guessed
    window_s    how long a label is waited for; a message that got none by then is left out
    waiting     messages that are waited for at once, at most: of more the oldest are left out

    The challenger knows of each label the mean of its messages: what the ridge is worth is seen in the race. See
    `docs/decisions/0019-classify.md`.

    >>> classify("ngrams", features=64).subject
    'text'
    """
    require(labels >= 1 and labels == int(labels), "classify.labels", "a whole number of at least 1", labels)
    for name, value in (("features", features), ("waiting", waiting)):
        require(value == int(value), f"classify.{name}", "a whole number", value)
    table = Texted(full_name(texts))
    inputs, most = table.encoder.width, int(labels) + 1
    ridge = Growing(inputs, int(features), width=1.0, ridge=0.03, most=most)
    return App(
        name="classify",
        about="a message has come: which label will it be given?",
        asks=Messages(),
        answers=(),
        window_s=window_s,
        late_s=0.0,
        tables=(table,),
        named=Named(window_s=window_s, most=int(waiting)),
        champion=ByLabel(OpenSet(ridge, alarms, kept=_KEPT)),
        challengers=(("centres", ByLabel(OpenSet(Centres(inputs, most), alarms, kept=0))),),
        loss=named_loss,
        unit="chance",
        time_zone=zone,
        gate=_GATE,
        guards=(Finite(), Fast(_GUESS_US)),
    )
