"""What a person changes of one preference by hand: how long it holds, how strongly, and where a bound lies.

Pure functions over the memory's state; `versions.Memory.revise` makes a version of each. A preference said twice for
different times (always, and again for this session) is one chip: what is done to the chip is done to all its entries.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import FiniteFloat

from intently.catalog.schema import CatalogSpec
from intently.errors import BadRequest
from intently.explain import amount_text, bound_text
from intently.feed.memory import LASTS, Entry, MemoryState, Merged, owner_of
from intently.feed.slots import is_number, says_the_same, settle
from intently.nouns import Noun, Preference, Scope, Strength, utc

__all__ = ["Revision", "drop", "revise"]


class Revision(Noun):
    """What becomes different; null leaves it as it is. `value`: one amount in the facet's unit, or {"low", "high"}."""

    scope: Scope | None = None
    strength: Strength | None = None
    value: FiniteFloat | Mapping[str, FiniteFloat] | None = None


def drop(state: MemoryState, seen: Preference, client: str) -> MemoryState:
    """Without this preference and what says the same for another time."""
    return MemoryState(tuple(entry for entry in state.entries if not _is_of(entry, seen, client)))


def revise(
    state: MemoryState,
    seen: Preference,
    revision: Revision,
    *,
    client: str,
    now: datetime,
    spec: CatalogSpec,
    single_valued: Collection[str] = (),
) -> Merged:
    """The state with the preference that the person sees as `seen` changed; it keeps its id and stays what it was
    otherwise. `state` holds no entries of this client that have run out. Raises BadRequest with the mend.
    """
    changed = _checked(seen, revision, spec, now)
    if revision.value is not None:
        rest = drop(state, seen, client)
        entry = Entry(changed, owner_of(changed.scope, client), utc(now), utc(now))
        return _put(rest.entries, entry, (), client, single_valued)
    if revision.scope is None:
        stronger = tuple(
            _with_strength(entry, changed.strength) if _is_of(entry, seen, client) else entry for entry in state.entries
        )
        return Merged(MemoryState(stronger))
    places = [place for place, entry in enumerate(state.entries) if _is_of(entry, seen, client)]
    kept = state.entries[places[-1]]
    update = {"id": seen.id, "scope": changed.scope, "strength": changed.strength}
    preference = kept.preference.model_copy(update=update)
    entry = Entry(preference, owner_of(changed.scope, client), utc(now), utc(now), kept.replaces)
    before = tuple(one for one in state.entries[: places[-1]] if not _is_of(one, seen, client))
    return _put(before, entry, state.entries[places[-1] + 1 :], client, single_valued)


def _is_of(entry: Entry, seen: Preference, client: str) -> bool:
    if entry.client not in ("", client):
        return False
    return entry.preference.id == seen.id or says_the_same(entry.preference, seen)


def _with_strength(entry: Entry, strength: Strength) -> Entry:
    return replace(entry, preference=entry.preference.model_copy(update={"strength": strength}))


def _put(
    before: Sequence[Entry], entry: Entry, after: Sequence[Entry], client: str, single_valued: Collection[str]
) -> Merged:
    """The entry after those before it, which give way where they contradict it and do not outlast it."""
    lasts = LASTS[entry.preference.scope.kind]
    yields = [one for one in before if one.client in ("", client) and LASTS[one.preference.scope.kind] <= lasts]
    settled = settle(
        [one.preference for one in yields], entry.preference, replaces=entry.replaces, single_valued=single_valued
    )
    left = {held.id: held for held in settled.preferences[:-1]}
    gone = {one.preference.id for one in yields} - set(left)
    kept = [
        replace(one, preference=left.get(one.preference.id, one.preference))
        for one in before
        if one.preference.id not in gone
    ]
    return Merged(MemoryState((*kept, replace(entry, preference=settled.preferences[-1]), *after)), settled.notices)


def _checked(seen: Preference, revision: Revision, spec: CatalogSpec, now: datetime) -> Preference:
    """The preference as it will be. Raises BadRequest."""
    if revision.scope is None and revision.strength is None and revision.value is None:
        raise BadRequest("nothing to change is named; give `scope`, `strength` or `value`")
    if revision.scope is not None:
        _check_scope(revision.scope, now)
    if revision.strength == "must" and (seen.facet is None or seen.relation == "like"):
        raise BadRequest(f"“{seen.quote}” is a wish by meaning; no filter can check it, so it cannot become a must")
    update = {"scope": revision.scope or seen.scope, "strength": revision.strength or seen.strength}
    changed = seen.model_copy(update=update)
    return changed if revision.value is None else _moved(changed, revision.value, spec)


def _check_scope(scope: Scope, now: datetime) -> None:
    if (scope.kind == "until") != (scope.until is not None):
        raise BadRequest("`scope`: kind until has a time in `until`, the other kinds have none")
    if scope.until is not None and scope.until <= utc(now):
        raise BadRequest(f"`scope`: {scope.until.isoformat()} is past; give a later time, or delete the preference")


def _moved(seen: Preference, value: float | Mapping[str, float], spec: CatalogSpec) -> Preference:
    """The bound at another amount, and words that say so."""
    facet = spec.facets.get(seen.facet or "")
    if facet is None or not is_number(seen):
        raise BadRequest(f"“{seen.quote}” has no bound to move; change its `scope` or `strength`, or say a new command")
    if seen.relation in ("at_most", "at_least"):
        amount = _amount(value, seen)
        moved = seen.model_copy(update={"value": amount})
        return moved.model_copy(update={"quote": bound_text(spec, moved)})
    if isinstance(value, Mapping):
        low, high = _range(value)
        moved = seen.model_copy(update={"relation": "between", "value": {"low": low, "high": high}})
        return moved.model_copy(update={"quote": bound_text(spec, moved)})
    if seen.relation == "between":
        raise BadRequest(f'“{seen.quote}” has two ends; give `value` as {{"low": …, "high": …}}')
    amount = _amount(value, seen)
    width = facet.tolerance_of(amount)
    around = {"low": round(amount - width, 6), "high": round(amount + width, 6)}
    return seen.model_copy(update={"value": around, "quote": f"around {amount_text(facet, amount)}"})


def _amount(value: float | Mapping[str, float], seen: Preference) -> float:
    if isinstance(value, Mapping):
        raise BadRequest(f"“{seen.quote}” has one end; give `value` as one number")
    return float(value)


def _range(value: Mapping[str, float]) -> tuple[float, float]:
    if set(value) != {"low", "high"}:
        raise BadRequest('`value` of a range is {"low": …, "high": …}, both amounts in the facet\'s unit')
    if value["low"] > value["high"]:
        raise BadRequest(f"`value`: low {value['low']:g} is above high {value['high']:g}; swap them")
    return float(value["low"]), float(value["high"])
