"""A transformer's states, pooled."""

from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from evercart.features.encoders.pooled import Pooled

torch = pytest.importorskip("torch", reason="needs the extra deep")


@dataclass(frozen=True)
class Plain:
    """A base whose states are the tokens themselves."""

    name = "plain"
    fingerprint = "00"
    width = 2

    def tokens(self, texts):
        return [np.array([ord(letter) for letter in text], np.int64) for text in texts]

    def module(self):
        return lambda input_ids, attention_mask: SimpleNamespace(
            last_hidden_state=torch.stack([input_ids.float(), attention_mask.float()], 2)
        )


def test_the_mean_state_of_length_1_zeros_for_nothing():
    pooled = Pooled(Plain())
    found = pooled(["ac", "", "b"])
    assert (pooled.name, pooled.fingerprint, pooled.width, found.dtype) == ("plain", "00", 2, np.float32)
    expected = np.array([98.0, 1.0]) / np.hypot(98, 1)
    np.testing.assert_allclose(found, [expected, [0, 0], expected], rtol=1e-6)
    assert pooled([]).shape == (0, 2) and not pooled([""]).any()
