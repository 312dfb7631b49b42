"""A profile as people read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from rich.console import Group, RenderableType
from rich.table import Table

from evercart.profiled import Profile
from evercart.units import SECOND_US


def profile(one: Profile) -> RenderableType:
    """Return the sentences, then the figures, then what the shopper is drawn to."""
    figures = Table(show_header=False, title=f"{one.user}, as of {_when(one.as_of_us)}", title_justify="left")
    for name, value in _figures(one):
        figures.add_row(name, value)
    parts: list[RenderableType] = [*one.words, figures]
    if one.interests:
        likes = Table("axis", "name", "share", title="Interests, fading", title_justify="left")
        for interest in one.interests:
            likes.add_row(interest.axis, interest.name, f"{interest.share:.0%}".replace("%", " %"))
        parts.append(likes)
    return Group(*parts)


def _figures(one: Profile) -> list[tuple[str, str]]:
    rows = [
        ("visits", f"{one.visits:,} since {_day(one.first_us)}, last {_day(one.last_us)}"),
        ("a visit", f"{one.paid:,.2f} {one.unit}; {one.spent:,.2f} in all; {one.price_band}"),
    ]
    if one.next:
        days = [_day(one.as_of_us, ahead) for ahead in one.next]
        rows.append(("next visit", f"{days[1]} (8 of 10 such: {days[0]} to {days[2]})"))
    if one.scores:
        rows.append(("recency, frequency, monetary", "-".join(map(str, one.scores)) + " of 5-5-5"))
    rows.append(("still a customer", f"{one.here:.0%}".replace("%", " %")))
    rows += [
        (f"next {each.days} days", f"{each.visits:.1f} visits, {each.value:,.2f} {one.unit}") for each in one.expected
    ]
    return [*rows, ("segment", one.segment)] if one.segment else rows


def _when(us: int) -> str:
    return f"{datetime.fromtimestamp(us / SECOND_US, UTC):%Y-%m-%d %H:%M} UTC"


def _day(us: int, ahead_d: float = 0.0) -> str:
    """Return a date so many days ahead; beyond any calendar, that it is far off."""
    if ahead_d > 3650:
        return "years ahead"
    return f"{datetime.fromtimestamp(us / SECOND_US, UTC) + timedelta(days=ahead_d):%Y-%m-%d}"
