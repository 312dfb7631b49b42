"""Choosing: the encoder that a name stands for."""

from __future__ import annotations

from evercart.errors import UserError, expected
from evercart.features.encoders.e5 import E5
from evercart.features.encoders.encoder import Cached, Encoder
from evercart.features.encoders.joined import Joined
from evercart.features.encoders.local import local
from evercart.features.encoders.minilm import MiniLm
from evercart.features.encoders.ngrams import HashedNgrams
from evercart.features.encoders.pooled import Pooled
from evercart.features.encoders.sentences import Sentences, folder


def encoder(name: str = "auto") -> Cached:
    """Return an encoder, which remembers its last texts.

    name    "auto": the multilingual sentence encoder where it is installed, else n-grams; or a kind, "sentences",
            "ngrams", "e5", "minilm", "local:FOLDER"; or the full name of one, as `Encoder.name` says it; or several
            with "+" between them, whose vectors then stand side by side

    >>> encoder("ngrams").name
    'ngrams-256'
    """
    if name == "auto":
        return Cached(Sentences() if folder() is not None else HashedNgrams())
    parts = tuple(_one(part, name) for part in name.split("+"))
    return Cached(parts[0] if len(parts) == 1 else Joined(parts, (1.0,) * len(parts)))


def _one(part: str, name: str) -> Encoder:
    if part.startswith("local:"):
        return Pooled(local(part.removeprefix("local:")))
    every: tuple[Encoder, ...] = (Sentences(), HashedNgrams(), Pooled(E5()), Pooled(MiniLm()))
    for known in every:
        if part in (known.name, known.name.split("-")[0]):
            return known
    rule = f"one of auto {' '.join(each.name.split('-')[0] for each in every)} {' '.join(each.name for each in every)}"
    raise UserError(expected("encoder", rule, name))
