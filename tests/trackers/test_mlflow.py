"""What MLflow itself reads back is what the report says."""

from __future__ import annotations

from pathlib import Path

import pytest
from tracked import tracked

from evercart.errors import UserError
from evercart.trackers import mlflow as module
from evercart.trackers.curves import curves
from evercart.trackers.mlflow import write

NOW_US = 1_800_000_000_000_000


def test_without_the_extra_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(module, "import_module", missing)
    with pytest.raises(UserError) as caught:
        write(curves([tracked()]), "file:runs", "corner", NOW_US)
    rule = "the extra mlflow (pip install 'evercart[mlflow]')"
    assert str(caught.value) == f"report --to mlflow: expected {rule}, got 'no mlflow'"


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    mlflow = pytest.importorskip("mlflow")
    made, uri = curves([tracked()]), f"file:{tmp_path / 'runs'}"
    first, again = (write(made, uri, "corner", NOW_US) for _ in range(2))
    assert len({*first, *again}) == 6
    client = mlflow.MlflowClient(tracking_uri=uri)
    experiment = client.get_experiment_by_name("evercart corner")
    assert {run.info.run_id for run in client.search_runs([experiment.experiment_id])} == {*first, *again}
    for one, number in zip(made, first, strict=True):
        run = client.get_run(number)
        assert (run.data.tags["app"], run.data.tags["racer"]) == ("spend", one.racer)
        assert (run.info.run_name, run.info.status) == (f"spend {one.racer}", "FINISHED")
        assert (run.info.start_time, run.info.end_time) == (NOW_US // 1000, NOW_US // 1000)
        said = [
            (name, point.step, point.timestamp // 1000, point.value)
            for name in dict.fromkeys(name for name, *_ in one.points())
            for point in client.get_metric_history(number, name)
        ]
        assert said == list(one.points())
        assert run.data.metrics["final/cpu_s"] == one.final["cpu_s"]


def test_a_server_that_is_none() -> None:
    pytest.importorskip("mlflow")
    with pytest.raises(UserError) as caught:
        write(curves([tracked()]), "gopher://nowhere", "corner", NOW_US)
    rule = "a tracking server at gopher://nowhere that takes runs"
    assert str(caught.value).startswith(f"report --to mlflow: expected {rule}, got ")
