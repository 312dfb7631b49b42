"""What TensorBoard itself reads back is what the report says."""

from __future__ import annotations

from pathlib import Path

import pytest
from tracked import tracked

from evercart.errors import UserError
from evercart.trackers import tensorboard as module
from evercart.trackers.curves import curves
from evercart.trackers.tensorboard import FILE, write


def test_without_the_extra_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(module, "import_module", missing)
    rule = "the extra tensorboard (pip install 'evercart[tensorboard]')"
    with pytest.raises(UserError) as caught:
        write(curves([tracked()]), tmp_path)
    assert str(caught.value) == f"report --to tensorboard: expected {rule}, got 'no tensorboard'"
    assert not list(tmp_path.iterdir())


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    made = curves([tracked()])
    for _ in range(2):  # again takes its own place
        paths = write(made, tmp_path)
    assert paths == [tmp_path / "spend" / racer / FILE for racer in ("continual", "frozen", "refit")]
    for one, path in zip(made, paths, strict=True):
        assert [file.name for file in path.parent.iterdir()] == [FILE]
        read = EventAccumulator(str(path.parent), size_guidance={"scalars": 0})
        read.Reload()
        points = [
            (name, event.step, event.wall_time, event.value)
            for name in dict.fromkeys(name for name, *_ in one.points())
            for event in read.Scalars(name)
        ]
        assert [point[:3] for point in points] == [(name, step, at) for name, step, at, _ in one.points()]
        assert [point[3] for point in points] == pytest.approx([value for *_, value in one.points()], rel=1e-6)
        assert set(read.Tags()["scalars"]) == {name for name, *_ in one.points()}


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    (tmp_path / "runs").write_text("")
    with pytest.raises(UserError) as caught:
        write(curves([tracked()]), tmp_path / "runs")
    where = tmp_path / "runs" / "spend" / "continual"
    assert str(caught.value) == f"{where}: expected a folder that can be written, got 'Not a directory'"
