"""Times one request against the floor: one float32 product over all items and the top of it (docs/results/speed.md).

    python benchmarks/bench_feed.py [--n 1000] [--seconds 20] [--only demo,wiki,100k,1m] [--million] [--cpu]

A request is `recommend` in process: eligibility, sources, tools, reasons, the slate; its trace is kept but not written.
Floor and requests take turns, in one thread, `--n` times or for `--seconds` a row, whichever ends first. Quality stands
beside speed: the share of the 10 and of the 100 best, where the tools score every eligible item, that the request has
among its own. A world's memory is the growth of the process's own (RssAnon) from before it was made to after its first
request, beside its vectors alone. The last line is one JSON object; a row with a bar has `bar_ratio`, measured over the
bar, and meets it at 1 or less.

`--cpu` counts the processor time of the thread instead of the time that passed: for a machine that others use. Set
OPENBLAS_NUM_THREADS=1 then, so that the floor does not work in threads that are not counted.
"""

import argparse
import gc
import json
import os
import platform
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")  # as the command line sets it, before numpy reads it

import numpy as np

from feed_worlds import NOW, Subject, demo_films, own_bytes, synthetic, wiki_films
from intently.catalog.ground import Grounder
from intently.config import Config, RetrieveConfig
from intently.evaluate.commit import commit
from intently.feed.parser import ParseContext, ShownItem, read_exact
from intently.feed.request import FeedRequest, World, recommend
from intently.feed.tools import Pool
from intently.nouns import Preference, Tag
from intently.process import settle

SLACK_MS = 5.0  # below 100 k items: floor + this
LARGE = 100_000  # items, from which the bar is twice the floor
DEPTHS = (10, 100)  # of the comparison with exact scoring
WARM_UP = 10  # requests before the first that is timed
LEAST_TURNS = 20
LEAST_COMPARED = 2  # requests of a row, however large the world
GONE = 30  # items of the history that may not come again
SHARES = (1.0, 0.5, 0.01, 0.0001)
COMMANDS = (
    "no horror please, something funny from the 90s under 100 minutes",
    "forget the running time",
    "more like the second one but newer",
    "only comedies",
    "nothing before 1980",
    "around two hours",
    "less drama",
    "undo",
)


@dataclass(frozen=True)
class Timed:
    """Milliseconds of the requests and of the floors between them."""

    floor: np.ndarray
    request: np.ndarray

    def at(self, percent: float) -> tuple[float, float]:
        return float(np.percentile(self.floor, percent)), float(np.percentile(self.request, percent))


