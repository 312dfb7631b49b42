"""Ratios: one feature of a table over another, less another, times another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evercart.errors import require
from evercart.features.needs import Need
from evercart.features.numbers import Number
from evercart.features.seen import Seen
from evercart.features.windows import Count


@dataclass(frozen=True)
class Rate(Number):
    """(of + prior * prior_weight) / (among + prior_weight), a posterior mean: smooth where little was seen.

    prior         the rate expected of a key without rows
    prior_weight  how many rows that expectation is worth

    Source: Gelman et al., "Bayesian Data Analysis", 3rd ed., section 2.1 (the beta-binomial).

    >>> Rate(Count("redeem", 86_400), Count("exposure", 86_400), prior=0.1, prior_weight=10).name
    'redeem_count_1d_per_exposure_count_1d'
    """

    of: Count
    among: Count
    prior: float
    prior_weight: float

    def __post_init__(self) -> None:
        require(bool(np.isfinite(self.prior)), f"{self.name}.prior", "a finite number", self.prior)
        heavy = bool(np.isfinite(self.prior_weight)) and self.prior_weight > 0
        require(heavy, f"{self.name}.prior_weight", "a finite number above 0", self.prior_weight)

    @property
    def name(self) -> str:
        """Return both names."""
        return f"{self.of.name}_per_{self.among.name}"

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return what both counts need."""
        return (*self.of.needs, *self.among.needs)

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return the smoothed rate."""
        top = seen.number(self.of) + self.prior * self.prior_weight
        return np.asarray(top / (seen.number(self.among) + self.prior_weight), np.float64)


@dataclass(frozen=True)
class Ratio(Number):
    """One number over another; 0 where the lower one is 0.

    >>> Ratio(Count("order", 3_600), Count("order", 86_400)).unit
    'rows/rows'
    """

    top: Number
    bottom: Number

    @property
    def name(self) -> str:
        """Return both names."""
        return f"{self.top.name}_over_{self.bottom.name}"

    @property
    def unit(self) -> str:
        """Return both units."""
        return f"{self.top.unit}/{self.bottom.unit}"

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return what both numbers need."""
        return (*self.top.needs, *self.bottom.needs)

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return top over bottom."""
        top, bottom = seen.number(self.top), seen.number(self.bottom)
        return np.divide(top, bottom, out=np.zeros(len(top)), where=bottom != 0)


@dataclass(frozen=True)
class _OfTwo(Number):
    one: Number
    other: Number

    @property
    def needs(self) -> tuple[Need, ...]:
        """Return what both numbers need."""
        return (*self.one.needs, *self.other.needs)


@dataclass(frozen=True)
class Minus(_OfTwo):
    """One number less another: of two logarithms, the logarithm of their ratio.

    >>> Minus(Count("order", 86_400), Count("view", 86_400)).name
    'order_count_1d_minus_view_count_1d'
    """

    @property
    def name(self) -> str:
        """Return both names."""
        return f"{self.one.name}_minus_{self.other.name}"

    @property
    def unit(self) -> str:
        """Return the first unit."""
        return self.one.unit

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return the difference."""
        return seen.number(self.one) - seen.number(self.other)


@dataclass(frozen=True)
class Times(_OfTwo):
    """One number times another."""

    @property
    def name(self) -> str:
        """Return both names."""
        return f"{self.one.name}_times_{self.other.name}"

    @property
    def unit(self) -> str:
        """Return both units."""
        return f"{self.one.unit} * {self.other.unit}"

    def value(self, seen: Seen) -> NDArray[np.float64]:
        """Return the product."""
        return seen.number(self.one) * seen.number(self.other)
