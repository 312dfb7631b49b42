"""Baselines of recommendation, each updated after every click: plain code that shares nothing with the learners.

Each takes `Trails`, dense numbers of sessions with their items in log order, and returns the rank (clicks,) of the
session's next item in its list after each click: -1 where it is not in it, -2 where no click of the session
follows. The item that was just clicked is never in a list.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from evercart.evaluate.pair_counts import PairCounts, add, count, pair_counts, with_room
from evercart.kernel import kernel, lean

Ints = NDArray[np.int64]
LONGEST: Final = 200  # items of a neighbour that are offered; items of a session that a new one is paired with
_ROWS: Final = 4096  # clicks between two looks at the room for pairs


class Trails(NamedTuple):
    """Clicks in log order, with what every baseline looks up; `starts` say where a list in one flat array begins."""

    us: Ints  # (clicks,)
    session: Ints  # (clicks,) 0, 1, …
    item: Ints  # (clicks,) 0, 1, …
    following: Ints  # (clicks,) the session's next item, or -1
    session_starts: Ints  # (sessions + 1,) by number of clicks
    item_starts: Ints  # (items + 1,)

    @classmethod
    def of(cls, us: Ints, session: NDArray[np.generic], item: NDArray[np.generic]) -> Trails:
        """Number sessions by their first click, items by their value.

        >>> Trails.of(np.arange(3), np.array([7, 5, 7]), np.array([2, 3, 3])).following.tolist()
        [1, -1, -1]
        """
        _, first, dense = np.unique(session, return_index=True, return_inverse=True)
        place = np.empty(len(first), np.int64)
        place[np.argsort(first)] = np.arange(len(first))
        sessions, items = place[dense.reshape(-1)], np.unique(item, return_inverse=True)[1].reshape(-1)
        order = np.argsort(sessions, kind="stable")
        following = np.full(len(us), -1)
        same = sessions[order][1:] == sessions[order][:-1]
        following[order[:-1][same]] = items[order[1:][same]]
        return cls(us, sessions, items, following, _starts(sessions), _starts(items))

    def head(self, rows: int) -> Trails:
        """Return the first clicks alone."""
        return Trails.of(self.us[:rows], self.session[:rows], self.item[:rows])


def _starts(numbers: Ints) -> Ints:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(numbers))])


def vmis(trails: Trails, m: int = 500, k: int = 500, last: int = 3, top: int = 20, indexed: Ints | None = None) -> Ints:
    """VMIS-kNN: linear position weights, the m newest sessions an item, the k most similar, inverse frequency.

    last       clicks of the session that are looked at
    indexed    how many clicks of the log the index holds when a row asks; all up to it unless said

    Source: Kersbergen, Sprangers and Schelter, "Serenade: low-latency session-based recommendation in e-commerce
    at scale", SIGMOD 2022, section 3.
    """
    every = np.arange(1, len(trails.us) + 1) if indexed is None else indexed
    return _vmis(trails, every, m, k, last, top)


@kernel
def _vmis(trails: Trails, indexed: Ints, m: int, k: int, last: int, top: int) -> Ints:
    session, item = trails.session, trails.item
    begins, holds = trails.session_starts, trails.item_starts
    sessions, items, rows = len(begins) - 1, len(holds) - 1, len(item)
    trail, steps = np.empty(rows, np.int32), np.zeros(sessions, np.int64)
    path, size = np.empty(rows, np.int32), np.zeros(sessions, np.int64)
    holders, held = np.empty(rows, np.int32), np.zeros(items, np.int64)
    moved, alike, nearest = np.zeros(sessions), np.zeros(sessions), np.zeros(sessions, np.int64)
    touched, listed, score = np.empty(sessions, np.int64), np.empty(items, np.int64), np.zeros(items)
    rank, begun, done = np.full(rows, -2), 0, 0
    for row in range(rows):
        here, current = session[row], item[row]
        while done < indexed[row]:
            one, what = session[done], item[done]
            begun += 1 if size[one] == 0 else 0
            if size[one] < LONGEST and not _among(path, begins[one], size[one], what):
                ring = min(holds[what + 1] - holds[what], m)
                holders[holds[what] + held[what] % ring] = one
                held[what] += 1
                path[begins[one] + size[one]] = what
                size[one] += 1
            moved[one] = done
            done += 1
        trail[begins[here] + steps[here]] = current
        steps[here] += 1
        if trails.following[row] < 0:
            continue
        met, end, first = 0, steps[here], max(0, steps[here] - last)
        for at in range(end - 1, first - 1, -1):
            shared = trail[begins[here] + at]
            if _among(trail, begins[here] + at + 1, end - at - 1, shared):
                continue
            ring = min(holds[shared + 1] - holds[shared], m)
            for j in range(min(held[shared], ring)):
                other = holders[holds[shared] + (held[shared] - 1 - j) % ring]
                if other == here:
                    continue
                if alike[other] == 0:
                    touched[met] = other
                    nearest[other] = end - at
                    met += 1
                alike[other] += (at - first + 1) / (end - first)
        chosen = touched[:met][np.argsort(-moved[touched[:met]])[:m]]
        chosen = chosen[np.argsort(-alike[chosen], kind="mergesort")[:k]]
        offered = 0
        for other in chosen:
            weight = alike[other] * max(0.0, 1.0 - 0.1 * nearest[other])
            for at in range(begins[other], begins[other] + size[other]):
                one = path[at]
                gained = weight * np.log(begun / held[one])
                if one == current or gained <= 0.0:  # what all sessions have says nothing
                    continue
                if score[one] == 0:
                    listed[offered] = one
                    offered += 1
                score[one] += gained
        alike[touched[:met]] = 0.0
        rank[row] = _rank(score, listed, offered, trails.following[row], top)
        score[listed[:offered]] = 0.0
    return rank


@lean
def _among(values: NDArray[np.int32], start: int, size: int, wanted: int) -> bool:
    for at in range(start, start + size):  # noqa: SIM110 (a kernel)
        if values[at] == wanted:
            return True
    return False


@lean
def _rank(score: NDArray[np.float64], listed: Ints, offered: int, wanted: int, top: int) -> int:
    """Return the place of an item among those listed, equal ones as they came; -1 where it is not among the first."""
    above, mine, met = 0, score[wanted], False
    for at in range(offered):
        one = listed[at]
        if one == wanted:
            met = True
        elif score[one] > mine or (score[one] == mine and not met):
            above += 1
    return above if met and above < top else -1


def newest_own(trails: Trails, top: int = 20) -> Ints:
    """The session's own items, the newest first."""
    return _newest_own(trails, top)


