"""Alternating least squares of `implicit` beside ours: recall, answers a CPU second, one thread each.

It is given what it can do between two refits: a user's factors are computed anew from all the user's items for every
answer (`recalculate_user`), users and items touched are fitted again every 256 rows (`partial_fit_users`,
`partial_fit_items`), and on the session log all is refitted every night. Factors, regularization, alpha are chosen on
the early part of each log, which is not reported.
"""

from __future__ import annotations

import itertools
import time
import warnings
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from threadpoolctl import threadpool_limits

import bench_movies
import bench_recommend as clicks_bench
from evercart.asks.each import Before
from evercart.evaluate.gains import Asked, gained, recall
from evercart.evaluate.hits import Hits
from evercart.evaluate.ranking import Ranking
from evercart.events.batch import Events
from evercart.units import DAY_US
from movies import fetched
from peers import markdown
from shared import there

EVERY, ALONE = 256, 2_000
Ints = NDArray[np.int64]


class Stream(NamedTuple):
    """Rows of (user, item) in time order; items are numbered as they first come.

    asked    (rows,) bool: whether the row answers a question that was asked just before it
    again    whether an item may be the answer although the user had it
    """

    user: Ints
    item: Ints
    us: Ints
    asked: NDArray[np.bool_]
    again: bool
    top: int


class Setting(NamedTuple):
    """What may be chosen."""

    factors: int = 64
    regularization: float = 0.01
    alpha: float = 1.0


GRID = [Setting(*one) for one in itertools.product((32, 64, 128), (0.01, 0.1), (1.0, 10.0))]


@dataclass
class Racer:
    """A model with the histories it answers from."""

    stream: Stream
    setting: Setting
    model: Any = None
    known: int = 0  # items the model has factors of

    def __post_init__(self) -> None:
        self.mine: list[list[int]] = [[] for _ in range(self.stream.user.max() + 1)]
        self.takers: list[list[int]] = [[] for _ in range(self.stream.item.max() + 1)]
        self.answer_s = self.learn_s = 0.0

    def fit(self, stop: int) -> None:
        """Fit anew to the rows before `stop`."""
        began_s = time.process_time()
        user, item = self.stream.user[:stop], self.stream.item[:stop]
        self.known = int(item.max()) + 1
        rows = csr_matrix((np.ones(stop, np.float32), (user, item)), shape=(len(self.mine), self.known))
        rows.data[:] = 1.0
        given = self.setting._asdict()
        self.model = AlternatingLeastSquares(**given, iterations=15, num_threads=1, random_state=1)
        self.model.fit(rows, show_progress=False)
        self.learn_s += time.process_time() - began_s

    def note(self, start: int, stop: int) -> None:
        """Add rows to the histories."""
        for user, item in zip(
            self.stream.user[start:stop].tolist(), self.stream.item[start:stop].tolist(), strict=True
        ):
            if item not in self.mine[user]:
                self.mine[user].append(item)
                self.takers[item].append(user)

    def learn(self, start: int, stop: int) -> None:
        """Fit the users, then the items, of some rows."""
        began_s = time.process_time()
        users, items = np.unique(self.stream.user[start:stop]), np.unique(self.stream.item[start:stop])
        had = [[item for item in self.mine[user] if item < self.known] for user in users]
        self.model.partial_fit_users(users, _rows(had, self.known))
        self.model.partial_fit_items(items, _rows([self.takers[item] for item in items], len(self.mine)))
        self.known = self.model.item_factors.shape[0]
        self.learn_s += time.process_time() - began_s

    def answer(self, users: Any, rows: csr_matrix) -> NDArray[Any]:
        """Return the best items, (users, top)."""
        began_s = time.process_time()
        shown, _ = self.model.recommend(
            users, rows, N=self.stream.top, filter_already_liked_items=not self.stream.again, recalculate_user=True
        )
        self.answer_s += time.process_time() - began_s
        return np.asarray(shown)


