"""check_fold: one line that proves the four laws for a fold, or names the one it breaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from evercart.errors import UserError, expected
from evercart.fold import Fold
from evercart.testing.flat import flat
from evercart.testing.laws import LAWS, Case, In, Law, batching, honesty, resume
from evercart.testing.streams import Stream, durations


def check_fold(
    make: Callable[[In], Fold[Any, In, Any]],
    stream: Stream[In],
    *,
    laws: Sequence[Law] = LAWS,
    examples: int = 15,
    rows: int = 100,
    durations_us: Sequence[int] = (),
    keeps_bytes: int = 1024,
    lives_us: int | None = None,
) -> None:
    """Raise `LawBroken`, with the smallest case found, if a fold breaks one of the four laws.

    make           returns the fold for an input; it is given the whole input, which it should not need
    stream         draws the input: `Logged`, `Woven`, `Answered`, `Turned`, `Raced`, `Judged`, or one's own
    laws           which laws to check
    examples       how many inputs are drawn for resume, as many for batching, three times as many for honesty
    rows           how many rows an input has at most
    durations_us   durations that matter beside those found in the fold's configuration
    keeps_bytes    what the fold may hold for good, beyond what it holds after a few rows
    lives_us       how long a row may be remembered; None: the sum of the fold's durations

    >>> from evercart.asks.each import Before
    >>> from evercart.testing import Logged
    >>> asks = Before("order", columns=("user",))
    >>> check_fold(lambda events: asks, Logged(own=asks.own), examples=2)
    """
    fold = make(stream.draw(0, 8, ()))
    for part in ("start", "step", "grain"):
        if not hasattr(fold, part):
            raise UserError(expected("fold", "start, step, grain", f"{type(fold).__name__} without {part}"))
    gaps = (*durations(fold), *durations_us)

    def case(seed: int, size: int) -> Case[In]:
        return Case(make, stream, stream.draw(seed, size, gaps))

    if "flat" in laws:
        flat(Case(make, stream, stream.draw(0, 8, gaps)), keeps_bytes, lives_us)
    _draw(case, [law for law in laws if law != "flat"], examples, rows)


def _draw(case: Callable[[int, int], Case[Any]], laws: Sequence[Law], examples: int, rows: int) -> None:
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st

    calm = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate, Phase.shrink),
    )
    often = settings(calm, max_examples=3 * examples)  # a rare leak shows at few rows
    seeds, sizes, places = st.integers(0, 2**32 - 1), st.integers(2, rows), st.integers(0, 2**16)

    def within(drawn: Case[Any], place: int) -> int:
        cuts = drawn.cuttable()
        return cuts[place % len(cuts)]

    @calm
    @given(seeds, sizes, places)
    def check_resume(seed: int, size: int, cut: int) -> None:
        drawn = case(seed, size)
        resume(drawn, within(drawn, cut))

    @calm
    @given(seeds, sizes, st.lists(places, max_size=5))
    def check_batching(seed: int, size: int, cuts: list[int]) -> None:
        drawn = case(seed, size)
        batching(drawn, [within(drawn, cut) for cut in cuts])

    @often
    @given(seeds, sizes, places, seeds)
    def check_honesty(seed: int, size: int, aim: int, other: int) -> None:
        honesty(case(seed, size), aim, other)

    checks: dict[Law, Callable[[], None]] = {
        "resume": check_resume,
        "batching": check_batching,
        "honesty": check_honesty,
    }
    for law in laws:
        checks[law]()
