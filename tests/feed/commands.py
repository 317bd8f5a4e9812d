"""Worlds and short forms that the tests of commands share: the demo catalogues, a fixed slate, changes as one line."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from intently.catalog.ground import Grounder
from intently.catalog.load import read_items
from intently.catalog.schema import CatalogSpec, load_spec
from intently.catalog.snapshot import Snapshot, build_snapshot
from intently.feed.parser import ParseContext, ShownItem
from intently.nouns import Change, Preference

NOW = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # a Monday
SLATE = tuple(str(number) for number in range(101, 111))


@cache
def catalogue(store: str) -> tuple[CatalogSpec, Snapshot, Grounder]:
    folder = Path(str(files("intently").joinpath("data", store)))
    spec = load_spec(folder / "catalog.toml")
    snapshot = build_snapshot(spec, read_items(spec, folder), None, "test")
    return spec, snapshot, Grounder(spec, snapshot)


def context(
    store: str = "films",
    memory: Sequence[Preference] = (),
    slate: Sequence[str] = SLATE,
    now: datetime = NOW,
    zone: str = "UTC",
) -> ParseContext:
    spec, snapshot, grounder = catalogue(store)
    rows = [(item_id, snapshot.row_of(item_id)) for item_id in slate]
    shown = tuple(ShownItem(item_id, snapshot.titles[row]) for item_id, row in rows if row is not None)
    return ParseContext(spec, grounder, snapshot, tuple(memory), shown, now, zone, "c1")


def short(change: Change) -> str:
    """One change as a line: "avoid must genre is Horror [always]"."""
    if change.op == "retract":
        value = "|".join(change.value) if isinstance(change.value, list) else ""
        return " ".join(part for part in ("retract", change.polarity or "", change.facet or "", value) if part)
    if change.op not in ("add", "replace"):
        return change.op
    scope = f" [{change.scope.kind}]" if change.scope is not None and change.scope.kind != "session" else ""
    parts = [change.polarity, change.strength, change.facet or "", change.relation, _value(change)]
    said = " ".join(str(part) for part in parts if part)
    return ("replace " if change.op == "replace" else "") + said + scope


def _value(change: Change) -> str:
    value = change.value
    if isinstance(value, list):
        return "|".join(value) if len(value) < 10 else f"{len(value)} items"
    if isinstance(value, dict):
        if "low" in value:
            return f"{float(value['low']):g}..{float(value['high']):g}"
        return "/".join(f"{key}:{text}" for key, text in value.items())
    return f"{float(value or 0):g}" if isinstance(value, float) and abs(value) < 1e5 else str(value)
