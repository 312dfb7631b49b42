"""Local: a pretrained transformer in a Hugging Face folder of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected, require
from evercart.features.encoders.extra import alone, needed
from evercart.features.encoders.files import checked, sha256_of
from evercart.features.encoders.pretrained import Marks
from evercart.features.encoders.transformers import another, cut, mixed, tokenizer

_FILES: Final = ("config.json", "model.safetensors", "tokenizer.json")
_PLAIN: Final = {"pad": ("[PAD]", "<pad>"), "mask": ("[MASK]", "<mask>")}
_OTHERS: Final = ("[CLS]", "[SEP]", "[UNK]", "<s>", "</s>", "<unk>")


@dataclass(frozen=True)
class Local:
    """An encoder in a folder with `config.json`, `model.safetensors`, `tokenizer.json`; `local` makes one.

    sha256    of those three files, in this order
    width     the numbers of a token's state
    path      where they lie: what decides a vector is in the files, so this is no part of the name
    most      tokens of a text that are read
    prefix    what stands before each text

    Read with transformers, from safetensors only; no code of the folder is run, nothing is fetched.
    """

    sha256: tuple[str, str, str]
    width: int
    path: str
    most: int = 128
    prefix: str = ""

    def __post_init__(self) -> None:
        require(self.most >= 8, "local.most", "at least 8", self.most)

    @property
    def name(self) -> str:
        """Return the name of its content."""
        return f"local-{self.fingerprint[:8]}"

    @property
    def fingerprint(self) -> str:
        """Return the hash of weights, tokens, settings."""
        return mixed("local", *self.sha256, self.most, self.prefix)

    @property
    def vocabulary(self) -> int:
        """Return how many tokens there are."""
        return int(_tokens(self).get_vocab_size())

    @property
    def marks(self) -> Marks:
        """Return the tokens that stand for no piece of a text; without a mask, masks are the pad."""
        known = _tokens(self)
        ids = {kind: [known.token_to_id(name) for name in names] for kind, names in (*_PLAIN.items(), ("x", _OTHERS))}
        plain = {kind: [one for one in found if one is not None] for kind, found in ids.items()}
        pad = plain["pad"][0] if plain["pad"] else 0
        return Marks(pad, plain["mask"][0] if plain["mask"] else pad, tuple(plain["x"]))

    def tokens(self, texts: Sequence[str]) -> list[NDArray[np.int64]]:
        """Return each text's tokens, (tokens,)."""
        return cut(_tokens(self), texts, self.prefix, self.most)

    def module(self) -> Any:
        """Return a module over the shared weights."""
        needed("torch")
        return another(_shared(_checked(self), self.sha256[1]))


def local(path: str | Path, most: int = 128, prefix: str = "") -> Local:
    """Return the encoder in a folder, named by what its files hold now.

    >>> local("nowhere")
    Traceback (most recent call last):
    ...
    evercart.errors.UserError: encoder folder nowhere: expected a file config.json, got 'no such file'
    """
    folder = Path(path)
    for name in _FILES:
        if not (folder / name).is_file():
            raise UserError(expected(f"encoder folder {path}", f"a file {name}", "no such file"))
    made = needed("transformers").AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
    hashes = [sha256_of(folder / name) for name in _FILES]
    return Local((hashes[0], hashes[1], hashes[2]), int(made.hidden_size), str(folder), most, prefix)


def _checked(one: Local) -> Path:
    folder = Path(one.path)
    for name, known in zip(_FILES, one.sha256, strict=True):
        if not (folder / name).is_file():
            raise UserError(expected(f"encoder folder {folder}", f"a file {name}", "no such file"))
        checked(folder / name, known, f"encoder file {folder / name}")
    return folder


def _tokens(one: Local) -> Any:
    needed("tokenizers")
    return tokenizer(_checked(one) / _FILES[2], one.sha256[2])


@lru_cache(2)
def _shared(path: Path, sha256: str) -> Any:
    made = needed("transformers")
    with alone() as torch:
        return made.AutoModel.from_pretrained(
            path,
            local_files_only=True,
            trust_remote_code=False,
            use_safetensors=True,
            attn_implementation="eager",
            dtype=torch.float32,
        ).eval()
