"""Measures what a world holds in memory per item: 34 k films with their words, and synthetic catalogues of any size.

    python benchmarks/bench_memory.py [--only wiki,100k,1m]

Each world is made in a process of its own; what is counted is the growth of its own memory (RssAnon) from before the
world to after its first request. The floor is the vectors alone: 4 bytes a number. A store that was opened from disk
holds less, since its arrays are memory-mapped. The last line is one JSON object.
"""

import argparse
import gc
import json
import platform
import subprocess
import sys

import numpy as np

from intently.evaluate.commit import commit

WORLDS = ("wiki", "100k", "1m")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default=",".join(WORLDS), help="of wiki, 100k, 1m; by comma")
    parser.add_argument("--world", choices=WORLDS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.world:
        print(json.dumps(_held(arguments.world)))
        return
    print(f"{platform.machine()}, numpy {np.__version__}, commit {commit()}")
    print(f"{'world':24} {'items':>9} {'MB':>8} {'bytes/item':>10} {'vectors':>8} {'ratio':>6}")
    rows = []
    for name in arguments.only.split(","):
        command = [sys.executable, __file__, "--world", name]
        row = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[-1])
        rows.append(row)
        if "skipped" in row:
            print(f"{name:24} {row['skipped']}")
            continue
        print(f"{row['world']:24} {row['items']:9,} {row['mb']:8.0f} {row['bytes_an_item']:10.0f}"
              f" {row['floor_bytes']:8} {row['ratio']:6.2f}")  # fmt: skip
    print(json.dumps({"benchmark": "memory", "commit": commit(), "rows": rows}))


def _held(name: str) -> dict[str, object]:
    from bench_feed import _requests
    from feed_worlds import own_bytes, synthetic, wiki_films
    from intently.feed.request import recommend

    makers = {
        "wiki": wiki_films, "100k": lambda: synthetic(100_000, 384), "1m": lambda: synthetic(1_000_000, 128),
    }  # fmt: skip
    gc.collect()
    before = own_bytes()
    subject = makers[name]()
    if subject is None:
        return {"world": name, "skipped": "its file is not on this machine"}
    recommend(subject.world, _requests(subject, ())[0])
    gc.collect()
    items = len(subject.world.snapshot)
    held, floor = own_bytes() - before, 4 * subject.world.snapshot.vectors.shape[1]
    return {
        "world": subject.name, "items": items, "mb": held / 2**20, "bytes_an_item": held / items,
        "floor_bytes": floor, "ratio": held / items / floor,
    }  # fmt: skip


if __name__ == "__main__":
    main()
