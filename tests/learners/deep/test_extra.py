"""Torch is imported late; without it the text names the pip line."""

import subprocess
import sys

import pytest

from evercart.errors import UserError
from evercart.features.columns import Column
from evercart.learners.deep import extra
from evercart.learners.deep.deep import Deep


def test_without_torch_the_text_names_the_pip_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(
        UserError, match=r"^deep: expected the extra deep \(pip install 'evercart\[deep\]'\), got 'no torch'$"
    ):
        extra.torch()


def test_no_module_of_the_package_imports_torch():
    code = (
        "import sys; from evercart.testing.discovery import fold_classes; "
        "names = [one.__name__ for one in fold_classes()]; "
        "assert {'Deep', 'Remembering'} <= set(names), names; sys.exit('torch' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code]).returncode == 0


def test_calm_gives_back_threads_and_chance():
    torch = pytest.importorskip("torch")
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    threads = torch.get_num_threads()
    with extra.calm():
        extra.shuffle_chance(1, 2, "test")
        assert torch.get_num_threads() == 1
        drawn = torch.rand(1)
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.rand(1), expected)
    with extra.calm():
        extra.shuffle_chance(1, 2, "test")
        assert torch.equal(torch.rand(1), drawn)
        extra.shuffle_chance(1, 3, "test")
        assert not torch.equal(torch.rand(1), drawn)


@pytest.mark.parametrize(("name", "rule"), [("cuda", "cpu, as torch finds no GPU here"), ("tpu", "cpu or cuda")])
def test_a_device_that_is_not_there_is_refused(name, rule):
    torch = pytest.importorskip("torch")
    if name == "cuda" and torch.cuda.is_available():
        pytest.skip("there is a GPU here")
    with pytest.raises(UserError) as caught:
        Deep((Column("a"),), device=name)
    assert str(caught.value) == f"deep.device: expected {rule}, got '{name}'"
