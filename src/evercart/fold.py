"""Fold: something that remembers, moving only by stepping over the log.

A fold is configuration, a frozen dataclass; its state is passed in and returned. States are nested
NamedTuples of arrays, which kernels take as they are. Equality, hashes, checkpoints and the four laws
(`evercart.testing.check_fold`) are defined on the packed form.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple, Protocol, TypeVar, cast

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load as load_tensors

from evercart.durable import writing
from evercart.errors import UserError, expected

S = TypeVar("S")
In_contra = TypeVar("In_contra", contravariant=True)
Out_co = TypeVar("Out_co", covariant=True)
Grain = Literal["event", "tick"]
Packed = dict[str, NDArray[Any]]
_DTYPES = {"b1": "BOOL", "f8": "F64", "f4": "F32"} | {
    f"{sign}{size}": f"{sign.upper()}{8 * size}" for sign in "iu" for size in (1, 2, 4, 8)
}


class Fold(Protocol[S, In_contra, Out_co]):
    """What remembers: `step` consumes the state it is given and returns the next one."""

    @property
    def grain(self) -> Grain:
        """Where a batch may be cut: anywhere ("event"), or only between ticks ("tick")."""
        ...

    def start(self) -> S:
        """Return the state before the first row of the log."""
        ...

    def step(self, state: S, batch: In_contra) -> tuple[S, Out_co]:
        """Return the state after the batch, and what was said on the way."""
        ...


def packed(state: S) -> S:
    """Drop spare room: a NamedTuple says how with a method `packed`, else field by field."""
    return cast(S, _walk(state, "packed"))


def unpacked(state: S) -> S:
    """Make room and rebuild indexes: a NamedTuple says how with a method `unpacked`."""
    return cast(S, _walk(state, "unpacked"))


def _walk(state: Any, verb: str) -> Any:
    if hasattr(state, verb):
        return getattr(state, verb)()
    if isinstance(state, tuple):
        parts = [_walk(part, verb) for part in state]
        return type(state)(*parts) if hasattr(state, "_fields") else tuple(parts)
    return state


def pack(state: Any) -> Packed:
    """Return the state as one flat dictionary, from the path of each array to the array without spare room.

    >>> class Seen(NamedTuple):
    ...     count: NDArray[np.int64]
    >>> pack(Seen(np.array([3])))
    {'count': array([3])}
    """
    flat: Packed = {}
    _flatten(packed(state), "", flat)
    return flat


def _flatten(state: Any, path: str, flat: Packed) -> None:
    if isinstance(state, np.ndarray):
        for name in state.dtype.names or ():  # records travel column by column
            _flatten(state[name], f"{path}.{name}" if path else name, flat)
        if not state.dtype.names:
            flat[path or "."] = np.ascontiguousarray(state)
        return
    if not isinstance(state, tuple):
        raise TypeError(expected(f"state.{path}", "arrays in NamedTuples", type(state).__name__))
    names = getattr(state, "_fields", range(len(state)))
    for name, part in zip(names, state, strict=True):
        _flatten(part, f"{path}.{name}" if path else str(name), flat)


def unpack(like: S, flat: Packed) -> S:
    """Return a state of the shape of `like` (a fold's `start()`) from its packed form."""
    return unpacked(cast(S, _rebuild(packed(like), "", flat)))


def _rebuild(like: Any, path: str, flat: Packed) -> Any:
    if isinstance(like, np.ndarray) and like.dtype.names:
        columns = {name: _rebuild(like[name], f"{path}.{name}" if path else name, flat) for name in like.dtype.names}
        records = np.zeros(next(iter(columns.values())).shape, like.dtype)
        for name, column in columns.items():
            records[name] = column
        return records
    if isinstance(like, np.ndarray):
        stored = flat.get(path or ".")
        if stored is None or stored.dtype != like.dtype or stored.ndim != like.ndim:
            got = "nothing" if stored is None else f"{stored.dtype} of {stored.ndim} axes"
            raise UserError(expected(f"state.{path}", f"{like.dtype} of {like.ndim} axes", got))
        return stored.copy()
    names = getattr(like, "_fields", range(len(like)))
    parts = [
        _rebuild(part, f"{path}.{name}" if path else str(name), flat) for name, part in zip(names, like, strict=True)
    ]
    return type(like)(*parts) if hasattr(like, "_fields") else tuple(parts)


def clone(state: S) -> S:
    """Return a copy that shares no array with the original."""
    if isinstance(state, np.ndarray):
        return cast(S, state.copy())
    parts = [clone(part) for part in cast(tuple[Any, ...], state)]
    return type(state)(*parts) if hasattr(state, "_fields") else cast(S, tuple(parts))


def fingerprint(state: Any) -> str:
    """Return the hash of a state's packed form: equal states, and only they, have equal ones."""
    return fingerprint_packed(pack(state))


def fingerprint_packed(flat: Packed) -> str:
    """Return the hash of a packed state."""
    digest = hashlib.sha256()
    for name in sorted(flat):
        array = np.ascontiguousarray(flat[name])
        digest.update(f"{name}|{array.dtype.str}|{array.shape}|".encode())
        digest.update(array.data.cast("B") if array.size else b"")
    return digest.hexdigest()[:32]


def describe(config: Any) -> str:
    """Return a fold's configuration as canonical text: equal text, equal behaviour."""
    if dataclasses.is_dataclass(config) and not isinstance(config, type):
        inner = ", ".join(f"{f.name}={describe(getattr(config, f.name))}" for f in dataclasses.fields(config))
        return f"{type(config).__name__}({inner})"
    if isinstance(config, tuple | list):
        return "(" + ", ".join(describe(part) for part in config) + ")"
    if isinstance(config, dict):
        return "{" + ", ".join(f"{key}: {describe(config[key])}" for key in sorted(config)) + "}"
    return repr(config)


def config_hash(config: Any) -> str:
    """Return the name of a configuration by its content."""
    return hashlib.sha256(describe(config).encode()).hexdigest()[:16]


class Saved(NamedTuple):
    """A packed state as it stands in a file."""

    flat: Packed
    next_offset: int
    about: dict[str, Any]


def save(path: Path, flat: Packed, next_offset: int, about: dict[str, Any]) -> None:
    """Write a packed state durably: one file, checksummed, in place by one rename."""
    with writing(path) as file:
        for part in _parts(flat, next_offset, about):
            file.write(part)


def sealed(flat: Packed, next_offset: int, about: dict[str, Any], fingerprinted: str = "") -> bytes:
    """Return what a file of a packed state holds: safetensors with a checksummed header; equal input, equal bytes.

    fingerprinted    the state's fingerprint, where the caller has it
    """
    return b"".join(_parts(flat, next_offset, about, fingerprinted))


def _parts(
    flat: Packed, next_offset: int, about: dict[str, Any], fingerprinted: str = ""
) -> Iterator[bytes | memoryview]:
    """Yield a file's bytes in order: the arrays as they stand, since a copy would cost more than the disk does.

    Source: the safetensors format (8 bytes of header size, a header in JSON, the arrays end to end).
    """
    header = {"next_offset": next_offset, "fingerprint": fingerprinted or fingerprint_packed(flat), "about": about}
    header["seal"] = _seal(header)
    listed: dict[str, Any] = {"__metadata__": {"evercart": json.dumps(header, sort_keys=True)}}
    at = 0
    for name in sorted(flat):
        array = flat[name]
        listed[name] = {
            "dtype": _DTYPES[array.dtype.str[1:]],
            "shape": array.shape,
            "data_offsets": [at, at := at + array.nbytes],
        }
    text = json.dumps(listed).encode()
    text += b" " * (-len(text) % 8)
    yield len(text).to_bytes(8, "little") + text
    for name in sorted(flat):
        if flat[name].size:
            yield np.ascontiguousarray(flat[name]).data.cast("B")


def _seal(header: dict[str, Any]) -> str:
    """Return the hash of a header, so that an altered offset is noticed like an altered weight."""
    return hashlib.sha256(json.dumps(header, sort_keys=True).encode()).hexdigest()[:32]


def load(path: Path) -> Saved:
    """Read what `save` wrote; a file that was altered raises `UserError`."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise UserError(expected(str(path), "a checkpoint", f"{type(error).__name__}: {error}")) from error
    return unsealed(str(path), body)


def unsealed(where: str, body: bytes, *, proven: bool = False) -> Saved:
    """Return what `sealed` put into bytes; altered ones raise `UserError`.

    proven    whether the caller has checked a hash of the whole, which spares that of the contents
    """
    try:
        flat = load_tensors(body)
        header = _header(body)
        seal, fingerprinted = header.pop("seal"), header["fingerprint"]
        said = int(header["next_offset"]), dict(header["about"])
    except Exception as error:
        raise UserError(expected(where, "a checkpoint", f"{type(error).__name__}: {error}")) from error
    found = fingerprinted if proven else fingerprint_packed(flat)
    if found != fingerprinted:
        raise UserError(expected(where, f"contents with fingerprint {fingerprinted}", found))
    if _seal(header) != seal:
        raise UserError(expected(where, f"a header with seal {seal}", _seal(header)))
    return Saved(flat, *said)


def said_by(path: Path) -> dict[str, Any]:
    """Return what a file of a packed state says of itself, without reading the state; an altered header raises."""
    try:
        with path.open("rb") as file:
            size = file.read(8)
            header = _header(size + file.read(int.from_bytes(size, "little")))
        seal, said = header.pop("seal"), dict(header["about"])
    except Exception as error:
        raise UserError(expected(str(path), "a checkpoint", f"{type(error).__name__}: {error}")) from error
    if _seal(header) != seal:
        raise UserError(expected(str(path), f"a header with seal {seal}", _seal(header)))
    return said


def _header(body: bytes) -> dict[str, Any]:
    size = int.from_bytes(body[:8], "little")
    header: dict[str, Any] = json.loads(json.loads(body[8 : 8 + size])["__metadata__"]["evercart"])
    return header
