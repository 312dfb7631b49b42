"""MLflow: the report's curves as runs of an experiment, one for each racer of each app."""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib import import_module
from itertools import islice
from typing import Any, Final

from evercart.errors import UserError, expected
from evercart.trackers.curves import Curves

_WHERE: Final = "report --to mlflow"
_AT_ONCE: Final = 1000  # metrics: what a server takes in one call
_SETTINGS: Final = {  # that a user may set otherwise
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_ALLOW_FILE_STORE": "true",  # who names a folder means it
}


def write(found: Sequence[Curves], uri: str, shop: str, now_us: int) -> list[str]:
    """Log new runs to the experiment `evercart SHOP` of a tracking server; return their ids.

    uri    such as http://localhost:5000, or file:runs

    Needs the extra `mlflow`. A step is a day since the first; the timestamp is the day asked.
    """
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    try:
        mlflow, entities = import_module("mlflow"), import_module("mlflow.entities")
    except ImportError:
        rule = "the extra mlflow (pip install 'evercart[mlflow]')"
        raise UserError(expected(_WHERE, rule, "no mlflow")) from None
    try:
        client = mlflow.MlflowClient(tracking_uri=uri)
        name = f"evercart {shop}"
        experiment = client.get_experiment_by_name(name)
        number = experiment.experiment_id if experiment else client.create_experiment(name)
        return [_run(one, client, entities.Metric, number, now_us // 1000) for one in found]
    except (mlflow.exceptions.MlflowException, OSError) as error:
        rule = f"a tracking server at {uri} that takes runs"
        raise UserError(expected(_WHERE, rule, str(error).splitlines()[0])) from None


def _run(one: Curves, client: Any, metric: Any, experiment: str, now_ms: int) -> str:
    tags = {"app": one.app, "racer": one.racer}
    run = client.create_run(experiment, start_time=now_ms, tags=tags, run_name=f"{one.app} {one.racer}")
    points = one.points()
    while some := list(islice(points, _AT_ONCE)):
        client.log_batch(
            run.info.run_id, [metric(name, value, seconds * 1000, step) for name, step, seconds, value in some]
        )
    client.set_terminated(run.info.run_id, end_time=now_ms)
    return str(run.info.run_id)
