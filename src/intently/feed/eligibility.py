"""Which items may be shown at all. Only this stage removes; what comes after orders and cuts.

The rules run in one fixed order and an item belongs to the first rule that removes it, so that the counts and the
eligible add up to the catalogue. Rules by name: `unavailable`, `not_asked` (outside of `only`), `excluded` (by the
caller), `hidden` (by the person), `seen` (the repeat policy), `example` (the item that the answer shall be like), then
`filter:<preference id>` for every `must`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from intently.catalog.schema import AfterDays
from intently.feed.conditions import can_tell, item_rows, named, unknown
from intently.feed.world import FeedRequest, World
from intently.nouns import Preference
from intently.retrieve.ranking import distinct
from intently.retrieve.request import Allowed, Mask, Rows

__all__ = ["Eligible", "Rule", "must_keeps", "musts_of", "select_eligible"]

DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to remove. `keep` (n,) is what it lets through, whatever other rules say."""

    by: str
    keep: Mask
    preference: Preference | None = None


@dataclass(frozen=True)
class Eligible:
    """`before_musts` (n,) is what every rule but the musts lets through; `unknown` counts, by facet, the items that a
    must removed for want of a value."""

    allowed: Allowed
    rules: tuple[Rule, ...]
    counts: Mapping[str, int]
    before_musts: Mask
    unknown: Mapping[str, int]
    notices: tuple[str, ...]

    def removed_by(self, row: int) -> str | None:
        """The first rule that removes the item of this row; None when it is eligible."""
        return next((rule.by for rule in self.rules if not rule.keep[row]), None)


def select_eligible(world: World, request: FeedRequest) -> Eligible:
    """Apply the rules in order. Counts hold only rules that removed something."""
    alive = np.ones(len(world.snapshot.item_ids), np.bool_)
    rules: list[Rule] = []
    counts: dict[str, int] = {}
    missing: dict[str, int] = {}
    before_musts = alive
    for rule in _rules(world, request):
        if rule.preference is None:
            left = alive & rule.keep
            before_musts = left
        else:
            left = alive & rule.keep
            _count_unknown(world, rule.preference, alive, left, missing)
        lost = int(np.count_nonzero(alive)) - int(np.count_nonzero(left))
        if lost:
            counts[rule.by] = lost
        rules.append(rule)
        alive = left
    return Eligible(Allowed(alive), tuple(rules), counts, before_musts, missing, _notices(world, request, missing))


def musts_of(world: World, request: FeedRequest) -> list[Preference]:
    """The musts that this catalogue can check, in the order of the memory. One that it cannot check removes nothing."""
    return [p for p in request.preferences if p.strength == "must" and can_tell(world.snapshot, p)]


def must_keeps(world: World, must: Preference) -> Mask:
    """(n,) what a must lets through. An item without the field: a want drops it and an avoid keeps it, unless the
    catalogue declares `missing` for the facet (SEMANTICS 2)."""
    has = named(world.snapshot, must)
    facet = world.spec.facets.get(must.facet or "")
    policy = (facet.missing if facet else None) or ("drop" if must.polarity == "want" else "keep")
    if must.polarity == "want":
        return has | unknown(world.snapshot, must.facet) if policy == "keep" else has
    return ~has & ~unknown(world.snapshot, must.facet) if policy == "drop" else ~has


def _rules(world: World, request: FeedRequest) -> Iterator[Rule]:
    snapshot = world.snapshot
    yield Rule("unavailable", snapshot.available)
    if request.only is not None:
        yield Rule("not_asked", ~_without(snapshot.available, item_rows(snapshot, request.only)))
    gone = {
        "excluded": item_rows(snapshot, request.exclude),
        "hidden": item_rows(snapshot, request.hidden),
        "seen": _seen(world, request),
        "example": _examples(world, request),
    }
    for by, rows in gone.items():
        if len(rows):
            yield Rule(by, _without(snapshot.available, rows))
    for must in musts_of(world, request):
        yield Rule(f"filter:{must.id}", must_keeps(world, must), must)


def _without(like: Mask, rows: Rows) -> Mask:
    keep = np.ones_like(like)
    keep[rows] = False
    return keep


def _seen(world: World, request: FeedRequest) -> Rows:
    repeat = world.spec.repeat
    if repeat == "always":
        return np.empty(0, np.int32)
    if isinstance(repeat, AfterDays):
        late = request.history.times > request.as_of.timestamp() - repeat.after_days * DAY
        return distinct(request.history.rows[late])
    return distinct(request.history.rows, item_rows(world.snapshot, request.seen))


def _examples(world: World, request: FeedRequest) -> Rows:
    """More like an item is not that item again; and an item that must be avoided as such is left out."""
    ids = [
        p.value["item_id"]
        for p in request.preferences
        if p.relation == "like" and isinstance(p.value, dict) and "item_id" in p.value
        and (p.polarity == "want" or p.strength == "must")
    ]  # fmt: skip
    return item_rows(world.snapshot, [str(item_id) for item_id in ids])


def _count_unknown(world: World, must: Preference, alive: Mask, left: Mask, missing: dict[str, int]) -> None:
    """Add the items that this must removed although nothing is known of them."""
    if must.polarity == "avoid" and not _drops_unknown(world, must):
        return
    count = int(np.count_nonzero(alive & ~left & unknown(world.snapshot, must.facet)))
    if count and must.facet:
        missing[must.facet] = missing.get(must.facet, 0) + count


def _drops_unknown(world: World, must: Preference) -> bool:
    facet = world.spec.facets.get(must.facet or "")
    return facet is not None and facet.missing == "drop"


def _notices(world: World, request: FeedRequest, missing: Mapping[str, int]) -> tuple[str, ...]:
    said = []
    for name, count in missing.items():
        label = (world.spec.facets[name].label or name).lower()
        said.append(f"{count:,} {world.spec.nouns if count > 1 else world.spec.noun} of unknown {label} left out")
    for must in request.preferences:
        if must.strength == "must" and must.relation != "like" and not can_tell(world.snapshot, must):
            lacks = f"these {world.spec.nouns} have no {must.facet or 'such field'}"
            said.append(f"“{must.quote}” was not checked: {lacks}")
    return tuple(said)