def _rows(lists: list[list[int]], width: int) -> csr_matrix:
    ends = np.cumsum([0, *(len(one) for one in lists)])
    places = np.array(list(itertools.chain.from_iterable(lists)), np.int32)
    rows = csr_matrix((np.ones(len(places), np.float32), places, ends), shape=(len(lists), width))
    rows.sort_indices()
    return rows


def walked(racer: Racer, start: int, stop: int, nightly: bool) -> tuple[Ints, float, float]:
    """Return the rank of each row from `start` on, answers a CPU second in batches of 256, then one by one."""
    stream, ranks = racer.stream, np.full(stop - start, -1)
    racer.note(0, start)
    racer.fit(start)
    answered, alone_s, alone = 0, 0.0, 0
    for first in range(start, stop, EVERY):
        last = min(first + EVERY, stop)
        if nightly and stream.us[first] // DAY_US != stream.us[first - EVERY] // DAY_US:
            racer.fit(first)
        users, histories, places = [], [], []
        for row in range(first, last):
            if stream.asked[row]:
                users.append(int(stream.user[row]))
                histories.append([item for item in racer.mine[users[-1]] if item < racer.known])
                places.append(row)
            racer.note(row, row + 1)
        if users:
            shown = racer.answer(np.array(users), _rows(histories, racer.known))
            hit = shown == stream.item[places][:, None]
            ranks[np.array(places) - start] = np.where(hit.any(1), hit.argmax(1), -1)
            answered += len(users)
            if alone < ALONE and last > stop - 4 * ALONE:
                before = racer.answer_s
                for user, history in zip(users, histories, strict=True):
                    one = _rows([history], racer.known)
                    racer.answer(user, one)
                alone_s, alone, racer.answer_s = alone_s + racer.answer_s - before, alone + len(users), before
        racer.learn(first, last)
    return ranks, answered / racer.answer_s, alone / max(alone_s, 1e-9)


def chosen(stream: Stream, start: int, stop: int, nightly: bool) -> Setting:
    """Return the setting with the highest recall on early rows."""
    asked = stream.asked[start:stop]

    def reached(setting: Setting) -> float:
        early = stream._replace(user=stream.user[:stop], item=stream.item[:stop], us=stream.us[:stop])
        ranks, _, _ = walked(Racer(early, setting), start, stop, nightly)
        return float(recall(ranks[asked], Asked.of(np.flatnonzero(asked)), stream.top).mean())

    return max(GRID, key=reached)


def pace(source: Any, state: Any, ranker: Any, net: Any, questions: Events) -> tuple[float, float]:
    """Return answers a CPU second of ours, in batches of 256, then one by one."""
    columns = {**questions.columns, "logged_us": np.full(len(questions), questions.logged_us[-1])}
    asked = Events(columns)

    def answer(one: Events) -> None:
        _, offered = source.step(state, one)
        guesses = ranker.guess(net, offered.x)
        np.lexsort((-guesses, offered.question))

    found = []
    for size in (256, 1):
        parts = [asked.rows(slice(at, at + size)) for at in range(0, min(len(asked), ALONE), size)]
        answer(parts[0])
        began_s = time.process_time()
        for part in parts:
            answer(part)
        found.append(sum(len(part) for part in parts) / (time.process_time() - began_s))
    return found[0], found[1]


def shown(
    title: str, stream: Stream, start: int, ranks: dict[str, Ints], paces: dict[str, tuple[float, float]]
) -> None:
    """Print recall and answers a CPU second, then the gap."""
    asked = stream.asked[start:]
    questions = Asked.of(np.flatnonzero(asked))
    gains = {name: recall(rank[asked], questions, stream.top) for name, rank in ranks.items()}
    rows = [
        (name, f"{gain.mean():.4f}", *(f"{one:,.0f}" for one in paces.get(name, ()))) for name, gain in gains.items()
    ]
    head = ("what", f"recall@{stream.top}", "answers/CPU-s in 256s", "one by one")
    print(markdown(f"{title}, {asked.sum():,} answers", head, rows))
    for name in list(gains)[1:]:
        gap = gained(gains["ours"], gains[name], stream.us[start:][asked], stream.user[start:][asked])
        times = paces["ours"][1] / paces[name][1]
        print(
            f"ours minus {name}: {gap[0]:+.4f} [{gap[1]:+.4f}, {gap[2]:+.4f}], {times:.1f} times the single answers\n"
        )


