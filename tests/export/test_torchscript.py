"""A traced module says what the learner says."""

import io
import zipfile

import numpy as np
import torch

from evercart.export.torchscript import packed_script, traced


def test_the_same_margins(one):
    x = np.random.default_rng(2).normal(size=(100, 6)).astype(np.float32)
    with torch.no_grad():
        said = traced(one)(torch.from_numpy(x)).numpy()
    np.testing.assert_allclose(said, one.deep.margins(one.trained, x), atol=1e-5)


def test_the_container_holds_the_code(one):
    with zipfile.ZipFile(io.BytesIO(packed_script(traced(one)))) as held:
        assert any(name.endswith(".py") for name in held.namelist())
