"""Hashing: bit for bit XXH64, keyed, with null kept apart from every name."""

import numpy as np
import pyarrow as pa
import pytest
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from evercart.hashing import U64, hash_bytes, hash_name, hash_strings, mix, mix_columns

KEYS = st.integers(0, 2**64 - 1)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=100), st.binary(max_size=9), KEYS)
def test_any_bytes_anywhere_hash_as_xxh64(name, before, key):
    """Sizes cross every branch: below 4, 8, 32; near the start of the buffer, where no whole word precedes."""
    data = np.frombuffer(before + name, np.uint8)
    found = hash_bytes(data, len(before), len(data), U64(key))
    assert int(found) == xxhash.xxh64_intdigest(name, key)


@pytest.mark.parametrize("size", range(70))
def test_every_size(size):
    name = "".join(chr(97 + i % 26) for i in range(size))
    assert hash_name(name, 11) == xxhash.xxh64_intdigest(name.encode(), 11)


@settings(deadline=None)
@given(st.lists(st.none() | st.text(max_size=12)), KEYS, st.data())
def test_a_column_hashes_name_by_name(names, key, data):
    at = data.draw(st.integers(0, len(names)))
    expected = [0 if name is None else hash_name(name, key) for name in names]
    plain = pa.array(names, pa.string())
    assert hash_strings(plain, key).tolist() == expected
    assert hash_strings(plain[at:], key).tolist() == expected[at:]
    assert hash_strings(plain.cast(pa.large_string()), key).tolist() == expected
    assert hash_strings(plain.dictionary_encode(), key).tolist() == expected
    assert hash_strings(pa.chunked_array([plain[:at], plain[at:]]), key).tolist() == expected


def test_a_column_without_a_name():
    assert hash_strings(pa.nulls(3), 1).tolist() == [0, 0, 0]
    assert hash_strings(pa.array([], pa.string()), 1).tolist() == []
    assert hash_strings(pa.chunked_array([], pa.string()), 1).tolist() == []


def test_pairs_are_ordered_and_a_missing_half_is_missing():
    a, b = hash_strings(pa.array(["x", "y", None]), 3), hash_strings(pa.array(["y", "x", "x"]), 3)
    both = mix_columns(a, b)
    assert both[0] != both[1] and both[2] == 0
    assert int(both[0]) == mix(a[0], b[0])


def test_keys_change_every_hash():
    names = pa.array([f"household-{i}" for i in range(2000)])
    assert not np.any(hash_strings(names, 1) == hash_strings(names, 2))
    assert len(np.unique(hash_strings(names, 1))) == 2000
