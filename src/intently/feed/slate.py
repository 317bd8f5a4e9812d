"""The slate: one page of the ranked candidates, with parts, reasons, and what was removed. Pages by cursor."""

import base64
import binascii
from collections.abc import Mapping, Sequence

import numpy as np

from intently.errors import BadRequest
from intently.explain import write_reason
from intently.feed.channels import supply_of
from intently.feed.eligibility import Eligible
from intently.feed.facts import FactReader
from intently.feed.tools.explorer import propensity_of
from intently.feed.tools.nearness import by_highest
from intently.feed.tools.pool import Pool
from intently.feed.world import FeedRequest, World
from intently.nouns import Channel, Removed, RemovedItem, SlateItem
from intently.retrieve.request import Mask, RetrievalRequest
from intently.retrieve.tags import COGNITIVE

__all__ = ["cursor_of", "item_parts", "read_cursor", "removed_of", "slate_items"]

MOST_REMOVED = 1000


def slate_items(
    world: World,
    request: FeedRequest,
    retrieval: RetrievalRequest,
    pool: Pool,
    sources: Sequence[str],
    start: int,
    allowed: Mask,
) -> tuple[SlateItem, ...]:
    """The page of `request.limit` candidates from rank `start` (counted from 0). Items that are not `allowed` (any
    more) are left out, the others keep their positions."""
    shown = []
    highest, reader = _highest(pool), FactReader(world, request, retrieval)
    places = pool.order[start : start + request.limit].tolist()
    for rank, (place, parts) in enumerate(zip(places, _parts_of(pool, places, sources), strict=True), start=start + 1):
        row = world.snapshot.row_of(pool.ids[place])
        if row is None or not allowed[row] or pool.scores is None:
            continue
        channel = supply_of(request, pool, place).channel
        told = {**parts, **{name: column[place] for name, column in highest.items()}}
        shown.append(
            SlateItem(
                item_id=pool.ids[place],
                title=world.snapshot.titles[row],
                position=rank,
                score=float(pool.scores[place]),
                parts=parts,
                reason=write_reason(reader.facts(row, told)),
                source=_source(world, parts, sources, channel),
                channel=channel,
                propensity=propensity_of(pool, place) if start == 0 else 1.0,
            )
        )
    return tuple(shown)


def item_parts(pool: Pool, place: int, sources: Sequence[str]) -> dict[str, float]:
    """Everything that went into one candidate's score: its sources, each tool's part, each met wish."""
    return _parts_of(pool, [place], sources)[0]


def _parts_of(pool: Pool, places: Sequence[int], sources: Sequence[str]) -> list[dict[str, float]]:
    """The parts of some candidates, in their order."""
    columns = {name: pool.measured[f"source:{name}"] for name in sources} | dict(pool.parts)
    rows = np.array([column[places] for column in columns.values()], np.float64).reshape(len(columns), len(places))
    return [
        {name: value for name, value in zip(columns, told, strict=True) if value or name in ("match", "taste")}
        for told in np.round(rows, 6).T.tolist()
    ]


def removed_of(world: World, request: FeedRequest, eligible: Eligible, pool: Pool) -> Removed:
    """Counts by rule and tool; ids among the previous slate, the asked (`only`) and the candidates, at most 1,000."""
    counts = dict(eligible.counts)
    items: dict[str, str] = {}
    for item_id in (*request.previous, *(request.only or ())):
        row = world.snapshot.row_of(item_id)
        by = eligible.removed_by(row) if row is not None else "unavailable"
        if by is not None:
            items.setdefault(item_id, by)
    for by, place in pool.removed:
        counts[by] = counts.get(by, 0) + 1
        items.setdefault(pool.ids[place], by)
    listed = tuple(RemovedItem(item_id=item_id, by=by) for item_id, by in list(items.items())[:MOST_REMOVED])
    return Removed(counts=counts, items=listed)


def cursor_of(feed_id: str, start: int) -> str:
    """An opaque cursor of the page that begins at rank `start` (counted from 0)."""
    return base64.urlsafe_b64encode(f"{start}:{feed_id}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[str, int]:
    """The feed and the rank that a cursor names. Raises BadRequest."""
    try:
        start, feed_id = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().split(":", 1)
        if int(start) < 0:
            raise ValueError
        return feed_id, int(start)
    except (ValueError, binascii.Error) as error:
        mend = "Pass the `cursor` of a slate, or none for the first page."
        raise BadRequest(f"{cursor[:40]!r} is no cursor. {mend}") from error


def _highest(pool: Pool) -> Mapping[str, np.ndarray]:
    """How near each candidate is to each wish by meaning, by cosine or by words, whichever says more."""
    ids = [name.removeprefix("like:") for name in pool.measured if name.startswith("like:")]
    return {f"like:{i}": np.maximum(by_highest(pool.column(f"like:{i}")), pool.column(f"words:{i}")) for i in ids}


def _source(world: World, parts: Mapping[str, float], sources: Sequence[str], channel: Channel) -> str:
    """The source that says most for the item, by weight; the first of equals. Empty when none does. For a cognitive
    item the source that hears the words: their parts compare as they are."""
    hearing = [name for name in sources if name in COGNITIVE and channel == "cognitive"]
    said = {name: parts.get(name, 0.0) for name in hearing} or {
        name: world.weights.get(name, 0.0) * parts.get(name, 0.0) for name in sources
    }
    best = max(said, key=lambda name: said[name], default="")
    return best if best and said[best] > 0 else ""
