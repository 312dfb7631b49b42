"""A line has the name of its content."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from evercart.features.columns import Column
from evercart.learners.linear import Linear
from evercart.learners.optimizers import AdaGrad
from evercart.publish.model import Model, Origin, parameters

Make = Callable[..., Model]


def test_equal_lines_are_one_whatever_they_are_called(line: Make) -> None:
    assert line("continual").id == line("fast").id
    assert len(line().id) == 16


def test_parameters_features_code_app_each_make_another_line(line: Make) -> None:
    model = line()
    others = [
        line(rate=0.1),
        line(app="other"),
        dataclasses.replace(model, code="1.1"),
        dataclasses.replace(model, folds=(("table user", "another"),)),
        model.anew(Origin("ab", 5)),
        model.anew(Origin("ab", 6)),
        model.anew(Origin("cd", 5)),
    ]
    assert len({one.id for one in [model, *others]}) == 8


def test_it_survives_as_text(line: Make) -> None:
    for model in (line(), line().anew(Origin("ab", 5))):
        again = Model.from_json(model.to_json())
        assert again == model
        assert again.id == model.id


def test_parameters_are_told_by_path_without_columns() -> None:
    said = parameters(Linear((Column("a"),), optimizer=AdaGrad(rate=0.25), use=("a",)))
    assert said["learner"] == "Linear"
    assert said["learner.optimizer"] == "AdaGrad"
    assert said["learner.optimizer.rate"] == "0.25"
    assert said["learner.use"] == "('a')"
    assert "learner.columns" not in said


def test_no_code_named_is_this_code() -> None:
    from evercart import __version__

    assert Model.of("spend", "a", (), {}, ()).code == __version__
