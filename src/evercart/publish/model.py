"""Model: a line of learning, named by the content of its code, its parameters, its features."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Self

from evercart import __version__
from evercart.features.columns import Column
from evercart.fold import config_hash, describe

Pairs = tuple[tuple[str, str], ...]


class Origin(NamedTuple):
    """Where a line began that did not begin with the log.

    revision    address of the older revision that it goes on from
    us          when that was decided, log time: going back twice to one revision makes two lines
    """

    revision: str
    us: int


@dataclass(frozen=True)
class Model:
    """What learns; two that are equal but for `name` learn alike, so they are one.

    name          among the racers of its app, what people type
    code          version of the code
    learner       fingerprint of the learner's configuration
    folds         fingerprints of the tables that feed it (with whatever else does), by name
    parameters    of the learner, by path, as text
    columns       of X, by name
    """

    app: str
    name: str
    code: str
    learner: str
    folds: Pairs
    parameters: Pairs
    columns: tuple[str, ...]
    origin: Origin | None = None

    @classmethod
    def of(
        cls, app: str, name: str, learner: Any, folds: Mapping[str, Any], columns: Iterable[Column], code: str = ""
    ) -> Self:
        """Return the line of a learner that these folds feed, begun with the log.

        >>> from evercart.learners.mean import Mean
        >>> Model.of("spend", "mean", Mean(), {}, ()).parameters[0]
        ('learner', 'Mean')
        """
        fed = tuple((key, config_hash(folds[key])) for key in sorted(folds))
        said = tuple(parameters(learner).items())
        return cls(
            app, name, code or __version__, config_hash(learner), fed, said, tuple(column.name for column in columns)
        )

    @cached_property
    def id(self) -> str:
        """Return its name by content, 16 hexadecimal digits."""
        return config_hash((self.app, self.code, self.learner, self.folds, tuple(self.origin or ())))

    def anew(self, origin: Origin) -> Model:
        """Return the line that goes on from an older revision of this one."""
        return dataclasses.replace(self, origin=origin)

    def to_json(self) -> str:
        """Return it as text."""
        return json.dumps(dataclasses.asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` wrote."""
        said = json.loads(text)
        for name in ("folds", "parameters"):
            said[name] = tuple((key, value) for key, value in said[name])
        origin = said.pop("origin")
        return cls(**said | {"columns": tuple(said["columns"])}, origin=Origin(*origin) if origin else None)


def parameters(config: Any, where: str = "learner") -> dict[str, str]:
    """Return what a learner was made with, by path; what its columns mean is left to the tables.

    >>> from evercart.learners.optimizers import AdaGrad
    >>> parameters(AdaGrad(rate=0.5))["learner.rate"]
    '0.5'
    """
    if not dataclasses.is_dataclass(config):
        return {where: describe(config)}
    found = {where: type(config).__name__}
    for field in dataclasses.fields(config):
        value = getattr(config, field.name)
        if not _columns(value):
            found |= parameters(value, f"{where}.{field.name}")
    return found


def _columns(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) > 0 and all(isinstance(part, Column) for part in value)
