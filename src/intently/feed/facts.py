"""What may be said of a shown item: what its sources rest on and which preferences it meets, as explain's Facts."""

from collections.abc import Mapping

from intently.explain import Facts, Met, PastItem, value_text
from intently.feed.wishes import newest_command
from intently.feed.world import FeedRequest, World
from intently.nouns import Preference
from intently.retrieve.request import RetrievalRequest

__all__ = ["FactReader"]

NEAR = 0.6  # of the nearest candidate's cosine: from here an item is said to go with a wish by meaning
POPULAR = 0.05  # of the highest popularity: from here an item is said to be popular


class FactReader:
    """Reads the facts of the shown items of one request; what is the same for all of them is read once."""

    def __init__(self, world: World, request: FeedRequest, retrieval: RetrievalRequest) -> None:
        self._world, self._request, self._retrieval = world, request, retrieval
        self._newest = newest_command(request)
        self._wanted = [
            p for p in request.preferences if p.polarity == "want" and p.relation != "like" and _counts(world, p)
        ]
        self._facets = {facet for p in self._wanted for facet in (p.facet or "", *(facet for facet, _ in p.matches))}
        self._likes = [(p, f"like:{p.id}") for p in request.preferences]
        self._texts = {tag.tag_id: tag.text for tag in request.tags}
        self._places = {event_id: place for place, event_id in reversed([*enumerate(request.history.event_ids)])}
        self._kind = _kind(world)

    def facts(self, row: int, parts: Mapping[str, float]) -> Facts:
        """`parts` are the item's own: one entry a source, one a wish by meaning ("like:<preference id>")."""
        tags, past = self._from_sources(row, parts)
        likes = [p for p, name in self._likes if parts.get(name, 0.0) >= NEAR]
        return Facts(
            item_id=self._world.snapshot.item_ids[row],
            met=self._met(row),
            meanings=tuple(p for p in likes if "text" in _value(p)),
            examples=tuple(example for p in likes if (example := _example(self._world, p)) is not None),
            tags=tags,
            past=past,
            popular=parts.get("popularity", 0.0) >= POPULAR,
            half_life_days=self._world.spec.popularity_half_life_days,
        )

    def _met(self, row: int) -> tuple[Met, ...]:
        facets = self._world.snapshot.facets_of(row, self._facets) if self._wanted else {}
        told = ((p, value_text(self._world.spec, facets, p)) for p in self._wanted)
        return tuple(Met(p, value, p.command_id == self._newest) for p, value in told if value)

    def _from_sources(
        self, row: int, parts: Mapping[str, float]
    ) -> tuple[tuple[tuple[str, str], ...], tuple[PastItem, ...]]:
        """Tags and past items that the first source names which has any, the one that says most for the item first."""
        weights = self._world.weights
        told = [(weights.get(s.name, 0.0) * parts.get(s.name, 0.0), s) for s in self._world.sources]
        for _, source in sorted((entry for entry in told if entry[0] > 0), key=lambda entry: -entry[0]):
            named = source.evidence(self._retrieval, row)
            tags = tuple((key, self._texts[key]) for kind, key in named if kind == "tag" and key in self._texts)
            past: dict[str, PastItem] = {}
            for event_id in (key for kind, key in named if kind == "event" and key in self._places):
                item = self._past_item(row, event_id)
                past.setdefault(item.title, item)
            if tags or past:
                return tags, tuple(past.values())
        return (), ()

    def _past_item(self, shown: int, event_id: str) -> PastItem:
        history, world, place = self._request.history, self._world, self._places[event_id]
        row = int(history.rows[place])
        liked = bool(history.liked[place]) and (self._kind != "rating" or world.spec.liked_from is not None)
        return PastItem(event_id, world.snapshot.titles[row], liked, self._kind, itself=row == shown)


def _counts(world: World, preference: Preference) -> bool:
    """Whether its facet may be spoken of; one of no facet, or of none that is declared, may."""
    facet = world.spec.facets.get(preference.facet or "")
    return facet is None or facet.weight > 0


def _example(world: World, preference: Preference) -> tuple[str, str] | None:
    item_id = str(_value(preference).get("item_id", ""))
    row = world.snapshot.row_of(item_id) if item_id else None
    return None if row is None else (item_id, world.snapshot.titles[row])


def _value(preference: Preference) -> Mapping[str, object]:
    return preference.value if isinstance(preference.value, dict) else {}


def _kind(world: World) -> str:
    """The kind of every counted event, where the catalogue has only one: the verb of "because you …" must be true."""
    events = world.spec.events
    kinds = {events.kind_is} if events and events.kind_is else set(events.kinds.values()) if events else set()
    counted = [kind for kind in world.spec.history_kinds if kind in kinds] if kinds else list(world.spec.history_kinds)
    return counted[0] if len(counted) == 1 else ""
