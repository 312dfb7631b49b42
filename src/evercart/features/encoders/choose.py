"""Choosing: the encoder that a name stands for."""

from __future__ import annotations

from evercart.errors import UserError, expected
from evercart.features.encoders.encoder import Cached
from evercart.features.encoders.ngrams import HashedNgrams
from evercart.features.encoders.sentences import Sentences, folder


def encoder(name: str = "auto") -> Cached:
    """Return an encoder, which remembers its last texts.

    name    "auto": the multilingual sentence encoder where it is installed, else n-grams; or a kind, "sentences" or
            "ngrams"; or the full name of one, as `Encoder.name` says it

    >>> encoder("ngrams").name
    'ngrams-256'
    """
    if name == "auto":
        return Cached(Sentences() if folder() is not None else HashedNgrams())
    for known in (Sentences(), HashedNgrams()):
        if name in (known.name, known.name.split("-")[0]):
            return Cached(known)
    rule = f"one of auto sentences ngrams {Sentences().name} {HashedNgrams().name}"
    raise UserError(expected("encoder", rule, name))
