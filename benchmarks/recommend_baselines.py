"""Baselines of recommendation, each updated after every click: plain code of its own, sharing nothing with ours.

Each takes dense numbers of sessions and items in log order, with the next item of each click's session (-1: none),
and returns the rank of that next item in its list after each click: -1 where it is not in it, -2 where nothing
was asked.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evercart.kernel import kernel

Ints = NDArray[np.int64]
LONGEST = 200  # clicks of a session that are kept


@kernel
def next_items(session: Ints, item: Ints) -> Ints:
    last = np.full(session.max() + 1, -1)
    found = np.full(len(session), -1)
    for row in range(len(session)):
        if last[session[row]] >= 0:
            found[last[session[row]]] = item[row]
        last[session[row]] = row
    return found


@kernel
def vmis(
    session: Ints, item: Ints, following: Ints, indexed: Ints, m: int, k: int, length: int, own: bool, top: int
) -> Ints:
    """VMIS-kNN: linear position weights, the m newest sessions an item, the k most similar, inverse frequency.

    indexed    how many clicks of the log the index holds when a row asks: all up to it, or those before midnight
    own        whether the clicks that the session itself has added to the index count as those of a neighbour
    """
    sessions, items = session.max() + 1, item.max() + 1
    trail, steps = np.full((sessions, LONGEST), -1, np.int32), np.zeros(sessions, np.int64)
    path, size = np.full((sessions, LONGEST), -1, np.int32), np.zeros(sessions, np.int64)
    holders, held = np.full((items, m), -1, np.int32), np.zeros(items, np.int64)
    moved, alike, nearest = np.zeros(sessions), np.zeros(sessions), np.zeros(sessions, np.int64)
    touched, listed, score = np.empty(sessions, np.int64), np.empty(items, np.int64), np.zeros(items)
    rank, begun, done = np.full(len(item), -2), 0, 0
    for row in range(len(item)):
        here, current = session[row], item[row]
        while done < indexed[row]:
            one, what = session[done], item[done]
            begun += 1 if size[one] == 0 else 0
            if not np.any(path[one, : size[one]] == what):
                holders[what, held[what] % m] = one
                held[what] += 1
            if size[one] < LONGEST:
                path[one, size[one]] = what
                size[one] += 1
            moved[one] = done
            done += 1
        if steps[here] < LONGEST:
            trail[here, steps[here]] = current
            steps[here] += 1
        if following[row] < 0:
            continue
        met, end = 0, steps[here]
        first = max(0, end - length)
        for at in range(end - 1, first - 1, -1):
            shared = trail[here, at]
            if np.any(trail[here, at + 1 : end] == shared):
                continue
            for j in range(min(held[shared], m)):
                other = holders[shared, (held[shared] - 1 - j) % m]
                if other == here and not own:
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
            for at in range(size[other]):
                one = path[other, at]
                if one == current or weight == 0.0 or np.any(path[other, :at] == one):
                    continue
                if score[one] == 0:
                    listed[offered] = one
                    offered += 1
                score[one] += weight * np.log(begun / held[one])
        alike[touched[:met]] = 0.0
        best = listed[:offered][np.argsort(-score[listed[:offered]], kind="mergesort")[:top]]
        rank[row] = -1
        for at in range(len(best)):
            if best[at] == following[row]:
                rank[row] = at
        score[listed[:offered]] = 0.0
    return rank


@kernel
def newest_own(session: Ints, item: Ints, following: Ints, top: int) -> Ints:
    """The session's own items, the newest first."""
    path, size = np.full((session.max() + 1, LONGEST), -1, np.int32), np.zeros(session.max() + 1, np.int64)
    rank = np.full(len(item), -2)
    for row in range(len(item)):
        here = session[row]
        if size[here] < LONGEST:
            path[here, size[here]] = item[row]
            size[here] += 1
        if following[row] < 0:
            continue
        rank[row], place = -1, 0
        for at in range(size[here] - 2, -1, -1):
            if np.any(path[here, at + 1 : size[here]] == path[here, at]):
                continue
            if path[here, at] == following[row]:
                rank[row] = place
                break
            place += 1
            if place == top:
                break
    return rank


@kernel
def popularity(us: Ints, item: Ints, following: Ints, half_us: float, top: int) -> Ints:
    """Popularity that halves every `half_us`."""
    score = np.zeros(item.max() + 1)
    rank = np.full(len(item), -2)
    for row in range(len(item)):
        score[item[row]] += 2.0 ** ((us[row] - us[0]) / half_us)
        if following[row] >= 0:
            mine = score[following[row]]
            above = np.sum(score > mine) - (1 if score[item[row]] > mine else 0)
            rank[row] = above if mine > 0 and above < top else -1
    return rank


def transitions(session: Ints, item: Ints, following: Ints, top: int) -> Ints:
    """How often each item came next after the current one."""
    counts: dict[int, dict[int, float]] = defaultdict(dict)
    last: dict[int, int] = {}
    rank = np.full(len(item), -2)
    for row, (here, current) in enumerate(zip(session.tolist(), item.tolist(), strict=True)):
        before = last.get(here)
        if before is not None and before != current:
            counts[before][current] = counts[before].get(current, 0) + 1
        last[here] = current
        if following[row] >= 0:
            rank[row] = _rank(counts[current], int(following[row]), top)
    return rank


def cosine(session: Ints, item: Ints, following: Ints, last: int, top: int) -> Ints:
    """Item-cosine over sessions, counted click by click, summed over the session's last items."""
    both: dict[int, dict[int, float]] = defaultdict(dict)
    of: dict[int, int] = defaultdict(int)
    paths: dict[int, list[int]] = defaultdict(list)
    rank = np.full(len(item), -2)
    for row, (here, current) in enumerate(zip(session.tolist(), item.tolist(), strict=True)):
        path = paths[here]
        if current not in path:
            of[current] += 1
            for other in set(path):
                both[other][current] = both[other].get(current, 0) + 1
                both[current][other] = both[current].get(other, 0) + 1
        path.append(current)
        if following[row] >= 0:
            score: dict[int, float] = {}
            for one in list(dict.fromkeys(path[::-1]))[:last]:
                for other, n in both[one].items():
                    if other != current:
                        score[other] = score.get(other, 0) + n / (of[one] * of[other]) ** 0.5
            rank[row] = _rank(score, int(following[row]), top)
    return rank


def _rank(score: dict[int, Any], wanted: int, top: int) -> int:
    """Return the place of an item, ties by number; -1 where it is not among the first."""
    if wanted not in score:
        return -1
    mine = score[wanted]
    above = sum(1 for other, value in score.items() if value > mine or (value == mine and other < wanted))
    return above if above < top else -1
