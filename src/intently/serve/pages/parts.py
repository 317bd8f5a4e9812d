"""The values of each part of the page, made from what the engine answers."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from intently.catalog.schema import CatalogSpec
from intently.engine import Engine, MemoryView, Said
from intently.errors import NotFound
from intently.nouns import Event, Item, Preference, Slate
from intently.serve.pages.shown import Changed
from intently.serve.pages.view import Card, Chip, card_of, chip_of, initials, notice_of, query, rule_words
from intently.serve.pages.visit import BLANK, Visit

__all__ = [
    "BY", "PAGE_ITEMS", "PARTICIPLES", "ago", "cards_of", "changed_part", "chips_of", "feed_part", "frame_part",
    "liking_part", "liking_so_far", "memory_part", "model_part", "past_part", "people_part",
]  # fmt: skip

PAGE_ITEMS = 12  # cards of one page: three full rows of four
PEOPLE = 8
PARTICIPLES = {"rating": "rated", "purchase": "bought", "view": "seen", "detail": "opened", "click": "opened"}
BY = {
    "grammar": "read by the exact grammar",
    "model": "read by the language model",
    "both": "read by grammar and model",
    "none": "not read",
}


def frame_part(visit: Visit) -> dict[str, Any]:
    """What does not change while the page is open."""
    spec = visit.engine.store.spec
    name = "You" if visit.user_id == BLANK else visit.user_id
    return {
        "here": visit.here,
        "shop": {
            "store": visit.store, "name": spec.name, "noun": spec.noun, "nouns": spec.nouns,
            "attribution": spec.attribution, "shifted": spec.shift_to_now,
        },
        "shops": [{"store": store, "name": _store_name(visit, store), "query": query(store=store)}
                  for store in visit.stores.names],
        "person": {"user_id": visit.user_id, "name": name, "initials": initials(name)},
        "heading": "For you" if visit.user_id == BLANK else f"For {visit.user_id[:40]}",
        "ideas": ideas_of(spec),
        "can_seen": spec.repeat != "always",
        "own": visit.caller.scope != "shop",  # a shop's key may not export or erase
    }  # fmt: skip


def _store_name(visit: Visit, store: str) -> str:
    if visit.stores.state(store).state != "ready":
        return store.capitalize()
    return visit.stores.engine(store).store.spec.name.removeprefix("Demo ").capitalize()


def ideas_of(spec: CatalogSpec) -> list[str]:
    """Sentences to try: the catalogue's own, else those that any catalogue understands."""
    return list(spec.examples) or ["show me something else", "more variety", "more like the first one"]


def chips_of(visit: Visit, preferences: Iterable[Preference], *, kept: Sequence[str] | None = None) -> list[Chip]:
    """The chips. `kept`: ids that are in force already; the others are provisional."""
    chips, engine = [], visit.engine
    zone = visit.zone or engine.store.spec.zone
    for preference in preferences:
        if preference.facet == "item" and preference.relation == "is":
            continue  # hidden items: counted under the feed, not shown as chips
        pending = kept is not None and preference.id not in kept
        chips.append(chip_of(engine.store.spec, preference, _example(engine, preference), zone, pending=pending))
    return chips


def _example(engine: Engine, preference: Preference) -> Mapping[str, str]:
    item_id = preference.value.get("item_id") if isinstance(preference.value, dict) else None
    if item_id is None:
        return {}
    item = _item(engine, str(item_id))
    return {str(item_id): item.title} if item else {}


def memory_part(visit: Visit, view: MemoryView | Said, *, kept: Sequence[str] | None = None) -> dict[str, Any]:
    preferences, version = (
        (view.memory, view.memory_version) if isinstance(view, Said) else (view.preferences, view.version)
    )
    return {"chips": chips_of(visit, preferences, kept=kept), "version": version}


def cards_of(engine: Engine, slate: Slate, liked: frozenset[str]) -> list[Card]:
    return [
        card_of(engine.store.spec, shown, _item(engine, shown.item_id), slate.feed_id, liked=shown.item_id in liked)
        for shown in slate.items
    ]


def _item(engine: Engine, item_id: str) -> Item | None:
    try:
        return engine.item(item_id)
    except NotFound:
        return None


def feed_part(engine: Engine, slate: Slate, user_id: str, notices: Iterable[str] = ()) -> dict[str, Any]:
    """Cards, notices, relaxations and the line of counts."""
    liked = frozenset(event.item_id or "" for event, _ in engine.recent(user_id, 200) if event.kind == "favourite")
    removed = sum(slate.removed.counts.values())
    told = tuple(dict.fromkeys((*notices, *slate.notices)))
    count = f"{len(slate.items)} shown"
    return {
        "cards": cards_of(engine, slate, liked),
        "feed_id": slate.feed_id,
        "cursor": slate.cursor,
        "sum": f"{count}, {removed:,} left out" if removed else count,
        "told": f"{len(slate.items)} {engine.store.spec.nouns} shown. " + " ".join(told),
        "empty": _empty(engine, slate),
        "notices": [notice_of(text) for text in told],
        "relaxations": [{"value": way.model_dump_json(), "text": way.text} for way in slate.relaxations],
    }  # fmt: skip


