"""Encoders: texts as unit vectors, behind one call."""

from evercart.features.encoders.choose import encoder
from evercart.features.encoders.encoder import Cached, Encoder
from evercart.features.encoders.ngrams import HashedNgrams
from evercart.features.encoders.sentences import Sentences
from evercart.features.encoders.sketch import cosine, sketched
from evercart.features.encoders.texts import Texts, titled

__all__ = ["Cached", "Encoder", "HashedNgrams", "Sentences", "Texts", "cosine", "encoder", "sketched", "titled"]