@kernel
def _newest_own(trails: Trails, top: int) -> Ints:
    session, item, begins = trails.session, trails.item, trails.session_starts
    recent, size = np.empty(len(item), np.int32), np.zeros(len(begins) - 1, np.int64)
    rank = np.full(len(item), -2)
    for row in range(len(item)):
        here, current = begins[session[row]], item[row]
        known = size[session[row]]
        at = 0
        while at < known and recent[here + at] != current:
            at += 1
        if at == known and known <= top:  # one more than is offered: the current one is not
            size[session[row]] = known + 1
        for place in range(min(at, top), 0, -1):
            recent[here + place] = recent[here + place - 1]
        recent[here] = current
        if trails.following[row] >= 0:
            rank[row] = -1
            for place in range(1, size[session[row]]):
                if recent[here + place] == trails.following[row]:
                    rank[row] = place - 1
    return rank


def popularity(trails: Trails, half_us: float, top: int = 20) -> Ints:
    """Popularity that halves every `half_us`."""
    return _popularity(trails, float(half_us), top)


@kernel
def _popularity(trails: Trails, half_us: float, top: int) -> Ints:
    """Keep sums as log2 of what they would be had nothing faded: they only grow, so the best are among the old best."""
    us, item = trails.us, trails.item
    score = np.full(len(trails.item_starts) - 1, -np.inf)
    best, size = np.full(top + 1, -1), 0
    rank = np.full(len(item), -2)
    for row in range(len(item)):
        current, halves = item[row], (us[row] - us[0]) / half_us
        low, high = min(score[current], halves), max(score[current], halves)
        score[current] = high + np.log2(1.0 + 2.0 ** (low - high))
        at = 0
        while at < size and best[at] != current:
            at += 1
        if at == size and size <= top:
            size += 1
        if at > top and score[best[top]] < score[current]:
            at = top
        if at <= top:
            while at > 0 and score[best[at - 1]] < score[current]:
                best[at] = best[at - 1]
                at -= 1
            best[at] = current
        if trails.following[row] >= 0:
            rank[row] = _popular(score, best, size, current, trails.following[row], top)
    return rank


