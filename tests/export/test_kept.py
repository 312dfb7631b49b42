"""An export stands beside what it states of itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from evercart.errors import UserError
from evercart.export.kept import Statement, body_of, digest, keep, path_of, statement_of

BODY = b"a graph"
SAID = Statement("spend", "m1", "r1", "f1", "onnx", "plain", ("a", "b"), digest(BODY))


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    path = path_of(tmp_path, "spend", "onnx")
    keep(path, BODY, SAID)
    assert path == tmp_path / "exports" / "spend.onnx"
    assert Statement.read(path) == SAID
    assert body_of(path, SAID) == BODY
    SAID.require(path, "m1", "f1")


def test_each_form_has_its_name(tmp_path: Path) -> None:
    names = [path_of(tmp_path, "spend", to, form).name for to in ("onnx", "torchscript") for form in ("plain", "int8")]
    assert names == ["spend.onnx", "spend-int8.onnx", "spend.pt", "spend-int8.pt"]


def test_other_contents_are_refused(tmp_path: Path) -> None:
    path = path_of(tmp_path, "spend", "onnx")
    keep(path, b"another", SAID)
    with pytest.raises(UserError) as caught:
        body_of(path, SAID)
    assert str(caught.value) == f"{path}: expected contents with sha256 {SAID.sha256}, got '{digest(b'another')}'"
    path.unlink()
    with pytest.raises(UserError) as caught:
        body_of(path, SAID)
    assert str(caught.value) == f"{path}: expected a file that can be read, got 'No such file or directory'"


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"app": "spend"}'])
def test_a_statement_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "spend.onnx"
    statement_of(path).write_text(text)
    with pytest.raises(UserError, match=r"spend.onnx.json: expected a statement of `evercart export`, got '\w+'$"):
        Statement.read(path)
