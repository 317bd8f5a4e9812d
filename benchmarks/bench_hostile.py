"""Times hostile commands from their text to the new feed, beside plain ones (docs/results/hostile.md).

    python -m benchmarks.bench_hostile [--n 5]

The cases of tests/feed/hostile on their store of 74 items, by the grammar. Computing time of the thread that answers:
what other programs take does not count. Every command is said `n` times, each time by somebody new, and its median
counts; commands that are refused (empty, too long) are timed apart. The last line is one JSON object.
"""

import argparse
import json
import os
import platform
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tests.feed.hostile.world import CASES, config_of

from intently import Engine
from intently.errors import BadRequest
from intently.evaluate.commit import commit

PLAIN = (
    "no horror please, something funny under 100 minutes", "forget the running time", "less drama", "only comedies",
    "more like the second one", "something else", "at least an hour", "undo", "something sad about a dog", "start over",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=5, help="how often each command is said")
    n = parser.parse_args().n
    print(f"{_place()}, {len(CASES)} hostile commands, each said {n} times")
    with tempfile.TemporaryDirectory() as folder, Engine("tiny", config=config_of(Path(folder)), model=False) as engine:
        _times(engine, PLAIN, 2)  # warm-up
        plain, _ = _times(engine, PLAIN, n)
        answered, refused = _times(engine, [case.text for case in CASES], n)
    base = float(np.median(plain))
    rows = [_row("plain", plain, base), _row("hostile", answered, base), _row("hostile, refused", refused, base)]
    print(json.dumps({"benchmark": "hostile", "commit": commit(), "rows": rows}))


def _times(engine: Engine, texts: Sequence[str], n: int) -> tuple[list[float], list[float]]:
    """Milliseconds of each command, the median of `n`: of those that were answered, of those that were refused."""
    answered: list[float] = []
    refused: list[float] = []
    for place, text in enumerate(texts):
        measured = [_say(engine, f"bench-{place}-{turn}", text) for turn in range(n)]
        heard = refused if measured[0][1] else answered
        heard.append(float(np.median([milliseconds for milliseconds, _ in measured])))
    return answered, refused


def _say(engine: Engine, user: str, text: str) -> tuple[float, bool]:
    """Milliseconds of this thread's computing, and whether the command was refused."""
    engine.feed(user, client="bench")
    began = time.thread_time()
    try:
        engine.say(user, text, client="bench", model=False)
    except BadRequest:
        return 1000 * (time.thread_time() - began), True
    return 1000 * (time.thread_time() - began), False


def _row(name: str, values: Sequence[float], base: float) -> dict[str, Any]:
    p50, p95 = (float(value) for value in np.percentile(values, (50, 95)))
    ratio, most = p50 / base, max(values)
    print(f"{name:18} n = {len(values):4}  p50 {p50:6.2f}  p95 {p95:6.2f}  most {most:6.2f} ms  {ratio:5.2f}x")
    told = {"p50": p50, "p95": p95, "most": most, "ratio": ratio}
    return {"row": name, "n": len(values), "unit": "ms", **{key: round(value, 3) for key, value in told.items()}}


def _place() -> str:
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[0]
    return f"{cores} cores, {platform.machine()}, load {load:.1f} at the start, commit {commit()}"


if __name__ == "__main__":
    main()