def main() -> None:
    arguments = _arguments()
    settle()  # memory, as the command line does
    rows: list[dict[str, Any]] = []
    print(_place(arguments.n))
    print(f"{'world':24} {'asked':26} {'floor p50':>9} {'p50':>7} {'ratio':>6} {'floor p99':>9} {'p99':>7} {'ratio':>6}"
          f" {'overlap@10':>10} {'@100':>6} {'turns':>5}  bar")  # fmt: skip
    for name, make in _subjects(arguments):
        gc.collect()
        before = own_bytes()
        subject = make()
        if subject is None:
            print(f"{name:24} skipped: its file is not on this machine")
            rows.append({"row": name, "skipped": "its file is not on this machine"})
            continue
        rows.append(_memory_row(subject, before))
        for case, requests in _cases(subject):
            rows += _case_rows(subject, case, requests, arguments)
        if subject.name == "demo films":
            rows.append(_command_row(subject, max(200, arguments.n // 2)))
        del subject
    print(json.dumps({"benchmark": "feed", "n": arguments.n, "commit": commit(), "rows": rows}))


def _memory_row(subject: Subject, before: int) -> dict[str, Any]:
    """What the world holds, after a first request; `before`: bytes of the process before it was made."""
    recommend(subject.world, _requests(subject, ())[0])
    gc.collect()
    items = len(subject.world.snapshot.item_ids)
    held, floor = own_bytes() - before, 4 * subject.world.snapshot.vectors.shape[1]
    print(f"{subject.name:24} {items:,} items, {held / 2**20:,.0f} MB, {held / items:,.0f} bytes an item,"
          f" {held / items / floor:.2f} x its vectors")  # fmt: skip
    return {
        "row": f"{subject.name}, memory",
        "items": items,
        "bytes_an_item": round(held / items),
        "floor_bytes": floor,
    }


def _case_rows(
    subject: Subject, case: str, requests: list[FeedRequest], arguments: argparse.Namespace
) -> list[dict[str, Any]]:
    """Time one kind of request; print its line and return its rows, p50 and p99."""
    timed = _time(subject.world, requests, arguments, time.thread_time if arguments.cpu else time.perf_counter)
    compared = min(arguments.exact, max(LEAST_COMPARED, LARGE * 10 // len(subject.world.snapshot.item_ids)))
    overlap, recall = _overlap(subject.world, requests[:compared])
    rows, ratios = [], []
    for percent in (50, 99):
        floor, request = timed.at(percent)
        row = {
            "row": f"{subject.name}, {case}, p{percent}", "items": len(subject.world.snapshot.item_ids), "ms": request,
            "floor_ms": floor, "ratio": request / floor, "overlap_at_10": overlap, "overlap_at_100": recall,
            "vectors": subject.vectors, "turns": len(timed.floor),
        }  # fmt: skip
        if row["items"] >= LARGE:
            row["bar_ratio"] = request / (2 * floor)
        elif percent == 50:
            row["bar_ratio"] = request / (floor + SLACK_MS)
        ratios.append(row.get("bar_ratio"))
        rows.append({key: round(value, 4) if isinstance(value, float) else value for key, value in row.items()})
    (f50, r50), (f99, r99) = timed.at(50), timed.at(99)
    bars = " ".join("-" if ratio is None else f"{ratio:.2f}" for ratio in ratios)
    print(f"{subject.name:24} {case:26} {f50:9.2f} {r50:7.2f} {r50 / f50:6.2f} {f99:9.2f} {r99:7.2f} {r99 / f99:6.2f}"
          f" {overlap:10.3f} {recall:6.3f} {len(timed.floor):5}  {bars}", flush=True)  # fmt: skip
    return rows


def _time(
    world: World, requests: list[FeedRequest], arguments: argparse.Namespace, clock: Callable[[], float]
) -> Timed:
    floor = _floor_of(world)
    began = time.perf_counter()
    for request in requests[:WARM_UP]:
        floor()
        recommend(world, request)
    floors, asked = [], []
    while len(asked) < arguments.n and (len(asked) < LEAST_TURNS or time.perf_counter() - began < arguments.seconds):
        request = requests[len(asked) % len(requests)]
        floors.append(_milliseconds(floor, clock))
        asked.append(_milliseconds(lambda request=request: recommend(world, request), clock))
    return Timed(np.array(floors), np.array(asked))


def _floor_of(world: World) -> Callable[[], np.ndarray]:
    vectors = world.snapshot.vectors
    query = np.array(vectors[0])

    def floor() -> np.ndarray:
        scores = vectors @ query
        top = np.argpartition(scores, -10)[-10:]
        return top[np.argsort(-scores[top])]

    return floor


def _milliseconds(work: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    work()
    return (clock() - began) * 1000


def _overlap(world: World, requests: list[FeedRequest]) -> list[float]:
    """For each of DEPTHS, the mean share of so many best by score that are also the best where the tools score every
    eligible item."""
    everything = Config(retrieve=RetrieveConfig(candidates=max(1, len(world.snapshot.item_ids))))
    exact_world = replace(world, config=everything)
    shares: list[list[float]] = []
    for request in requests:
        best = _best_first(recommend(exact_world, request).trace.pool)
        shown = _best_first(recommend(world, request).trace.pool)
        shares.append([_share(best[:depth], shown[:depth]) for depth in DEPTHS])
    return np.mean(shares, axis=0).tolist()


def _best_first(pool: Pool) -> list[str]:
    """The ids of the best by score, ties by id; as many as are compared."""
    scores, deepest = pool.scores, min(max(DEPTHS), len(pool.ids))
    if not deepest:
        return []
    least = np.partition(scores, len(scores) - deepest)[len(scores) - deepest]
    places = np.flatnonzero(scores >= least).tolist()
    return [pool.ids[place] for place in sorted(places, key=lambda place: (-scores[place], pool.ids[place]))]


def _share(best: list[str], shown: list[str]) -> float:
    return len(set(best) & set(shown)) / len(best) if best else 1.0


def _cases(subject: Subject) -> Iterator[tuple[str, list[FeedRequest]]]:
    amounts = subject.world.snapshot.numbers[subject.number].amounts
    for share in SHARES:
        bound = float(np.nanquantile(amounts, share))
        must = _preference("p1", "must", subject.number, "at_most", bound)
        case = "all items" if share == 1 else f"filter keeps {share:.2%}".replace(".00%", "%")
        yield case, _requests(subject, () if share == 1 else (must,))
    values = subject.world.snapshot.terms[subject.term].values
    wishes = (
        _preference("p1", "prefer", subject.term, "is", [values[len(values) // 2]]),
        _preference("p2", "prefer", subject.number, "at_most", float(np.nanquantile(amounts, 0.3))),
        _preference("p3", "prefer", None, "like", {"text": "something slow and quiet"}),
        _preference("p4", "prefer", None, "like", {"text": "sad"}, polarity="avoid"),
    )
    yield "2 by meaning", _requests(subject, wishes[2:])
    yield "2 wishes, 2 by meaning", _requests(subject, wishes)
    ids = subject.world.snapshot.item_ids
    yield (
        "the same, 30 items gone",
        [
            replace(request, exclude=tuple(ids[row] for row in request.history.rows[-GONE:]))
            for request in _requests(subject, wishes)
        ],
    )


def _requests(subject: Subject, preferences: tuple[Preference, ...]) -> list[FeedRequest]:
    tags = tuple(Tag(tag_id=f"t{n}", text=f"tag number {n}", interest_id="i1") for n in range(8))
    return [
        FeedRequest(f"feed-{n}", f"user-{n}", NOW, history=history, tags=tags, preferences=preferences)
        for n, history in enumerate(subject.histories)
    ]


def _preference(
    preference_id: str, strength: str, facet: str | None, relation: str, value: Any, polarity: str = "want"
) -> Preference:
    pairs = [[facet, each] for each in value] if isinstance(value, list) else []
    return Preference.model_validate({
        "id": preference_id, "polarity": polarity, "strength": strength, "facet": facet, "matches": pairs,
        "relation": relation, "value": value, "quote": preference_id, "command_id": "c1",
    })  # fmt: skip


def _command_row(subject: Subject, n: int) -> dict[str, Any]:
    """Text to changes by the grammar alone."""
    grounder = Grounder(subject.world.spec, subject.world.snapshot)
    slate = tuple(
        ShownItem(i.item_id, i.title) for i in recommend(subject.world, _requests(subject, ())[0]).slate.items
    )
    spent = []
    for turn in range(n):
        context = ParseContext(
            spec=subject.world.spec, grounder=grounder, snapshot=subject.world.snapshot, memory=(), slate=slate,
            now=datetime.now(UTC), command_id=f"c{turn}",
        )  # fmt: skip
        spent.append(_milliseconds(lambda c=context, text=COMMANDS[turn % len(COMMANDS)]: read_exact(text, c)))
    p95 = float(np.percentile(spent[len(COMMANDS) :], 95))
    print(f"{subject.name:24} {'command read by grammar':26} p95 {p95:.2f} ms  bar {p95 / 20:.2f}")
    return {"row": "command read by the grammar, p95", "ms": round(p95, 3), "bar_ratio": round(p95 / 20, 4)}


def _subjects(arguments: argparse.Namespace) -> Iterator[tuple[str, Callable[[], Subject | None]]]:
    makers: dict[str, tuple[str, Callable[[], Subject | None]]] = {
        "demo": ("demo films", lambda: demo_films(arguments.vectors)),
        "wiki": ("34 k films", wiki_films),
        "100k": ("100 k x 384 synthetic", lambda: synthetic(100_000, 384)),
        "1m": ("1,000 k x 128 synthetic", lambda: synthetic(1_000_000, 128)),
    }
    names = arguments.only.split(",") if arguments.only else ["demo", "wiki", "100k"]
    for name in [*names, *(["1m"] if arguments.million and "1m" not in names else [])]:
        yield makers[name]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=1000, help="requests and floors of each kind")
    parser.add_argument("--seconds", type=float, default=20.0, help="after which a row ends with fewer turns")
    parser.add_argument("--only", default="", help="of demo, wiki, 100k, 1m; by comma")
    parser.add_argument("--million", action="store_true", help="1 M x 128 too (4 GB of memory)")
    parser.add_argument("--exact", type=int, default=20, help="requests compared with exact scoring")
    parser.add_argument("--cpu", action="store_true", help="processor time of the thread, not time that passed")
    parser.add_argument("--vectors", type=Path, default=None, help="a vectors.npz for the demo films")
    return parser.parse_args()


def _place(n: int) -> str:
    cores = len(os.sched_getaffinity(0))
    return (
        f"{n:,} requests of each kind, {cores} cores, {platform.machine()}, numpy {np.__version__}, commit {commit()}"
    )


if __name__ == "__main__":
    main()