@lean
def _popular(score: NDArray[np.float64], best: Ints, size: int, current: int, wanted: int, top: int) -> int:
    above = 0
    for at in range(size):
        if best[at] != current and score[best[at]] > score[wanted]:
            above += 1
    return above if score[wanted] > -np.inf and wanted != current and above < top else -1


def transitions(trails: Trails, top: int = 20) -> Ints:
    """How often each item came next after the current one."""
    last = np.full(len(trails.session_starts) - 1, -1)
    times = np.zeros(len(trails.item_starts) - 1, np.int64)
    work = np.zeros(len(times)), np.empty(len(times), np.int64)
    counts, rank = pair_counts(len(times)), np.full(len(trails.us), -2)
    for start in range(0, len(rank), _ROWS):
        stop = min(start + _ROWS, len(rank))
        counts = with_room(counts, stop - start)
        _follow(trails, counts, last, work, (start, stop), top, rank)
    return rank


@kernel
def _follow(
    trails: Trails,
    counts: PairCounts,
    last: Ints,
    work: tuple[NDArray[np.float64], Ints],
    rows: tuple[int, int],
    top: int,
    rank: Ints,
) -> None:
    score, listed = work
    for row in range(rows[0], rows[1]):
        here, current = trails.session[row], trails.item[row]
        if last[here] >= 0 and last[here] != current:
            add(counts, last[here], current)
        last[here] = current
        wanted = trails.following[row]
        if wanted < 0:
            continue
        rank[row], offered = -1, 0
        if count(counts, current, wanted) > 0:
            pair = counts.head[current]
            while pair >= 0:
                listed[offered] = counts.other[pair]
                score[listed[offered]] = counts.times[pair]
                offered += 1
                pair = counts.link[pair]
            rank[row] = _rank(score, listed, offered, wanted, top)


def cosine(trails: Trails, last: int = 1, top: int = 20) -> Ints:
    """Item-cosine over sessions, counted click by click, summed over the session's last different items."""
    sessions, items = len(trails.session_starts) - 1, len(trails.item_starts) - 1
    paths = np.empty(len(trails.us), np.int32), np.zeros(sessions, np.int64)
    work = np.zeros(items), np.empty(items, np.int64), np.zeros(items, np.int64)
    counts, rank = pair_counts(items), np.full(len(trails.us), -2)
    for start in range(0, len(rank), _ROWS):
        stop = min(start + _ROWS, len(rank))
        held = np.minimum(paths[1][trails.session[start:stop]] + (stop - start), LONGEST)
        longest = np.minimum(held, np.diff(trails.session_starts)[trails.session[start:stop]])
        counts = with_room(counts, 2 * int(longest.sum()))
        _together(trails, counts, paths, work, (start, stop), last, top, rank)
    return rank


@kernel
def _together(
    trails: Trails,
    counts: PairCounts,
    paths: tuple[NDArray[np.int32], Ints],
    work: tuple[NDArray[np.float64], Ints, Ints],
    rows: tuple[int, int],
    last: int,
    top: int,
    rank: Ints,
) -> None:
    recent, size = paths
    score, listed, times = work
    for row in range(rows[0], rows[1]):
        here, current = trails.session[row], trails.item[row]
        start, known = trails.session_starts[here], size[here]
        at = known - 1
        while at >= 0 and recent[start + at] != current:
            at -= 1
        if at < 0:
            times[current] += 1
            for place in range(max(0, known - LONGEST), known):
                add(counts, recent[start + place], current)
                add(counts, current, recent[start + place])
            at, size[here] = known, known + 1
        for place in range(at, size[here] - 1):
            recent[start + place] = recent[start + place + 1]
        recent[start + size[here] - 1] = current
        if trails.following[row] < 0:
            continue
        offered = 0
        for place in range(size[here] - 1, max(size[here] - 1 - last, -1), -1):
            one = recent[start + place]
            pair = counts.head[one]
            while pair >= 0:
                other = counts.other[pair]
                if other != current:
                    if score[other] == 0:
                        listed[offered] = other
                        offered += 1
                    score[other] += counts.times[pair] / np.sqrt(times[one] * times[other])
                pair = counts.link[pair]
        rank[row] = _rank(score, listed, offered, trails.following[row], top)
        score[listed[:offered]] = 0.0