def movies() -> None:
    likes = fetched()
    if likes is None:
        return
    stream = Stream(likes.user, _by_first(likes.item), likes.us, np.ones(len(likes.us), np.bool_), False, 10)
    start = round(0.2 * len(likes.us))
    setting = chosen(stream, 3 * start // 4, start, False)
    blend = bench_movies.Blend()
    _, ranks = bench_movies.ours(likes, blend)
    asks = Before("view", columns=("user",))
    woven = asks.step(asks.start(), likes.events)[1]
    questions = woven.rows(woven["number"] >= 0).rows(slice(-ALONE, None))
    paces = {"ours": pace(blend.parts[0], blend.states[0], blend.parts[2], blend.states[2], questions)}
    theirs, *speed = walked(Racer(stream, setting), start, len(likes.us), False)
    name = f"ALS, partial_fit ({setting.factors} factors)"
    paces[name] = speed[0], speed[1]
    shown("MovieLens-100K", stream, start, {"ours": ranks[start:], name: theirs}, paces)


def sessions() -> None:
    clicks = clicks_bench.sample(clicks_bench.SAMPLE)
    us, session, item = clicks
    following = np.zeros(len(us), np.bool_)
    following[np.lexsort((np.arange(len(us)), session))[1:]] = np.diff(np.sort(session)) == 0
    stream = Stream(session, _by_first(item), us, following, True, clicks_bench.TOP)
    day = (us - us[0]) // DAY_US
    start = int(np.searchsorted(day, clicks_bench.TUNED_DAYS))
    setting = chosen(stream, int(np.searchsorted(day, clicks_bench.TUNED_DAYS - 2)), start, True)
    blend, ranking = clicks_bench.Blend(), Ranking(k=clicks_bench.TOP)
    state, found = ranking.start(), []
    woven = clicks.woven
    for batch in clicks_bench.ticks(woven, clicks_bench.BATCH):
        _, lists = blend.step(batch)
        state, hits = ranking.step(state, (batch, lists.question, lists.item))
        found.append(hits)
    hits = Hits.concat(found)
    ranks = np.full(len(us), -1)
    ranks[_answers(session)[hits.number]] = hits.rank
    questions = woven.rows(woven["number"] >= 0).rows(slice(-ALONE, None))
    paces = {"ours": pace(blend.source, blend.states[0], blend.ranker, blend.states[2], questions)}
    lines = {"ours": ranks[start:]}
    for nightly in (False, True):
        theirs, *speed = walked(Racer(stream, setting), start, len(us), nightly)
        name = f"ALS, partial_fit{' + refitted nightly' if nightly else ''} ({setting.factors} factors)"
        lines[name], paces[name] = theirs, (speed[0], speed[1])
    shown(f"Serenade sample after day {clicks_bench.TUNED_DAYS}", stream, start, lines, paces)


def _answers(session: Ints) -> Ints:
    """Return for each click the row of the next one of its session, -1 where there is none."""
    order = np.lexsort((np.arange(len(session)), session))
    found = np.full(len(session), -1)
    same = session[order][1:] == session[order][:-1]
    found[order[:-1][same]] = order[1:][same]
    return found


def _by_first(item: Ints) -> Ints:
    """Return the items numbered as they first come."""
    _, first, at = np.unique(item, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[at]


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    with threadpool_limits(1):
        movies()
        if there(clicks_bench.SAMPLE):
            sessions()
