"""Tag towers with random weights over a few items of two facets, one of them a number."""

import numpy as np

from intently.catalog.arrays import Snapshot
from intently.catalog.schema import CatalogSpec
from intently.catalog.snapshot import build_snapshot
from intently.nouns import KINDS, History, Item
from intently.retrieve.item_features import features_of, vocabulary_of
from intently.retrieve.request import Floats
from intently.retrieve.tag_towers import TagTowers, TowerForm, array_shapes
from intently.retrieve.towers import Towers
from tests.retrieve.worlds import DAY, unit_rows

N, KNOWN, TAG_DIM = 14, 12, 6  # the last two items came after the training
SPEC = CatalogSpec.model_validate(
    {"format": "intently.catalog", "version": 1, "name": "tiny", "items": {"file": "i.csv", "id": "id", "title": "t"},
     "facets": {"type": {"kind": "term", "column": "type", "many": True}, "price": {"kind": "number", "column": "p"}}}
)  # fmt: skip


def things(count: int = N, dim: int = TAG_DIM) -> Snapshot:
    """Thing n is of type a, b or a and b, by n; the price is 10 n, and missing of every fifth."""
    items = [
        Item(
            item_id=f"i{n}",
            title=f"thing {n}",
            facets={"type": (("a",), ("b",), ("a", "b"))[n % 3], "price": None if n % 5 == 4 else 10.0 * n},
        )
        for n in range(count)
    ]
    return build_snapshot(SPEC, items, unit_rows(count, dim), "v1")


def towers_of(
    snapshot: Snapshot | None = None,
    *,
    codes: int = 1,
    people: tuple[str, ...] = (),
    text: bool = True,
    seed: int = 0,
) -> TagTowers:
    """Towers with random weights that knew all but the last two of the things."""
    snapshot = snapshot or things()
    form = TowerForm(
        vocabulary=vocabulary_of(snapshot, np.arange(len(snapshot) - 2, dtype=np.int32), text=text),
        behaviours=("newest", "liked", "not liked", "purchase"), user_ids=people,
        tag_dim=snapshot.vectors.shape[1], dim=8, width=4, hidden=10, codes=codes, newest=2, length=5,
    )  # fmt: skip
    random = np.random.default_rng(seed)
    shapes = array_shapes(form)
    return TagTowers(form, {name: random.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()})


def vectors_of(towers: TagTowers, snapshot: Snapshot | None = None) -> Floats:
    return towers.items(features_of(snapshot or things(), towers.form.vocabulary))


def source_of(towers: TagTowers, beta: float = 0.5, snapshot: Snapshot | None = None) -> Towers:
    return Towers(towers, vectors_of(towers, snapshot), beta, temperature=0.2)


def done(*events: tuple[int, str, bool]) -> History:
    """(row, kind, liked), a day apart."""
    rows, kinds, liked = zip(*events, strict=True) if events else ((), (), ())
    return History(
        np.array(rows, np.int32), np.arange(len(events)) * DAY, np.array(liked, np.bool_),
        tuple(f"e{place}" for place in range(len(events))), np.array([KINDS.index(kind) for kind in kinds], np.int8),
    )  # fmt: skip
