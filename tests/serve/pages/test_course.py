"""Closed days, kept short."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evercart.evaluate import days as day_files
from evercart.evaluate.losses import log_loss
from evercart.evaluate.report import Report
from evercart.evaluate.scored import Scored
from evercart.serve.pages.course import Course, Courses
from evercart.units import DAY_US

REPORT = Report(("continual", "frozen"), log_loss)


def write(folder: Path, at: int, first: int, days: int) -> None:
    """Write days on each of which two questions were asked; `continual` loses less each day."""
    us = np.repeat(np.arange(first, first + days), 2) * DAY_US
    rows = len(us)
    guesses = np.column_stack([np.full(rows, 0.9), np.full(rows, 0.5)])
    key, slices = np.arange(rows).astype(np.uint64), np.zeros(rows, np.int16)
    scored = Scored(np.arange(rows), us, np.ones(rows), key, slices, guesses)
    folder.mkdir(exist_ok=True, parents=True)
    day_files.save(folder / f"{at:016d}.arrow", REPORT.days(scored), {})


def test_files_are_read_once_in_their_order(tmp_path: Path) -> None:
    courses = Courses(tmp_path)
    assert len(courses.of("spend", 2)) == 0
    write(tmp_path / "spend", 10, 0, 3)
    first = courses.of("spend", 2)
    assert first.day.tolist() == [0, 1, 2]
    assert courses.of("spend", 2) is first
    write(tmp_path / "spend", 20, 3, 1)
    assert courses.of("spend", 2).day.tolist() == [0, 1, 2, 3]
    assert courses.of("spend", 3).loss.shape == (0, 3)  # others raced then


def test_a_damaged_file_takes_no_page_down(tmp_path: Path) -> None:
    write(tmp_path / "spend", 10, 0, 3)
    (tmp_path / "spend" / f"{20:016d}.arrow").write_bytes(b"nothing")
    assert len(Courses(tmp_path).of("spend", 2)) == 3


def test_means(tmp_path: Path) -> None:
    write(tmp_path / "spend", 10, 0, 9)
    course = Courses(tmp_path).of("spend", 2)
    assert np.allclose(course.overall(), [-np.log(0.9), -np.log(0.5)])
    assert course.last(("continual", "frozen")) == (
        "1970-01-09",
        2,
        {"continual": -np.log(0.9), "frozen": -np.log(0.5)},
    )
    n, loss = course.lately(7, 4, np.array([4.0, 8.0]))
    assert n == 4 + 6 * 2
    assert np.allclose(loss, [4 - 12 * np.log(0.9), 8 - 12 * np.log(0.5)])


def test_a_rolling_mean_weighs_questions() -> None:
    course = Course(np.arange(3), np.array([1, 1, 8]), np.array([[1.0], [3.0], [0.0]]))
    assert course.rolled(2).ravel().tolist() == [1.0, 2.0, 3.0 / 9]
    assert Course(np.arange(0), np.arange(0), np.zeros((0, 2))).rolled().shape == (0, 2)
