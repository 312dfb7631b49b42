"""An own torch module is a learner once a frozen dataclass builds it."""

import importlib.util
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pytest

from evercart.features.columns import Column
from evercart.learners.deep.deep import Deep
from evercart.learners.deep.heads import Squared
from evercart.testing import Turned, check_fold
from evercart.testing.turned import COLUMNS

torch = pytest.importorskip("torch")


@dataclass(frozen=True)
class Normed:
    """A network with buffers, chance, odd sides."""

    units: int = 5
    block: ClassVar[int] = 1

    def module(self, inputs, outputs):
        nn = torch.nn
        layers = nn.Linear(inputs, self.units), nn.BatchNorm1d(self.units), nn.Tanh(), nn.Dropout(0.3)
        return nn.Sequential(*layers, nn.Linear(self.units, outputs))


@dataclass(frozen=True)
class Nothing:
    block: ClassVar[int] = 1

    def module(self, inputs, outputs):
        return torch.nn.Flatten()


def test_an_own_module_keeps_the_laws():
    learner = Deep(COLUMNS, Normed(), Squared(), batch=6)
    check_fold(lambda _: learner, Turned(labels="sum"), laws=("resume", "batching", "honesty"), examples=5)


def test_buffers_are_part_of_the_state():
    learner = Deep((Column("a"),), Normed())
    assert [part.shape for part in learner.start().buffers] == [(5,), (5,), (1,)]


def test_a_module_that_learns_nothing_is_refused():
    with pytest.raises(Exception, match=r"^network\.module: expected at least one parameter, got 'none'$"):
        Deep((Column("a"),), Nothing()).start()


def script(name):
    path = Path(__file__).parents[3] / "examples" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    example = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(example)
    return path, example


def test_the_example_of_an_own_network_learns_in_thirty_lines(capsys):
    path, example = script("own_network")
    example.main()
    assert float(capsys.readouterr().out.split(", ")[1].split()[0]) > 0.8
    learner = Deep(COLUMNS, example.Reading(), Squared(), batch=6)
    check_fold(lambda _: learner, Turned(labels="sum"), laws=("resume", "batching", "honesty"), examples=3)
    own = path.read_text().split("class Reader", 1)[1].split("def main", 1)[0].splitlines()
    assert sum(bool(line.strip()) for line in own) <= 30


@pytest.mark.skipif(not importlib.util.find_spec("keras"), reason="no keras: pip install 'evercart[keras]'")
def test_the_example_of_a_keras_model_learns_in_thirty_lines(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_BACKEND", "torch")  # put back at the end; the example sets it too
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    path, example = script("keras_model")
    example.main()
    assert float(capsys.readouterr().out.split(", ")[1].split()[0]) > 0.9
    learner = Deep(COLUMNS, example.Keras(), Squared(), batch=6)
    again = Deep(COLUMNS, example.Keras(), Squared(), batch=6)
    assert learner.start().weights.tobytes() == again.start().weights.tobytes()
    assert learner.layout.names == again.layout.names
    assert learner.start().weights.tobytes() != replace(learner, seed=2).start().weights.tobytes()
    check_fold(lambda _: replace(learner), Turned(labels="sum"), laws=("resume", "batching", "honesty"), examples=2)
    own = path.read_text().split("import os", 1)[1].split("def main", 1)[0].splitlines()
    assert sum(bool(line.strip()) for line in own) <= 30
