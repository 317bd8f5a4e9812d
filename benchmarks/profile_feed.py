"""Where the milliseconds of a feed request go: each part's own time, without that of the parts it calls.

    python benchmarks/profile_feed.py [--only 100k] [--case "2 wishes, 2 by meaning"] [--n 150]

The worlds and requests are those of bench_feed.py, and each request comes after the floor, as there: what a request
needs is no longer in the processor's caches then. Parts are functions of intently, timed from outside by wrapping them;
`rest` is what none of them does. The wrapping costs a microsecond a call. The last line is one JSON object.
"""

import argparse
import json
import os
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OPENBLAS_THREAD_TIMEOUT", "4")  # as the command line sets it, before numpy reads it

import numpy as np

import bench_feed
from intently.catalog.coarse import Coarse
from intently.evaluate.commit import commit
from intently.feed import candidates, channels, formula, request, shortlist
from intently.process import settle

PARTS: tuple[tuple[str, Any, str], ...] = (
    ("eligibility", request, "select_eligible"),
    ("wishes: vectors and words", request, "read_wishes"),
    ("the question to the sources", candidates, "retrieval_of"),
    ("questions stacked", shortlist, "_asked"),
    ("product in 8 bits, all items", Coarse, "products"),
    ("base score of all items", formula, "base_of_many"),
    ("formula: highest of columns", formula._Columns, "_highest"),
    ("formula: columns added up", shortlist, "score_rows"),
    ("formula: met wishes", formula, "_add_worth"),
    ("the best of them", shortlist, "highest_places"),
    ("exact cosines of the best", shortlist, "gathered"),
    ("candidates: choice", request, "ask_sources"),
    ("candidates: parts of the sources", candidates, "base_scores"),
    ("candidates: supply", channels, "_labels"),
    ("candidates: columns", request, "candidate_pool"),
    ("tools", request, "run_tool"),
    ("page and reasons", request, "slate_items"),
)


class Clock:
    """Own seconds of the parts of one request; the innermost part that runs is the one that is charged."""

    def __init__(self) -> None:
        self.own: dict[str, float] = defaultdict(float)
        self._inner: list[float] = []

    def timed(self, name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **named: Any) -> Any:
            began = time.perf_counter()
            self._inner.append(0.0)
            try:
                return work(*arguments, **named)
            finally:
                spent = time.perf_counter() - began
                self.own[name] += spent - self._inner.pop()
                if self._inner:
                    self._inner[-1] += spent

        return run


def main() -> None:
    arguments = _arguments()
    settle()
    clock = Clock()
    for name, owner, function in PARTS:
        setattr(owner, function, clock.timed(name, getattr(owner, function)))
    recommend = clock.timed("rest", request.recommend)
    (_, make), *_ = bench_feed._subjects(argparse.Namespace(only=arguments.only, million=False, vectors=None))
    subject = make()
    if subject is None:
        raise SystemExit(f"{arguments.only}: its file is not on this machine")
    requests = dict(bench_feed._cases(subject))[arguments.case]
    floor = bench_feed._floor_of(subject.world)
    spent: dict[str, list[float]] = {name: [] for name in (*(part for part, _, _ in PARTS), "rest", "floor")}
    for turn in range(bench_feed.WARM_UP + arguments.n):
        floored = bench_feed._milliseconds(floor)
        clock.own.clear()
        recommend(subject.world, requests[turn % len(requests)])
        if turn >= bench_feed.WARM_UP:
            for name, found in spent.items():
                found.append(floored if name == "floor" else 1000 * clock.own[name])
    _show(subject.name, arguments, spent)


def _show(world: str, arguments: argparse.Namespace, spent: dict[str, list[float]]) -> None:
    floor = float(np.median(spent.pop("floor")))
    whole = float(np.median(np.sum([*spent.values()], axis=0)))
    middle = {name: float(np.median(found)) for name, found in spent.items()}
    print(f"{world}, {arguments.case}: {whole:.2f} ms, floor {floor:.2f}, {whole / floor:.2f} x; medians of"
          f" {arguments.n} requests, commit {commit()}")  # fmt: skip
    for name, milliseconds in sorted(middle.items(), key=lambda pair: -pair[1]):
        print(f"{name:34} {milliseconds:7.2f}  {100 * milliseconds / whole:5.1f}%")
    rounded = {name: round(milliseconds, 4) for name, milliseconds in middle.items()}
    print(json.dumps({"benchmark": "feed parts", "world": world, "case": arguments.case, "floor_ms": round(floor, 4),
                      "ms": round(whole, 4), "parts": rounded, "commit": commit()}))  # fmt: skip


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="100k", help="one of demo, wiki, 100k, 1m")
    parser.add_argument("--case", default="2 wishes, 2 by meaning", help="a row of bench_feed.py")
    parser.add_argument("--n", type=int, default=150, help="requests")
    return parser.parse_args()


if __name__ == "__main__":
    main()
