"""A message stream in two languages whose intents grow: each text is guessed, then its label is learned.

Run it as it stands: nothing beside the package is needed. With the extra `text` the sentence encoder lets what was
learned in one language help in the other.
"""

from __future__ import annotations

from evercart.apps.classify import parts
from evercart.classifying.learned import turned
from evercart.remember.open_set import OpenSet, Said

THINGS = {"en": ("parcel", "order", "lamp", "coat"), "zh": ("包裹", "订单", "台灯", "外套")}
INTENTS = {  # in the order in which they first appear
    "where is it": {"en": ("where is my {}", "has the {} been sent yet"), "zh": ("我的{}在哪里", "{}发货了吗")},
    "send it back": {"en": ("I want to return the {}", "please take the {} back"), "zh": ("我要退{}", "{}想退货")},
    "it is broken": {"en": ("the {} arrived broken", "my {} does not work"), "zh": ("{}坏了", "收到的{}不能用")},
    "invoice": {"en": ("send me an invoice for the {}", "I need a bill for my {}"), "zh": ("{}要开发票", "请给{}开票")},
}


def stream() -> list[tuple[str, str]]:
    """Return texts with their intents: a new one joins every 32 messages, in both languages."""
    told = []
    for stage in range(1, len(INTENTS) + 1):
        for turn in range(32):
            intent = list(INTENTS)[(turn + stage - 1) % stage]
            language = ("en", "zh")[turn // 2 % 2]
            thing = THINGS[language][(turn // 4 + stage) % 4]
            told.append((INTENTS[intent][language][turn % 2].format(thing), intent))
    return told


def run(texts: str = "auto", features: int = 512) -> list[tuple[str, str, str, bool]]:
    """Return each text, its intent, the intent that was guessed before it was told, whether it was called unknown."""
    app = parts(texts, features=features)
    learner: OpenSet = app.learner
    names, state, out = ["none"], learner.start(), []
    for place, (text, intent) in enumerate(stream()):
        x = app.encoder([text])
        said: Said = learner.guessed(state, x)
        out.append((text, intent, names[int(said.label[0])], bool(said.unknown[0])))
        if intent not in names:
            names.append(intent)
        state, _ = learner.step(state, turned(x, said.label * 0 + names.index(intent), place, 1))
    return out


if __name__ == "__main__":
    found = run()
    for first in range(0, len(found), 32):
        some = found[first : first + 32]
        right = sum(intent == guess for _, intent, guess, _ in some)
        new = next(row for row in some if row[1] == some[0][1])
        print(f"messages {first + 1} to {first + 32}: {right} of 32 right; e.g. {new[0]!r} -> {new[2]}")
