"""Learners of numbers keep the four laws."""

from __future__ import annotations

from checks_of_learners import CHECKS
from keeping import four_laws, four_laws_for_longer

test_the_four_laws = four_laws(CHECKS)
test_the_four_laws_on_more_and_longer_streams = four_laws_for_longer(CHECKS)
