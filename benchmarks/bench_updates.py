"""Times changes of amounts and stock while feeds are made, and counts wrong answers: there must be none.

    python benchmarks/bench_updates.py [--data ../shared/data/catalog-wikimovies] [--seconds 30]

34,366 films, in process. First the cost of a change, one at a time and in batches, in milliseconds of processor time.
Then one thread changes 10,000 a minute (a film's minutes, or whether it is there), in one batch a second and then one
at a time, while another asks for feeds of films of at most 100 minutes without a pause; a wrong answer is a film on a
slate that was too long, or not there, when the slate was asked for, and still is. The floor is the same feeds with
nobody changing anything. The last line is one JSON object; `bar_ratio` is 10,000 over the changes made a minute.
"""

import argparse
import json
import os
import platform
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from intently.config import load_config
from intently.engine import Engine, prepare_store
from intently.engine.store import import_store
from intently.evaluate.commit import commit
from intently.nouns import Item

SCHEMA = Path(__file__).with_name("films34k.toml")
DATA = Path(__file__).parents[2] / "shared/data/catalog-wikimovies"
A_MINUTE = 10_000
MINUTES = 100.0  # the films that are asked for are not longer


@dataclass
class Said:
    """What was acknowledged: film -> number of the change since when it may not be shown; None: it may, or a change of
    it is under way."""

    banned: dict[str, int | None] = field(default_factory=dict)
    made: int = 0
    seconds: float = 0.0  # that making them took
    late_seconds: float = 0.0


def main() -> None:
    arguments = _arguments()
    print(
        f"{len(os.sched_getaffinity(0))} cores, {platform.machine()}, load {os.getloadavg()[0]:.1f}, commit {commit()}"
    )
    with tempfile.TemporaryDirectory() as folder:
        pack = Path(folder) / "pack"
        pack.mkdir()
        shutil.copy(arguments.data / "items.parquet", pack)
        shutil.copy(SCHEMA, pack / "catalog.toml")
        config = load_config(home=Path(folder) / "home", language={"enabled": False})
        import_store(config, "films34k", pack / "catalog.toml")
        prepare_store(config, "films34k")
        with Engine("films34k", config=config, model=False) as engine:
            costs = _costs(engine)
            rows = [_while_serving(engine, arguments.seconds, size) for size in (A_MINUTE // 60 + 1, 1)]
    for name, value in costs.items():
        print(f"{name:28} {value:,.3f}")
    for name in rows[0]:
        print(f"{name:28} " + "  ".join(f"{row[name]:>12,.2f}" for row in rows))
    print(json.dumps({"benchmark": "updates", "commit": commit(), **costs, "rows": rows}))


def _costs(engine: Engine) -> dict[str, float]:
    ids = engine.worlds.current.world.snapshot.item_ids
    draw = np.random.default_rng(0)

    def batch(size: int) -> None:
        picked = [ids[place] for place in draw.choice(len(ids), size, replace=False).tolist()]
        engine.patch_items({item_id: _change(draw) for item_id in picked})

    return {
        f"cpu_ms_a_change_{size}": float(np.median([_cpu_ms(batch, size) / size for _ in range(runs)]))
        for size, runs in ((1, 200), (100, 20), (1000, 5))
    }


def _while_serving(engine: Engine, seconds: float, size: int) -> dict[str, Any]:
    first = engine.feed("hot", limit=100, filters=[f"minutes<={MINUTES:g}"])
    hot = [item.item_id for page in (first, engine.feed("hot", cursor=first.cursor)) for item in page.items]
    still, _ = _feeds(engine, Said(), seconds / 3)
    said, stop = Said(), threading.Event()
    writer = threading.Thread(target=_write, args=(engine, hot, size, said, stop))
    writer.start()
    busy, wrong = _feeds(engine, said, seconds)
    stop.set()
    writer.join()
    made = said.made / said.seconds * 60
    return {
        "batch": size, "changes_a_minute": made, "bar_ratio": A_MINUTE / made, "late_seconds": said.late_seconds,
        "feeds": len(busy), "wrong_answers": wrong,
        **{f"feed_ms_p{p}": float(np.percentile(busy, p)) for p in (50, 99)},
        **{f"floor_ms_p{p}": float(np.percentile(still, p)) for p in (50, 99)},
        "ratio_p50": float(np.percentile(busy, 50) / np.percentile(still, 50)),
    }  # fmt: skip


def _write(engine: Engine, hot: list[str], size: int, said: Said, stop: threading.Event) -> None:
    """Batches at an even pace; what falls behind is made up."""
    draw, began = np.random.default_rng(1), time.perf_counter()
    while not stop.is_set():
        changes = {hot[place]: _change(draw) for place in draw.choice(len(hot), min(size, len(hot)), replace=False)}
        said.banned.update(dict.fromkeys(changes))
        changed = engine.patch_items(changes)
        said.made += len(changed)
        said.banned.update({item.item_id: None if _allowed(item) else said.made for item in changed})
        ahead = began + said.made * 60 / A_MINUTE - time.perf_counter()
        said.late_seconds = max(said.late_seconds, -ahead)
        time.sleep(max(0.0, ahead))
        said.seconds = time.perf_counter() - began


def _allowed(item: Item) -> bool:
    minutes = item.facets["minutes"]
    return item.available and isinstance(minutes, float) and minutes <= MINUTES


def _feeds(engine: Engine, said: Said, seconds: float) -> tuple[list[float], int]:
    """Milliseconds of each feed, and how many items were shown that may not be."""
    spent, wrong, deadline = [], 0, time.perf_counter() + seconds
    while time.perf_counter() < deadline:
        known = dict(said.banned)
        began = time.perf_counter()
        slate = engine.feed(f"person-{len(spent) % 50}", limit=20, filters=[f"minutes<={MINUTES:g}"])
        spent.append((time.perf_counter() - began) * 1000)
        shown = [item.item_id for item in slate.items]
        wrong += sum(known.get(i) is not None and said.banned.get(i) == known[i] for i in shown)
    return spent, wrong


def _change(draw: np.random.Generator) -> Mapping[str, Any]:
    if draw.random() < 0.5:
        return {"facets": {"minutes": float(draw.integers(60, 140))}}
    return {"available": bool(draw.random() < 0.8)}


def _cpu_ms(work: Callable[[int], None], size: int) -> float:
    began = time.thread_time()
    work(size)
    return (time.thread_time() - began) * 1000


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="the folder of items.parquet")
    parser.add_argument("--seconds", type=float, default=30.0, help="of changes while feeds are made")
    return parser.parse_args()


if __name__ == "__main__":
    main()
