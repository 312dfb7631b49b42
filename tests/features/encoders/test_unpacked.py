"""4-bit weights become a BERT's."""

import struct

import numpy as np
import pytest

from evercart.errors import UserError
from evercart.features.encoders.unpacked import unpacked


def block(weights, scale):
    """Pack 32 weights: first 16 in the low halves of the bytes, the others in the high ones."""
    ints = np.round(np.array(weights) / scale).astype(int) + 8
    return struct.pack("<e", scale) + bytes(
        int(low | high << 4) for low, high in zip(ints[:16], ints[16:], strict=True)
    )


def written(tensors, sizes=(32, 1, 2, 64, 3, 8, 2)):
    head = b"E5S1" + struct.pack("<i7ifi", 1, *sizes, 1e-12, 32)
    head += struct.pack("<5iQ", 2, 0, 2, 1, 3, 5) + b"\0" * (3 * 4 + 2 * 4) + b"ab cd"
    head += struct.pack("<iI", 0, 0) + struct.pack("<i", len(tensors))
    start = len(head) + sum(2 + len(name) + 21 for name, *_ in tensors)
    listed, bodies = b"", b""
    for name, packed, count, body in tensors:
        place = start + len(bodies)
        listed += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", packed, count, place, len(body))
        bodies += body
    return head + listed + bodies


def test_blocks_become_floats_under_their_names(tmp_path):
    row = np.linspace(-8, 7, 32).round() * 0.5
    (tmp_path / "a.bin").write_bytes(
        written(
            [
                ("emb.word", 1, 96, block(row, 0.5) + block(-row * 0, 1.0) + block(row * 2, 1.0)),
                ("l0.fo.w", 1, 64, block(row, 0.5) * 2),
                ("l0.aln.w", 0, 32, np.arange(32, dtype="<f4").tobytes()),
            ]
        )
    )
    config, weights = unpacked(tmp_path / "a.bin")
    assert (config["hidden_size"], config["num_attention_heads"], config["vocab_size"]) == (32, 2, 3)
    words = weights["embeddings.word_embeddings.weight"]
    np.testing.assert_array_equal(words, np.stack([row, row * 0, row * 2]).astype("f4"))
    assert weights["encoder.layer.0.output.dense.weight"].shape == (1, 64)
    np.testing.assert_array_equal(weights["encoder.layer.0.attention.output.LayerNorm.weight"], np.arange(32))
    assert all(one.flags.writeable for one in weights.values())


def test_another_kind_of_file(tmp_path):
    (tmp_path / "a.bin").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(UserError) as caught:
        unpacked(tmp_path / "a.bin")
    assert str(caught.value) == "encoder file a.bin: expected a file that begins with E5S1, got b'GGUF'"
