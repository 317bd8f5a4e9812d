"""The sources of a catalogue: one literal list, in the order in which traces name them."""

import numpy as np

from intently.catalog.schema import CatalogSpec
from intently.config import RetrieveConfig
from intently.retrieve.index import BehaviourIndex
from intently.retrieve.neighbours import Neighbours
from intently.retrieve.popularity import Fresh, Lasting, Popularity
from intently.retrieve.repeats import Repeats
from intently.retrieve.request import Floats, Retriever
from intently.retrieve.semantic import Semantic
from intently.retrieve.sequence import Sequence
from intently.retrieve.tags import Tags
from intently.retrieve.towers import Towers

__all__ = ["sources_of"]


def sources_of(
    spec: CatalogSpec,
    vectors: Floats,
    index: BehaviourIndex,
    config: RetrieveConfig,
    sequence: Sequence | None = None,
    tags: bool = False,
    towers: Towers | None = None,
) -> tuple[Retriever, ...]:
    """All sources that this catalogue can use: "repeats" only where items may come back, "semantic" only with vectors,
    "sequence" and "towers" only where they were trained, "tags" only where places are allocated (`tags`).

    `vectors` (n, dim) are the snapshot's; dim 0 without an encoder. `sequence` and `towers` are placed on the
    snapshot's items.
    """
    sources: list[Retriever] = [
        Popularity(index.popularity),
        Popularity(index.trend, "trend"),
        Fresh(index),
        Lasting(index.lasting),
        Neighbours(index.neighbours, config.recent_items),
    ]
    if vectors.shape[1]:
        sources.append(Semantic(np.asarray(vectors)))
    if vectors.shape[1] and tags:
        sources.append(Tags(np.asarray(vectors)))
    if sequence is not None:
        sources.append(sequence)
    if towers is not None:
        sources.append(towers)
    if spec.repeat != "never":
        sources.append(Repeats())
    return tuple(sources)
