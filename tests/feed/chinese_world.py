"""The two small catalogues in Chinese: sixty skirts and thirty other clothes, and thirty films."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from intently.catalog.ground import Grounder
from intently.catalog.load import read_items
from intently.catalog.schema import CatalogSpec, load_spec
from intently.catalog.snapshot import Snapshot, build_snapshot
from intently.feed.parser import ParseContext, ShownItem
from intently.nouns import Preference
from tests.feed.commands import NOW

FOLDER = Path(__file__).parent / "chinese"
SLATES = {
    "clothes": tuple(f"c{number:03}" for number in range(21, 31)),  # all short skirts
    "films": tuple(f"f{number:02}" for number in range(1, 11)),
}


@cache
def chinese(store: str) -> tuple[CatalogSpec, Snapshot, Grounder]:
    spec = load_spec(FOLDER / store / "catalog.toml")
    snapshot = build_snapshot(spec, read_items(spec, FOLDER / store), None, "test")
    return spec, snapshot, Grounder(spec, snapshot)


def chinese_context(
    store: str, memory: Sequence[Preference] = (), slate: Sequence[str] | None = None, zone: str = "UTC"
) -> ParseContext:
    spec, snapshot, grounder = chinese(store)
    rows = [(item_id, snapshot.row_of(item_id)) for item_id in (SLATES[store] if slate is None else slate)]
    shown = tuple(ShownItem(item_id, snapshot.titles[row]) for item_id, row in rows if row is not None)
    return ParseContext(spec, grounder, snapshot, tuple(memory), shown, NOW, zone, "c1")
