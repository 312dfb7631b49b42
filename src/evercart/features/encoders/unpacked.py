"""Unpacking: the weights in a file of 4-bit numbers as a BERT's, by name."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evercart.errors import UserError, expected

_MAGIC: Final = b"E5S1"
_BLOCK: Final = np.dtype([("scale", "<f2"), ("pairs", "u1", (16,))])  # 32 weights
_LINEAR: Final = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "aln": "attention.output.LayerNorm",
    "oln": "output.LayerNorm",
}
_FIRST: Final = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def unpacked(path: Path) -> tuple[dict[str, Any], dict[str, NDArray[np.float32]]]:
    """Return what a BERT needs to be built, with its weights by their Hugging Face names.

    The file: magic, version, sizes, a tokenizer, a directory of tensors, then the tensors, as 32-bit floats or as
    blocks of 32 weights: a half-precision scale, then 16 bytes, byte j holding weights j, j + 16, each 8 too large.
    """
    data = memoryview(path.read_bytes())
    if bytes(data[:4]) != _MAGIC:
        raise UserError(expected(f"encoder file {path.name}", "a file that begins with E5S1", bytes(data[:4])))
    width, layers, heads, inner, words, places, kinds, tiny = struct.unpack_from("<7if", data, 8)
    config = {
        "hidden_size": width,
        "num_hidden_layers": layers,
        "num_attention_heads": heads,
        "intermediate_size": inner,
        "vocab_size": words,
        "max_position_embeddings": places,
        "type_vocab_size": kinds,
        "layer_norm_eps": tiny,
    }
    weights = {}
    for name, packed, count, start, size in _directory(data):
        body = data[start : start + size]
        flat = _floats(body) if packed else np.frombuffer(bytearray(body), "<f4")
        weights[_named(name)] = _shaped(name, flat[:count], width, inner)
    return config, weights


def _directory(data: memoryview) -> Iterator[tuple[str, int, int, int, int]]:
    """Hand out name, kind, count, place, size of each tensor; the tokenizer before them is passed over."""
    pieces, blob = struct.unpack_from("<i16xQ", data, 44)
    at = 72 + 4 * (pieces + 1) + 4 * pieces + blob
    _, size = struct.unpack_from("<iI", data, at)
    at += 8 + size
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = bytes(data[at + 2 : at + 2 + length]).decode()
        yield name, *struct.unpack_from("<BIQQ", data, at + 2 + length)
        at += 2 + length + 21


def _floats(body: memoryview) -> NDArray[np.float32]:
    blocks = np.frombuffer(body, _BLOCK)
    pairs, scale = blocks["pairs"], blocks["scale"].astype(np.float32)[:, None]
    out = np.empty((len(blocks), 32), np.float32)
    out[:, :16] = ((pairs & 15).astype(np.int8) - 8) * scale
    out[:, 16:] = ((pairs >> 4).astype(np.int8) - 8) * scale
    return out.ravel()


def _named(name: str) -> str:
    if name in _FIRST:
        return _FIRST[name]
    layer, part, kind = name.split(".")
    return f"encoder.layer.{layer[1:]}.{_LINEAR[part]}.{'weight' if kind == 'w' else 'bias'}"


def _shaped(name: str, flat: NDArray[np.float32], width: int, inner: int) -> NDArray[np.float32]:
    part, kind = [*name.split("."), ""][1:3]
    if name in ("emb.word", "emb.pos", "emb.type"):
        return flat.reshape(-1, width)
    if kind == "w" and not part.endswith("ln"):
        return flat.reshape(-1, inner if part == "fo" else width)
    return flat
