"""What a person types finds what he means, or the nearest name."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from evercart.errors import UserError
from evercart.publish.model import Model
from evercart.publish.names import find_model, find_version
from evercart.publish.revision import Version

Make = Callable[..., Model]


def version(address: str, model: str, offset: int) -> Version:
    return Version(address, model, "spend", offset, 0, 1, "f", {}, "", None)


def test_a_model_is_found_by_id_by_name_by_a_beginning(line: Make) -> None:
    old, new = line("fast", 0.1), line("fast", 0.2)
    assert find_model([old, new], old.id) == old
    assert find_model([old, new], "fast") == new
    assert find_model([old, new], old.id[:7]) == old


def test_an_unknown_model_is_told_the_nearest(line: Make) -> None:
    model = line("continual")
    text = f"model: expected one of the models continual {model.id}, got 'continal' (nearest: 'continual')"
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        find_model([model], "continal")
    with pytest.raises(UserError, match=r"^model: expected no models, got 'x'$"):
        find_model([], "x")


def test_a_version_is_found_by_its_address_or_as_the_newest_of_a_model(line: Make) -> None:
    model = line()
    kept = [version("abcdef99", model.id, 9), version("abcdef11", model.id, 1)]
    assert find_version(kept, [model], "abcdef1") == kept[1]
    assert find_version(kept, [model], "continual") == kept[0]
    with pytest.raises(UserError, match=r"^revision: expected more letters of one address, got 'abcdef'$"):
        find_version(kept, [model], "abcdef")
    with pytest.raises(UserError, match=r"^model continual: expected a kept revision, got 'none'$"):
        find_version([], [model], "continual")


def test_an_unknown_revision_is_told_the_nearest(line: Make) -> None:
    model = line()
    known = f"revision: expected one of the revisions, models abcdef11 continual {model.id}"
    text = f"{known}, got 'abcdeg' (nearest: 'abcdef11')"
    with pytest.raises(UserError, match=f"^{re.escape(text)}$"):
        find_version([version("abcdef11", model.id, 1)], [model], "abcdeg")
