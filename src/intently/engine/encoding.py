"""Vectors of items that have none yet, brought into the world slice by slice, in the order in which feeds gain soonest.

Words of facets first (a wish may mean one), then all titles, then the texts, whose vectors replace those of the titles.
A feed works all the while: an item without a vector is found by everything but meaning.
"""

from collections.abc import Callable, Iterator, Sequence

from intently.catalog.encode import Encoder, embed_text, encode_missing
from intently.catalog.meaning import texts_to_encode
from intently.catalog.vectors import VectorCache
from intently.engine.store import Store
from intently.engine.worlds import WorldKeeper
from intently.nouns import Item

__all__ = ["ItemEncoder"]

SLICE = 256  # items encoded before they become findable
COPIES = 64  # each slice copies all vectors once: at most so many slices a catalogue


class ItemEncoder:
    """Encodes while `pause()` does not hold, until `stop()` does; what was encoded by then is kept."""

    def __init__(
        self, store: Store, worlds: WorldKeeper, vectors: VectorCache, pause: Callable[[], bool],
        stop: Callable[[], bool],
    ) -> None:  # fmt: skip
        self._store, self._worlds, self._vectors = store, worlds, vectors
        self._pause, self._stop = pause, stop

    def encode(self, encoder: Encoder, told: Callable[[int, int], None]) -> int:
        """Encode what is missing now; returns of how many items. `told(encoded, of)` after each slice of texts."""
        missing = self._worlds.missing_items()
        if not missing:
            return 0
        words = texts_to_encode(self._store.spec, list(self._store.journal.items()), (), titles=False)
        self._keep(words, encoder)
        for items in self._slices(self._worlds.missing_items(bare=True)):
            self._show(items, [item.title for item in items], encoder, whole=False)
        done = 0
        for items in self._slices(missing):
            self._show(items, [embed_text(self._store.spec, item) for item in items], encoder, whole=True)
            done += len(items)
            told(done, len(missing))
        if not self._stop():
            self._worlds.save()
        return len(missing)

    def _slices(self, item_ids: Sequence[str]) -> Iterator[list[Item]]:
        """The items as they are when their turn comes, until it is time to stop."""
        size = max(SLICE, len(item_ids) // COPIES)
        for start in range(0, len(item_ids), size):
            if self._stop():
                return
            found = self._store.journal.find_items(item_ids[start : start + size])
            yield [found[item_id] for item_id in item_ids[start : start + size] if item_id in found]

    def _show(self, items: Sequence[Item], texts: Sequence[str], encoder: Encoder, *, whole: bool) -> None:
        self._keep(texts, encoder)
        found, known = self._vectors.get(texts)
        held = [item for item, is_known in zip(items, known, strict=True) if is_known]
        self._worlds.put_vectors(held, found[known], whole=whole)

    def _keep(self, texts: Sequence[str], encoder: Encoder) -> None:
        encode_missing(texts, encoder, self._vectors, pause=self._pause, stop=self._stop)
