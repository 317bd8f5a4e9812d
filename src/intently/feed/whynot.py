"""Why is this item not here? For any item of the catalogue, computed when somebody asks."""

from collections.abc import Mapping
from typing import Literal

import numpy as np

from intently.errors import NotFound
from intently.explain import amount_text, bound_text
from intently.feed.candidates import ask_sources, scored
from intently.feed.channels import supply_of
from intently.feed.eligibility import Rule, select_eligible
from intently.feed.planners import RULES
from intently.feed.request import rank_candidates
from intently.feed.slate import item_parts
from intently.feed.tools import Scene
from intently.feed.wishes import read_wishes
from intently.feed.world import FeedRequest, World
from intently.nouns import Channel, Noun, Preference

__all__ = ["WhyNot", "why_not"]


class WhyNot(Noun):
    """`outcome`: shown on the first page, ranked after it, or removed before ranking. `by`: every rule that removes it.
    `position` counts from 1; `retrieved` is False when the item was scored for this answer alone."""

    item_id: str
    title: str
    outcome: Literal["shown", "ranked", "removed"]
    text: str
    by: tuple[str, ...] = ()
    position: int | None = None
    candidates: int = 0
    retrieved: bool = True
    score: float | None = None
    parts: Mapping[str, float] = {}
    unmet: tuple[str, ...] = ()  # ids of wishes that it does not meet
    channel: Channel | None = None  # the supply that it belongs to among the candidates; null when it is removed
    by_words: str = ""  # the tag or the wish that a cognitive item is nearest to, in words


def why_not(world: World, request: FeedRequest, item_id: str) -> WhyNot:
    """Raises NotFound for an item that the catalogue does not hold."""
    row = world.snapshot.row_of(item_id)
    if row is None:
        raise NotFound(f"there is no {world.spec.noun} {item_id!r} in this catalogue; look its id up by its title")
    eligible = select_eligible(world, request)
    broken = [rule for rule in eligible.rules if not rule.keep[row]]
    title = world.snapshot.titles[row]
    if broken:
        text = f"“{title}” is left out: " + "; ".join(_broken_text(world, rule, row) for rule in broken)
        return WhyNot(item_id=item_id, title=title, outcome="removed", text=text, by=tuple(r.by for r in broken))
    wishes = read_wishes(world, request)
    found = ask_sources(world, request, eligible, wishes)
    retrieved = row in found.rows
    if not retrieved:
        found = scored(world, found.retrieval, np.append(found.rows, np.int32(row)).astype(np.int32))
    scene = Scene(world, request, eligible, wishes, found.rows)
    pool = rank_candidates(scene, found, (world.planner or RULES).plan(world, request))
    place = pool.ids.index(item_id)
    position = pool.order.tolist().index(place) + 1
    supply = supply_of(request, pool, place)
    sources = [source.name for source in world.sources]
    parts = item_parts(pool, place, sources)
    unmet = [w.preference for w in wishes.grounded if w.worth > 0 and not parts.get(f"wish:{w.preference.id}")]
    shown = retrieved and position <= request.limit
    return WhyNot(
        item_id=item_id,
        title=title,
        outcome="shown" if shown else "ranked",
        text=_ranked_text(title, position, len(pool.order), retrieved, shown, unmet),
        position=position,
        candidates=len(pool.order),
        retrieved=retrieved,
        score=float(pool.scores[place]) if pool.scores is not None else None,
        parts=parts,
        unmet=tuple(p.id for p in unmet),
        channel=supply.channel,
        by_words=_words(request, supply.by),
    )


def _ranked_text(
    title: str, position: int, candidates: int, retrieved: bool, shown: bool, unmet: list[Preference]
) -> str:
    if shown:
        return f"“{title}” is shown, at position {position}"
    wishes = ", ".join(f"“{p.quote}”" for p in unmet)
    lacks = f"; it does not meet {wishes}" if unmet else "; others fit your taste better"
    if not retrieved:
        return f"“{title}” may be shown, but is not among the {candidates - 1:,} best{lacks}"
    return f"“{title}” ranks {position:,} of {candidates:,}{lacks}"


def _words(request: FeedRequest, by: str) -> str:
    tags = {tag.tag_id: tag.text for tag in request.tags}
    return {**tags, **{p.id: p.quote for p in request.preferences}}.get(by, "")


def _broken_text(world: World, rule: Rule, row: int) -> str:
    noun = world.spec.noun
    plain = {
        "unavailable": "it is not available now",
        "not_asked": f"it is not among the {world.spec.nouns} to be ranked",
        "excluded": "it was excluded by the caller",
        "hidden": "you hid it or said that it is not for you",
        "seen": "you have had it already",
        "example": f"it is the {noun} that you asked for more like",
    }
    return plain.get(rule.by) or _must_text(world, rule, row)


def _must_text(world: World, rule: Rule, row: int) -> str:
    must = rule.preference
    if must is None:
        return f"removed by {rule.by}"
    facets = world.snapshot.facets_of(row)
    facet = world.spec.facets.get(must.facet or "")
    label = (facet.label or must.facet or "") if facet else (must.facet or "")
    held = facets.get(must.facet or "")
    if must.polarity == "avoid":
        has = [value for name, value in must.matches if _holds(facets.get(name), value)]
        return f"it has {' and '.join(has) or bound_text(world.spec, must)}, and you said “{must.quote}”"
    if held is None or held == ():
        return f"its {label.lower()} is unknown, and you said “{must.quote}”"
    if isinstance(held, tuple):
        return f"its {label.lower()} is {', '.join(held[:3])}, not {bound_text(world.spec, must)} (“{must.quote}”)"
    amount = amount_text(facet, held) if facet else f"{held:g}"
    return f"its {label.lower()} is {amount}, and you said {bound_text(world.spec, must)} (“{must.quote}”)"


def _holds(held: object, value: str) -> bool:
    return value in held if isinstance(held, tuple) else isinstance(held, float) and f"{held:g}" == value
