"""Backtest: messages of a table classified in their order, each before its label is learned."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evercart.apps.classify import Parts
from evercart.chance import uniform
from evercart.classifying.learned import UNTOLD, encoded, learned, never_seen, numbered, ticks
from evercart.classifying.reading import Messages, messages, told
from evercart.evaluate.classified import Classified, Flags
from evercart.evaluate.plain_labels import last, linear, majority
from evercart.remember.open_set import NONE, Said

APP: Final = "classify"
_WITHHELD: Final = 0.25  # of the labels, in the run whose strangers are many
_LEAST: Final = 4  # labels, of which one can be withheld
Told = Callable[[str, float | None], None]  # which step, which part of it is done


def backtest(
    data: Path,
    mapping: Path,
    app: Parts,
    now_us: int,
    cpu_s: Callable[[], float],
    step: Told = lambda name, part: None,
) -> Classified:
    """Classify a table's messages one after the other, test then train, beside plain learners.

    data       a CSV, Parquet or JSON Lines file
    mapping    a map whose columns name `text`, `label`; see `reading.told`
    """
    step("read the messages", None)
    return classified(messages(data, told(mapping), now_us), app, cpu_s, step)


def classified(
    found: Messages, app: Parts, cpu_s: Callable[[], float], step: Told = lambda name, part: None
) -> Classified:
    """Classify messages one after the other.

    Strangers are few where labels come early. So a second run never tells a quarter of the labels, drawn by chance:
    all their messages after the first quarter are of labels never seen.
    """
    known_as = numbered(found)
    label, names = known_as.label, known_as.names
    every, spent, guesses = ticks(len(label)), dict[str, float](), dict[str, NDArray[np.int64]]()
    began_s = cpu_s()
    x = encoded(app.encoder, found.texts, lambda part: step("encode the texts", part))
    spent["encode"], began_s = cpu_s() - began_s, cpu_s()
    step("guess, learn", None)
    _, said = learned(app.learner, x, label, every)
    spent[APP], guesses[APP] = cpu_s() - began_s, said.label
    plain: dict[str, Callable[[], NDArray[np.int64]]] = {
        "majority": lambda: majority(label),
        "last label": lambda: last(label),
        "linear": lambda: linear(found.texts, label),
    }
    for name, guess in plain.items():
        step(f"guess, learn: {name}", None)
        began_s = cpu_s()
        guesses[name] = guess()
        spent[name] = cpu_s() - began_s
    step("guess, learn: labels withheld", None)
    new = never_seen(label, every)
    known = (label > NONE) & ~new
    flags = {"never_seen": _flags(said, known, new)}
    if (label == NONE).any():
        flags["out_of_scope"] = _flags(said, known, label == NONE)
    if len(names) > _LEAST:
        flags["withheld"] = _withheld(app, x, label, len(names), every)
    about = {"messages": len(label), "refused": found.refused, "order": found.order, "tick": every}
    about |= {"encoder": app.encoder.name, "out_of_scope": int((label == NONE).sum())}
    about["unlabelled"] = int((label == UNTOLD).sum())
    return Classified(names, label, guesses, said.chance, flags, spent, about)


def _flags(said: Said, known: NDArray[np.bool_], strange: NDArray[np.bool_]) -> Flags:
    return Flags(said.unknown, said.odd, known, strange)


def _withheld(app: Parts, x: NDArray[np.float32], label: NDArray[np.int64], labels: int, every: int) -> Flags:
    """Return what is flagged where some labels are never told."""
    order = np.argsort(uniform(1, np.arange(1, labels), "classify/withheld"), kind="stable") + 1
    away = np.isin(label, order[: max(int(_WITHHELD * (labels - 1)), 1)])
    told = np.where(away, UNTOLD, label)
    _, said = learned(app.learner, x, told, every)
    later = np.arange(len(label)) >= len(label) // 4
    return _flags(said, (told > NONE) & ~never_seen(told, every) & later, away & later)
