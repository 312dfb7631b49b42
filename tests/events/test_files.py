"""Files as sources."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evercart.errors import UserError
from evercart.events import files


def _fingerprint(path: Path, data: bytes, is_text: bool = True) -> str:
    path.write_bytes(data)
    return files.fingerprint(path, is_text=is_text)


def test_equal_contents_have_equal_fingerprints(tmp_path: Path) -> None:
    same = {_fingerprint(tmp_path / name, b"a,b\n1,2\n") for name in ("x.csv", "y.csv")}
    assert len(same) == 1
    assert _fingerprint(tmp_path / "x.csv", b"a,b\n1,3\n") not in same


def test_compression_does_not_change_a_fingerprint_of_text(tmp_path: Path) -> None:
    plain = _fingerprint(tmp_path / "x.csv", b"a,b\n1,2\n")
    assert _fingerprint(tmp_path / "x.csv.gz", gzip.compress(b"a,b\n1,2\n")) == plain


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"a,b\n1,\xe9\n", "line 2, byte 7: expected UTF-8, got '0xe9'"),
        (b"a\n\n\xff", "line 3, byte 4: expected UTF-8, got '0xff'"),
        (b"caf\xc3", "line 1, byte 4: expected UTF-8, got '0xc3'"),
        (b"x" * (files._BLOCK - 1) + b"\n\xc3(", "line 2, byte 1,048,577: expected UTF-8, got '0xc3'"),
        (b"\n" * (files._BLOCK - 1) + b"\xc3(", "line 1048576, byte 1,048,576: expected UTF-8, got '0xc3'"),
    ],
)
def test_what_is_not_utf8_is_told_by_its_place(tmp_path: Path, data: bytes, place: str) -> None:
    path = tmp_path / "x.csv"
    with pytest.raises(UserError) as raised:
        _fingerprint(path, data)
    assert str(raised.value) == f"{path} {place}"


def test_a_character_cut_in_two_by_a_block_is_whole(tmp_path: Path) -> None:
    _fingerprint(tmp_path / "x.csv", b"x" * (files._BLOCK - 1) + "é".encode())


@pytest.mark.parametrize("data", [b"", b" \n\n", b"\xef\xbb\xbf\n"])
def test_an_empty_file_is_told(tmp_path: Path, data: bytes) -> None:
    with pytest.raises(UserError) as raised:
        _fingerprint(tmp_path / "x.csv", data)
    assert str(raised.value) == f"{tmp_path / 'x.csv'}: expected rows, got 'an empty file'"


@given(st.binary(max_size=40), st.integers(1, 7))
def test_utf8_is_judged_as_python_does(tmp_path_factory: pytest.TempPathFactory, data: bytes, block: int) -> None:
    path = tmp_path_factory.mktemp("utf8") / "x.csv"
    path.write_bytes(b"x" + data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files, "_BLOCK", block)
        try:
            (b"x" + data).decode()
        except UnicodeDecodeError as error:
            with pytest.raises(UserError, match=f"byte {error.start + 1}: expected UTF-8, got '0x"):
                files.fingerprint(path, is_text=True)
        else:
            assert files.fingerprint(path, is_text=True)


def test_what_hinders_reading_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "no.csv"
    with pytest.raises(UserError) as raised:
        files.fingerprint(path, is_text=True)
    assert str(raised.value) == f"{path}: expected a file that can be read, got 'No such file or directory'"
    with pytest.raises(UserError, match=r": expected a file that can be read, got 'Is a directory'$"):
        files.fingerprint(tmp_path, is_text=True)
    with (
        pytest.raises(UserError, match=r": expected a file that can be read, got 'Permission denied'$"),
        files.reading(path, "a file"),
    ):
        raise PermissionError(13, "Permission denied")


def test_a_cut_gzip_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r": expected a file, got 'EOFError: Compressed file ended before "):
        _fingerprint(tmp_path / "x.csv.gz", gzip.compress(b"a,b\n1,2\n")[:-9])
    with pytest.raises(UserError, match=r""": expected a file, got "BadGzipFile: Not a gzipped file"""):
        _fingerprint(tmp_path / "x.csv.gz", b"plain")
