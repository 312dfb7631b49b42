"""Which row makes room."""

import numpy as np

from evercart.remember.memories import Balanced, Herded, Recent, Reservoir, Slots, place


def slots(groups, x=None, seen=(10, 10), means=None):
    groups = np.array(groups)
    x = np.zeros((len(groups), 1), np.float32) if x is None else np.array(x, np.float32)[:, None]
    sizes = np.bincount(groups, minlength=2)
    return Slots(
        groups, sizes, x, np.array(seen), np.zeros((2, 1)) if means is None else np.array(means, float)[:, None]
    )


NEW = np.array([0.0], np.float32)


def test_a_reservoir_takes_a_newcomer_ever_more_seldom():
    full = slots([0, 0, 1, 1], seen=(30, 10))
    assert [place(Reservoir().rule, full, 0, NEW, chance) for chance in (0.0, 0.026, 0.09, 0.1, 0.99)] == [
        0,
        1,
        3,
        -1,
        -1,
    ]


def test_a_rare_class_takes_the_place_of_a_row_of_the_largest():
    full = slots([0, 0, 0, 1])
    assert [place(Balanced().rule, full, 1, NEW, chance) for chance in (0.0, 0.4, 0.99)] == [0, 1, 2]


def test_the_largest_class_takes_places_of_its_own():
    full = slots([1, 0, 0, 0], seen=(6, 1))
    assert [place(Balanced().rule, full, 0, NEW, chance) for chance in (0.0, 0.2, 0.49, 0.5)] == [1, 2, 3, -1]


def test_recent_always_takes_a_place():
    assert [place(Recent().rule, slots([0, 0, 0, 0]), 0, NEW, chance) for chance in (0.0, 0.5, 0.99)] == [0, 2, 3]


def test_herded_lets_go_whose_absence_brings_the_mean_nearest():
    full = slots([0, 0, 0], [0.0, 1.0, 8.0], means=(0.5, 0))
    assert place(Herded().rule, full, 0, np.array([0.6], np.float32), 0.5) == 2
    assert place(Herded().rule, full, 0, np.array([90.0], np.float32), 0.5) == -1


def test_herded_takes_from_the_largest_class():
    full = slots([0, 0, 0, 1], [0.0, 1.0, 8.0, 3.0], means=(0.5, 3))
    assert place(Herded().rule, full, 1, np.array([3.0], np.float32), 0.5) == 2
