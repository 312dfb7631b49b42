"""Learners that remember, nets among them, each with input that hurts."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from keeping import NUMBERS, Check, Tripled, of

from evercart.evaluate.nightly import Mute
from evercart.harden.harden import Harden
from evercart.harden.slopes import Fgsm
from evercart.harden.sparring import Sparring
from evercart.harden.tricks import Trick
from evercart.learners.by_tick import ByTick
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.deep_rank import DeepRank
from evercart.learners.deep.heads import Binary, Classes
from evercart.learners.deep.mlp import Mlp
from evercart.learners.deep.numbered import Numbered, numbered
from evercart.learners.linear import Linear
from evercart.remember.by_label import ByLabel
from evercart.remember.centres import Centres
from evercart.remember.dark import Dark
from evercart.remember.exemplars import Exemplars
from evercart.remember.forget import Forget
from evercart.remember.growing import Growing
from evercart.remember.lda import Lda
from evercart.remember.memories import Herded
from evercart.remember.open_set import OpenSet
from evercart.remember.remembering import Remembering
from evercart.remember.ridge import Ridge
from evercart.testing import Turned
from evercart.testing.turned import COLUMNS
from evercart.units import HOUR_S

TRICKS = (Trick("one", (COLUMNS[0].name,)), Trick("all", tuple(one.name for one in COLUMNS)))
DEEP = find_spec("torch") is not None  # without the extra none can be made, so there is nothing to check


def deep() -> list[Check]:
    return [of(Deep(COLUMNS, Mlp((16,), dropout=0.3), Binary(), batch=16), Turned())] if DEEP else []


def deep_rank() -> list[Check]:
    return [of(Tripled(DeepRank(NUMBERS, batch=4, longest=3)), Turned(NUMBERS))] if DEEP else []


def remembering() -> list[Check]:
    if not DEEP:
        return []
    cure = Dark(Exemplars(300, Herded()), draws=8, apart=True)
    return [of(Remembering(Deep(COLUMNS, Mlp((16,)), Classes(2), batch=16), cure), Turned())]


def mute() -> list[Check]:
    return [of(Mute(Deep(COLUMNS, Mlp((16,)), Binary(), batch=16)), Turned())] if DEEP else []


def hardened() -> list[Check]:
    deep = Deep(COLUMNS, Mlp((16,)), Binary(), batch=16) if DEEP else None
    return [of(Harden(deep, Fgsm(0.1)), Turned())] if deep else []


def forgetting() -> list[Check]:
    exact = ByTick(Ridge(len(COLUMNS), 2, 16))
    found = [of(Forget(exact, 40), Turned()), of(Forget(ByTick(Lda(len(COLUMNS), 2)), half_life_s=HOUR_S), Turned())]
    net = Deep(COLUMNS, Mlp((16,)), Binary(), batch=16) if DEEP else None
    return [*found, of(Forget(net, 40), Turned())] if net else found


CHECKS: dict[type[Any], list[Check]] = {
    ByLabel: [of(ByLabel(OpenSet(Centres(len(COLUMNS), most=5), window=20, kept=0)), Turned(labels="sum"))],
    Deep: deep(),
    DeepRank: deep_rank(),
    Forget: forgetting(),
    Harden: hardened(),
    Mute: mute(),
    Numbered: [of(Numbered(Linear(numbered(COLUMNS)), COLUMNS, "slot"), Turned())],
    OpenSet: [of(OpenSet(Growing(len(COLUMNS), 16), window=20, kept=8), Turned())._replace(keeps_bytes=1 << 14)],
    Remembering: remembering(),
    Sparring: [of(Sparring(Linear(COLUMNS), COLUMNS, TRICKS, after=3), Turned())],
}
