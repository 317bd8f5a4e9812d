"""Make the categories of the demo films: 300 clusters of their text vectors, fitted without people.

    python scripts/make_film_categories.py

Writes src/intently/evaluate/understanding/sets/demo-movies/categories.csv. The file in the repository is what counts:
another machine's arithmetic may put a film at a border elsewhere.
"""

from importlib import resources
from pathlib import Path

import numpy as np

from intently.evaluate.pack import open_pack
from intently.evaluate.understanding.categories import FILE
from intently.evaluate.understanding.clusters import cluster
from intently.evaluate.understanding.source import SETS

CLUSTERS, SEED, STARTS = 300, 0, 5


def main() -> None:
    folder = Path(str(resources.files("intently") / "data" / "films"))
    snapshot = open_pack("films", folder, folder / "none").snapshot
    if not snapshot.encoded.all():
        raise SystemExit("some films have no vector; make them: python scripts/make_demo_vectors.py")
    found = cluster(np.asarray(snapshot.vectors), CLUSTERS, SEED, STARTS)
    head = f"# spherical k-means of item text vectors: k {CLUSTERS}, seed {SEED}, best of {STARTS} starts; no people\n"
    lines = [f"{item_id},{number}\n" for item_id, number in zip(snapshot.item_ids, found.tolist(), strict=True)]
    path = SETS / "demo-movies" / FILE
    path.write_text(head + "item_id,category\n" + "".join(lines), "utf-8")
    sizes = np.bincount(found)
    print(f"{path.name}: {len(lines):,} films in {len(sizes)} categories of {sizes.min()} to {sizes.max()}")


if __name__ == "__main__":
    main()
