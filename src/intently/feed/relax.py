"""Too few items left: the smallest ways to get more. Offered, never applied unasked (SEMANTICS 5).

Counting needs no second pass over the catalogue: an item comes back without one must if that is the only must it
breaks, and without a pair if it breaks no other.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from intently.errors import BadRequest, Stale
from intently.explain import amount_text, bound_text
from intently.feed.conditions import bounds
from intently.feed.eligibility import Eligible, Rule
from intently.feed.world import FeedRequest, World
from intently.nouns import Change, Preference, Relaxation
from intently.retrieve.request import Mask

__all__ = ["dead_end", "offer_relaxations", "taken", "too_few"]

ENOUGH = 10  # items; fewer asked for: that many
MOST_OFFERED = 3


@dataclass(frozen=True, slots=True)
class _Broken:
    """`only[i]` (m,) the rows that break must i and no other; `pairs[i, j]` how many break exactly these two."""

    musts: tuple[Preference, ...]
    only: tuple[npt.NDArray[np.int64], ...]
    pairs: npt.NDArray[np.int64]


def too_few(request: FeedRequest, eligible: Eligible) -> bool:
    return eligible.allowed.count < min(request.limit, ENOUGH)


def offer_relaxations(world: World, request: FeedRequest, eligible: Eligible) -> tuple[Relaxation, ...]:
    """At most three: fewest musts first, then most items. Empty when enough items are eligible."""
    rules = [rule for rule in eligible.rules if rule.preference is not None]
    if not rules or not too_few(request, eligible):
        return ()
    broken = _count_broken(rules, eligible.before_musts)
    missing = min(request.limit, ENOUGH) - eligible.allowed.count
    offers = [
        *_singles(world, broken),
        *(moved for i in range(len(rules)) if (moved := _moved(world, broken, i, missing)) is not None),
    ]
    if len(offers) < MOST_OFFERED:
        offers += _pairs(world, broken)
    ranked = sorted(offers, key=lambda offer: (max(1, len(offer.drop)), -offer.gain, offer.change is None, offer.text))
    return tuple(ranked[:MOST_OFFERED])


def dead_end(request: FeedRequest, eligible: Eligible, offered: Sequence[Relaxation]) -> tuple[str, ...]:
    """What to say where nothing is eligible and no relaxation helps: an empty slate is never without a word."""
    musts = [rule.preference for rule in eligible.rules if rule.preference is not None]
    if eligible.allowed.count or offered or not musts:
        return ()
    if not eligible.before_musts.any():
        return ("nothing is left to show, whatever the musts: all is hidden, seen or not available",)
    said = ", ".join(f"“{must.quote}”" for must in musts)
    return (f"nothing meets all of this, nor all but two of it: {said}; take more of it back, or start over",)


def _count_broken(rules: list[Rule], before_musts: Mask) -> _Broken:
    fails = np.stack([~rule.keep for rule in rules])  # (musts, n)
    how_many = fails.sum(axis=0, dtype=np.int16)
    once = before_musts & (how_many == 1)
    only = tuple(np.flatnonzero(once & fails[i]) for i in range(len(rules)))
    twice = fails[:, before_musts & (how_many == 2)].astype(np.int64)
    musts = tuple(rule.preference for rule in rules if rule.preference is not None)
    return _Broken(musts, only, twice @ twice.T)


def taken(relaxation: Relaxation, memory: Sequence[Preference]) -> list[Change]:
    """The changes that taking a relaxation makes. It came back from outside: only which musts go and the moved amount
    are taken from it; all else is what is in force. Raises Stale or BadRequest with the mend."""
    held = {preference.id: preference for preference in memory}
    target = relaxation.change.target if relaxation.change is not None else None
    named = [*relaxation.drop, *([target or ""] if relaxation.change is not None else [])]
    if not named or any(name not in held for name in named):
        raise Stale("what this would loosen is no longer in force; look at the ways that are offered now.")
    changes = [Change(op="retract", target=name) for name in relaxation.drop]
    if relaxation.change is not None:
        changes.append(_moved_bound(held[target or ""], relaxation.change.value))
    return changes


def _moved_bound(must: Preference, value: object) -> Change:
    ranged = must.relation in ("between", "about")
    amounts = [value.get("low"), value.get("high")] if ranged and isinstance(value, Mapping) else [value]
    numbers = [float(amount) for amount in amounts if isinstance(amount, float | int) and math.isfinite(amount)]
    if must.relation in ("is", "like") or len(numbers) != (2 if ranged else 1) or numbers != sorted(numbers):
        raise BadRequest("this is none of the ways that the feed offered; look at the ways that are offered now.")
    return Change(
        op="replace", target=must.id, polarity=must.polarity, strength=must.strength, facet=must.facet,
        relation="between" if ranged else must.relation, scope=must.scope, quote=must.quote,
        value={"low": numbers[0], "high": numbers[1]} if ranged else numbers[0],
    )  # fmt: skip


def _singles(world: World, broken: _Broken) -> Iterator[Relaxation]:
    for must, rows in zip(broken.musts, broken.only, strict=True):
        if len(rows):
            text = f"{_without(world, must)} ({len(rows):,} more)"
            yield Relaxation(drop=(must.id,), gain=len(rows), text=text)


def _pairs(world: World, broken: _Broken) -> Iterator[Relaxation]:
    """Two musts at once, where that brings items that neither alone brings."""
    for i, j in combinations(range(len(broken.musts)), 2):
        both = int(broken.pairs[i, j])
        if both:
            first, second = broken.musts[i], broken.musts[j]
            gain = both + len(broken.only[i]) + len(broken.only[j])
            text = f"{_without(world, first)} and {_without(world, second)} ({gain:,} more)"
            yield Relaxation(drop=(first.id, second.id), gain=gain, text=text)


def _moved(world: World, broken: _Broken, i: int, missing: int) -> Relaxation | None:
    """The nearest bound that brings `missing` items; None where there is none or the must is no bound."""
    must = broken.musts[i]
    facet = world.spec.facets.get(must.facet or "")
    if must.polarity == "avoid" or must.relation in ("is", "like") or facet is None:
        return None
    amounts = world.snapshot.numbers[must.facet or ""].amounts[broken.only[i]]
    amounts = amounts[~np.isnan(amounts)]
    if len(amounts) < missing:
        return None
    low, high = bounds(must)
    beyond = np.maximum(low - amounts, amounts - high)
    reach = float(np.sort(beyond)[missing - 1])
    inside = amounts[beyond <= reach]
    # Only as far as the items that come back, so that a range is not widened on the side that brings nothing.
    new_low = _outward(min(low, float(inside.min())), facet.step, math.floor)
    new_high = _outward(max(high, float(inside.max())), facet.step, math.ceil)
    gain = int(np.count_nonzero((amounts >= new_low) & (amounts <= new_high)))
    return _replaced(world, must, new_low, new_high, gain)


def _outward(amount: float, step: float, rounding: Callable[[float], int]) -> float:
    """The amount on the facet's grid, away from the items: 100.5 minutes becomes 101."""
    if not math.isfinite(amount):
        return amount
    on_grid = rounding(round(amount / step, 6)) * step
    return round(float(on_grid), 6)


def _replaced(world: World, must: Preference, low: float, high: float, gain: int) -> Relaxation:
    facet = world.spec.facets[must.facet or ""]
    value: float | dict[str, float]
    if must.relation == "at_most":
        value, said = high, f"allow up to {amount_text(facet, high)}"
    elif must.relation == "at_least":
        value, said = low, f"allow from {amount_text(facet, low)}"
    else:
        value, said = {"low": low, "high": high}, f"allow {amount_text(facet, low)} to {amount_text(facet, high)}"
    change = Change(
        op="replace", target=must.id, polarity=must.polarity, strength=must.strength, facet=must.facet,
        relation="between" if must.relation == "about" else must.relation,
        value=value, scope=must.scope, quote=must.quote,
    )  # fmt: skip
    return Relaxation(drop=(), change=change, gain=gain, text=f"{said} ({gain:,} more)")


def _without(world: World, must: Preference) -> str:
    facet = world.spec.facets.get(must.facet or "")
    if must.relation != "is" and facet is not None:
        return f"any {(facet.label or must.facet or '').lower()}"
    if must.polarity == "avoid":
        return f"allow {bound_text(world.spec, must)}"
    return f"without “{must.quote}”"