def _empty(engine: Engine, slate: Slate) -> str:
    if slate.relaxations:
        return "Nothing meets all of it. Take one of the ways out above, or remove a chip."
    if not slate.removed.counts:
        return f"This store has no {engine.store.spec.nouns} yet. Import some: intently import FILE.toml"
    return "Remove a chip, or undo."


def changed_part(changed: Changed | None, slate: Slate, chips: Sequence[Chip], by: str = "") -> dict[str, Any] | None:
    """What left, what came, and which rule or tool took how many out."""
    if changed is None:
        return None
    counts = sorted(slate.removed.counts.items(), key=lambda pair: -pair[1])
    return {
        "sum": f"{len(changed.came)} came, {len(changed.left)} left",
        "by": BY.get(by, ""),
        "came": [title for _, title in changed.came],
        "left": [title for _, title in changed.left],
        "later": len({item_id for item_id, _ in changed.left} - {item.item_id for item in slate.removed.items}),
        "removed": [(rule_words(rule, chips), f"{count:,}") for rule, count in counts if count],
    }


def model_part(engine: Engine) -> dict[str, Any]:
    status = engine.health().model
    share = int(100 * status.done_bytes / status.total_bytes) if status.total_bytes else 0
    return {
        "state": status.state, "text": f"language model: {status.text}", "done": status.done_bytes,
        "total": status.total_bytes, "percent": share,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Liking:
    """What the model named so far."""

    hint: str
    interests: tuple[Any, ...]
    tags: tuple[Any, ...]
    can_ask: bool
    ask: str


def liking_so_far(body: Mapping[str, Any]) -> Liking:
    """What the background work tells while it runs: its stage, its words, interests and tags so far."""
    stage, text = str(body.get("stage", "")), str(body.get("text", ""))
    interests, tags = tuple(body.get("interests", ())), tuple(body.get("tags", ()))
    if stage == "failed":
        return Liking(f"That could not be found out: {text}", interests, tags, True, "Try again")
    if stage == "done":
        return Liking("As of just now.", interests, tags, True, "Look again")
    return Liking(f"The language model reads your history … {text}", interests, tags, False, "")


def liking_part(engine: Engine, user_id: str) -> Liking:
    """What is kept of the newest understanding."""
    kept = engine.understanding(user_id)
    count = len(engine.recent(user_id, 3))
    if kept is not None:
        return Liking(f"As of {ago(kept.time)}.", kept.interests, kept.tags, True, "Look again")
    if count == 0:
        return Liking("Nothing yet. What you like and rate shows up here.", (), (), False, "")
    ready = engine.health().model.state == "ready"
    hint = (
        "The language model reads your history and names what you like." if ready else "Waits for the language model."
    )
    return Liking(hint, (), (), ready, "Find out")


def past_part(engine: Engine, user_id: str) -> dict[str, Any]:
    """The newest of the history."""
    kind = engine.store.spec.history_kinds[0] if engine.store.spec.history_kinds else "view"
    rows = [{"title": title, "how": _how(event)} for event, title in engine.recent(user_id, 6)]
    return {"verb": PARTICIPLES.get(kind, "noticed"), "rows": rows}


def _how(event: Event) -> str:
    if event.kind == "favourite":
        return f"liked · {ago(event.time)}"
    return f"{event.value:g} · {ago(event.time)}" if event.value is not None else ago(event.time)


def ago(time: datetime) -> str:
    """How long ago, for people."""
    seconds = max(0.0, (datetime.now(UTC) - time).total_seconds())
    for length, word in ((86400 * 365, "year"), (86400 * 30, "month"), (86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= length:
            count = int(seconds // length)
            return f"{count} {word}{'s' if count > 1 else ''} ago"
    return "just now"


def people_part(visit: Visit, prefix: str = "") -> list[dict[str, str]]:
    """People to switch to, the busiest first; a person's own key sees that person alone."""
    if visit.caller.scope == "user":
        return []
    found = [(user_id, count) for user_id, count in visit.engine.users(prefix, PEOPLE) if user_id != BLANK]
    rows = [{"user_id": user_id, "name": user_id, "initials": initials(user_id), "much": f"{count:,} events",
             "query": query(store=visit.store, user=user_id)} for user_id, count in found]  # fmt: skip
    blank = {"user_id": BLANK, "name": "You", "initials": "YO", "much": "start blank",
             "query": query(store=visit.store, user=BLANK)}  # fmt: skip
    return [blank, *rows] if not prefix else rows
