"""People's histories for measurements of compression: the demo films, and a year of groceries from files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import numpy as np
import polars as pl

from intently.catalog.arrays import Snapshot
from intently.catalog.load import read_events, read_items
from intently.catalog.schema import CatalogSpec, load_spec
from intently.catalog.snapshot import build_snapshot
from intently.errors import BadRequest
from intently.nouns import Event

__all__ = ["Histories", "films", "groceries"]

LEAST_EVENTS = 10  # of a person: with fewer there is no history to shorten
FUEL = "GASOLINE"  # its quantity is no count, and it is nobody's liking


@dataclass(frozen=True)
class Histories:
    """Drawn people with all their events, as of the moment after the last event of the whole log."""

    name: str
    spec: CatalogSpec
    snapshot: Snapshot
    as_of: datetime
    people: Mapping[str, Sequence[Event]]


def films(people: int, seed: int) -> Histories:
    """The demo films: every rating of the drawn people."""
    folder = Path(str(resources.files("intently") / "data" / "films"))
    spec = load_spec(folder / "catalog.toml")
    events = list(read_events(spec, folder))
    by_user: dict[str, list[Event]] = {}
    for event in events:
        by_user.setdefault(event.user_id, []).append(event)
    drawn = _drawn({user_id: len(held) for user_id, held in by_user.items()}, people, seed)
    snapshot = build_snapshot(spec, read_items(spec, folder), None, "measured")
    as_of = max(event.time for event in events)
    return Histories("demo films", spec, snapshot, as_of, {user_id: by_user[user_id] for user_id in drawn})


def groceries(people: int, seed: int, data: Path | None) -> Histories:
    """The Complete Journey: every purchase line of the drawn households, but fuel."""
    if data is None:
        raise BadRequest("groceries are read from files: pass --data FOLDER, the folder of retail-completejourney/")
    folder = data / "retail-completejourney"
    spec = load_spec(Path(__file__).parent / "groceries.toml")
    products = pl.read_parquet(folder / "products.parquet", columns=["product_id", "product_type"])
    known = products.filter(pl.col("product_type").is_not_null() & ~pl.col("product_type").str.starts_with(FUEL))
    lines = pl.read_parquet(folder / "transactions.parquet")
    as_of = lines["transaction_timestamp"].max()
    assert isinstance(as_of, datetime)
    lines = lines.filter(pl.col("product_id").is_in(known["product_id"].to_list()))
    counts = dict(lines.group_by("household_id").len().iter_rows())
    drawn = _drawn({str(user_id): count for user_id, count in counts.items()}, people, seed)
    lines = lines.filter(pl.col("household_id").is_in([int(user_id) for user_id in drawn]))
    bought = set(map(str, lines["product_id"].unique().to_list()))
    items = (item for item in read_items(spec, folder, drop_bad_rows=True) if item.item_id in bought)
    return Histories(
        "groceries", spec, build_snapshot(spec, items, None, "measured"), as_of.replace(tzinfo=UTC), _purchases(lines)
    )


def _purchases(lines: pl.DataFrame) -> dict[str, list[Event]]:
    people: dict[str, list[Event]] = {}
    columns = ["household_id", "product_id", "transaction_timestamp", "basket_id"]
    for seq, (user_id, item_id, time, basket) in enumerate(lines.select(columns).iter_rows()):
        event = Event(
            user_id=str(user_id), kind="purchase", item_id=str(item_id), time=time, order_id=str(basket), seq=seq,
            event_id=str(seq + 1),
        )  # fmt: skip
        people.setdefault(event.user_id, []).append(event)
    return people


def _drawn(counts: Mapping[str, int], people: int, seed: int) -> list[str]:
    """So many people with enough events, without regard to how many; by seed."""
    enough = sorted(user_id for user_id, count in counts.items() if count >= LEAST_EVENTS)
    order = np.random.default_rng(seed).permutation(len(enough))
    return sorted(enough[place] for place in order[:people])
