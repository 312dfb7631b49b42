"""Names: what a person types for a model or for a revision."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from evercart.errors import UserError, expected, require, unknown
from evercart.publish.model import Model
from evercart.publish.revision import Version

SHORT: Final = 6  # letters of an id or an address that may stand for it


def find_model(models: Sequence[Model], name: str) -> Model:
    """Return a model by its id, else the newest of that name, else by the beginning of its id."""
    ways: tuple[Callable[[Model], bool], ...] = (
        lambda model: model.id == name,
        lambda model: model.name == name,
        lambda model: len(name) >= SHORT and model.id.startswith(name),
    )
    for fits in ways:
        for model in reversed(models):
            if fits(model):
                return model
    raise UserError(unknown("model", "models", _known(models), name))


def find_version(versions: Sequence[Version], models: Sequence[Model], name: str) -> Version:
    """Return a version by its address, else by the beginning of one, else the newest of a model.

    versions    newest first
    """
    found = [one for one in versions if len(name) >= SHORT and one.address.startswith(name)]
    require(len(found) < 2, "revision", "more letters of one address", name)
    if found:
        return found[0]
    try:
        model = find_model(models, name)
    except UserError:
        addresses = [one.address[: 2 * SHORT] for one in versions]
        raise UserError(unknown("revision", "revisions, models", [*addresses, *_known(models)], name)) from None
    newest = next((one for one in versions if one.model == model.id), None)
    if newest is None:
        raise UserError(expected(f"model {name}", "a kept revision", "none"))
    return newest


def _known(models: Iterable[Model]) -> list[str]:
    return list(dict.fromkeys(key for model in models for key in (model.name, model.id)))
