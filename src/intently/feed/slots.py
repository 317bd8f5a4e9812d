"""What a new preference does to the ones in force: SEMANTICS 3, as one pure function over preferences.

Slot of a number = (facet, side), the newest wins; slot of a term = (facet, value). Wanting X ends "avoid X" and the
reverse. Every rule here only loosens or replaces; nothing is ever made stricter than what was said.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from intently.nouns import Preference

__all__ = ["Settled", "interval_of", "is_number", "own_pairs", "says_the_same", "settle", "without_values"]

Pair = tuple[str, str]
MAX_HIDDEN = 1000  # items that one "something else" entry may name; the oldest fall out


@dataclass(frozen=True, slots=True)
class Settled:
    """The preferences in force afterwards, the newest last, and what people should know."""

    preferences: tuple[Preference, ...]
    notices: tuple[str, ...]


def settle(
    held: Sequence[Preference], new: Preference, *, replaces: bool = False, single_valued: Collection[str] = ()
) -> Settled:
    """Put `new` among `held`. `single_valued`: facets of which an item has one value (two musts on them become OR)."""
    kept: list[Preference] = []
    notices: list[str] = []
    for old in held:
        if replaces and _is_replaced(old, new):
            continue
        if says_the_same(old, new):
            new = _repeated(old, new)
        elif _become_one(old, new, single_valued):
            new = _united(old, new)
        elif old.polarity != new.polarity:
            rest = _after_flip(old, new, notices)
            kept += [rest] if rest is not None else []
        elif old.polarity == "want" and old.facet == new.facet and is_number(old) and is_number(new):
            rest = _after_bound(old, new, notices)
            kept += [rest] if rest is not None else []
        else:
            kept.append(old)
    return Settled((*kept, new), tuple(notices))


def own_pairs(preference: Preference) -> frozenset[Pair]:
    """The pairs that the preference itself names, without what is narrower."""
    if not isinstance(preference.value, list):
        return frozenset()
    values = set(preference.value)
    named = {pair for pair in preference.matches if pair[1] in values}
    if preference.facet is not None:
        named |= {(preference.facet, value) for value in values}
    return frozenset(named)


def interval_of(preference: Preference) -> tuple[float, float]:
    """The numbers that a bound allows, open ends as infinities. Source of sides: SEMANTICS 3."""
    value = preference.value
    if isinstance(value, float):
        return (-math.inf, value) if preference.relation == "at_most" else (value, math.inf)
    assert isinstance(value, dict)
    return float(value["low"]), float(value["high"])


def without_values(preference: Preference, pairs: Collection[Pair]) -> Preference | None:
    """The preference without these pairs; None when it then names nothing."""
    if not isinstance(preference.value, list):
        return preference
    gone = own_pairs(preference) & set(pairs)
    values = [value for value in preference.value if (preference.facet or "", value) not in gone]
    if not values:
        return None
    matches = tuple(pair for pair in preference.matches if pair not in set(pairs))
    return preference.model_copy(update={"value": values, "matches": matches})


def is_number(preference: Preference) -> bool:
    """Whether it is a bound on a number or date."""
    return preference.relation in ("at_most", "at_least", "between", "about")


def _is_replaced(old: Preference, new: Preference) -> bool:
    same_kind = old.facet == new.facet and old.relation == new.relation if new.facet is None else old.facet == new.facet
    return old.polarity == new.polarity == "want" and same_kind and old.command_id != new.command_id


def says_the_same(old: Preference, new: Preference) -> bool:
    """Whether both ask for the same, however strongly and for however long."""
    if (old.polarity, old.facet, old.relation) != (new.polarity, new.facet, new.relation):
        return False
    if isinstance(old.value, list) and isinstance(new.value, list):
        return set(old.value) == set(new.value)
    return _folded(old) == _folded(new)


def _folded(preference: Preference) -> object:
    if preference.relation == "like" and isinstance(preference.value, dict):
        return tuple(sorted((key, str(text).casefold()) for key, text in preference.value.items()))
    return preference.value


def _repeated(old: Preference, new: Preference) -> Preference:
    """Said again: the same entry, renewed. A weaker repetition takes nothing back."""
    strength = "must" if "must" in (old.strength, new.strength) and not is_number(new) else new.strength
    return new.model_copy(update={"id": old.id, "strength": strength})


def _become_one(old: Preference, new: Preference, single_valued: Collection[str]) -> bool:
    same = (old.polarity, old.facet, old.relation) == (new.polarity, new.facet, new.relation)
    if not same or new.relation != "is":
        return False
    if new.facet == "item":
        return True
    return new.polarity == "want" and new.facet in single_valued and old.strength == new.strength == "must"


def _united(old: Preference, new: Preference) -> Preference:
    assert isinstance(old.value, list)
    assert isinstance(new.value, list)
    values = list(dict.fromkeys((*old.value, *new.value)))
    matches = tuple(dict.fromkeys((*old.matches, *new.matches)))
    quote = new.quote
    if new.facet == "item":
        values, matches = values[-MAX_HIDDEN:], matches[-MAX_HIDDEN:]
    elif old.quote != new.quote:
        quote = f"{old.quote} or {new.quote}"
    return new.model_copy(update={"id": old.id, "value": values, "matches": matches, "quote": quote})


def _after_flip(old: Preference, new: Preference, notices: list[str]) -> Preference | None:
    """What is left of an older preference of the other polarity."""
    rest = _untouched(old, new)
    if rest is not old:
        holds = "is wanted now" if new.polarity == "want" else "is avoided now"
        notices.append(f"“{new.quote}” {holds}, so “{old.quote}” no longer holds")
    return rest


def _untouched(old: Preference, new: Preference) -> Preference | None:
    if is_number(old) and is_number(new) and old.facet == new.facet:
        wanted, avoided = (
            (interval_of(old), interval_of(new)) if old.polarity == "want" else (interval_of(new), interval_of(old))
        )
        return None if avoided[0] <= wanted[0] and wanted[1] <= avoided[1] else old
    if old.relation == new.relation == "like":
        return None if _folded(old) == _folded(new) else old
    if old.relation != "is" or new.relation != "is" or "item" in (old.facet, new.facet):
        return old
    if old.polarity == "want":
        return without_values(old, new.matches) if own_pairs(old) & set(new.matches) else old
    named = own_pairs(new)
    if not named & set(old.matches):
        return old
    return without_values(old, named) if named & own_pairs(old) else None


def _after_bound(old: Preference, new: Preference, notices: list[str]) -> Preference | None:
    """The sides of an older bound that a new one leaves standing."""
    old_low, old_high = interval_of(old)
    low, high = interval_of(new)
    rest_low = old_low if low == -math.inf else -math.inf
    rest_high = old_high if high == math.inf else math.inf
    if rest_low > high or rest_high < low:
        notices.append(f"“{new.quote}” and “{old.quote}” cannot both hold; the newer one counts")
        return None
    if (rest_low, rest_high) == (old_low, old_high):
        return old
    if rest_low == -math.inf and rest_high == math.inf:
        return None
    side = (
        {"relation": "at_least", "value": rest_low}
        if rest_high == math.inf
        else {"relation": "at_most", "value": rest_high}
    )
    return old.model_copy(update=side)
