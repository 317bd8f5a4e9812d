"""What may be said of a shown item: what its sources rest on and which preferences it meets, as explain's Facts."""

from collections.abc import Mapping

from intently.explain import Facts, Met, PastItem, value_text
from intently.feed.wishes import newest_command
from intently.feed.world import FeedRequest, World
from intently.nouns import Preference
from intently.retrieve.request import RetrievalRequest

__all__ = ["facts_of"]

NEAR = 0.6  # of the nearest candidate's cosine: from here an item is said to go with a wish by meaning
POPULAR = 0.05  # of the highest popularity: from here an item is said to be popular


def facts_of(
    world: World, request: FeedRequest, retrieval: RetrievalRequest, row: int, parts: Mapping[str, float]
) -> Facts:
    """`parts` are the item's own: one entry a source, one a wish by meaning ("like:<preference id>")."""
    tags, past = _from_sources(world, request, retrieval, row, parts)
    likes = [p for p in request.preferences if parts.get(f"like:{p.id}", 0.0) >= NEAR]
    return Facts(
        item_id=world.snapshot.item_ids[row],
        met=_met(world, request, row),
        meanings=tuple(p for p in likes if "text" in _value(p)),
        examples=tuple(example for p in likes if (example := _example(world, p)) is not None),
        tags=tags,
        past=past,
        popular=parts.get("popularity", 0.0) >= POPULAR,
        half_life_days=world.spec.popularity_half_life_days,
    )


def _met(world: World, request: FeedRequest, row: int) -> tuple[Met, ...]:
    newest = newest_command(request)
    wanted = [p for p in request.preferences if p.polarity == "want" and p.relation != "like"]
    facets = world.snapshot.facets_of(row) if wanted else {}
    found = []
    for preference in wanted:
        facet = world.spec.facets.get(preference.facet or "")
        if facet is None or facet.weight > 0:
            value = value_text(world.spec, facets, preference)
            if value:
                found.append(Met(preference, value, preference.command_id == newest))
    return tuple(found)


def _example(world: World, preference: Preference) -> tuple[str, str] | None:
    item_id = str(_value(preference).get("item_id", ""))
    row = world.snapshot.row_of(item_id) if item_id else None
    return None if row is None else (item_id, world.snapshot.titles[row])


def _value(preference: Preference) -> Mapping[str, object]:
    return preference.value if isinstance(preference.value, dict) else {}


def _from_sources(
    world: World, request: FeedRequest, retrieval: RetrievalRequest, row: int, parts: Mapping[str, float]
) -> tuple[tuple[tuple[str, str], ...], tuple[PastItem, ...]]:
    """Tags and past items that the first source names which has any, the one that says most for the item first."""
    told = [(world.weights.get(s.name, 0.0) * parts.get(s.name, 0.0), s) for s in world.sources]
    for _, source in sorted((entry for entry in told if entry[0] > 0), key=lambda entry: -entry[0]):
        named = source.evidence(retrieval, row)
        texts = {tag.tag_id: tag.text for tag in request.tags} if named else {}
        tags = tuple((key, texts[key]) for kind, key in named if kind == "tag" and key in texts)
        past: dict[str, PastItem] = {}
        for event_id in (key for kind, key in named if kind == "event" and key in request.history.event_ids):
            item = _past_item(world, request, row, event_id, request.history.event_ids.index(event_id))
            past.setdefault(item.title, item)
        if tags or past:
            return tags, tuple(past.values())
    return (), ()


def _past_item(world: World, request: FeedRequest, shown: int, event_id: str, place: int) -> PastItem:
    row, kind = int(request.history.rows[place]), _kind(world)
    liked = bool(request.history.liked[place]) and (kind != "rating" or world.spec.liked_from is not None)
    return PastItem(event_id, world.snapshot.titles[row], liked, kind, itself=row == shown)


def _kind(world: World) -> str:
    """The kind of every counted event, where the catalogue has only one: the verb of "because you …" must be true."""
    events = world.spec.events
    kinds = {events.kind_is} if events and events.kind_is else set(events.kinds.values()) if events else set()
    counted = [kind for kind in world.spec.history_kinds if kind in kinds] if kinds else list(world.spec.history_kinds)
    return counted[0] if len(counted) == 1 else ""
