"""The last items of each session."""

from __future__ import annotations

from evercart.hashing import U64
from evercart.learners.neighbours.content_paths import Paths, follow, forget_paths, path_of, paths


def walked(*rows: tuple[int, int], most: int = 9) -> Paths:
    state = paths(3).roomy(len(rows))
    for us, (key, item) in enumerate(rows):
        follow(state, U64(key), U64(item), us, most)
    return state


def path(state: Paths, key: int) -> list[int]:
    slot = path_of(state, U64(key))
    return state.item[slot].tolist() if slot >= 0 else []


def test_a_path_is_newest_first_each_item_once() -> None:
    state = walked((1, 5), (1, 6), (2, 9), (1, 5), (1, 7), (1, 8))
    assert path(state, 1) == [8, 7, 5]
    assert path(state, 2) == [9, 0, 0]
    assert path(state, 3) == path(state, 0) == []


def test_an_item_met_again_moves_to_the_front() -> None:
    assert path(walked((1, 5), (1, 6), (1, 7), (1, 6), (1, 6)), 1) == [6, 7, 5]


def test_silent_paths_go_so_do_the_oldest_of_too_many() -> None:
    state = walked((1, 5), (2, 6), (3, 7), most=2)
    assert path(state, 1) == []
    forget_paths(state, 2)
    assert (path(state, 2), path(state, 3)) == ([], [7, 0, 0])
