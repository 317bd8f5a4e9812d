"""What could be asked for, given a target: every condition that the target meets and that somebody might say.

Values, bounds and words come from the raw columns. Whether a condition is hard is decided here: a bound, or a value
that the person will not have; a wanted value and anything of the text is a wish.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from intently.evaluate.commands.case import Ground, Wanted
from intently.evaluate.commands.source import FieldSource, Source
from intently.evaluate.oracle import Condition

__all__ = ["POOL_LEAST", "possible_wants", "values_of"]

POOL_LEAST = 50  # items that must meet all conditions of a goal
AVOID_LEAST = 10  # items with an avoided value: nobody speaks against what hardly occurs


def possible_wants(source: Source, ground: Ground, target: str, shown: Sequence[str]) -> list[Wanted]:
    """Every condition that the target meets. `shown`: the first feed, whose values a person may not want."""
    row = ground.rows[target]
    found: list[Wanted] = []
    for name, field in source.fields.items():
        if field.kind == "term":
            found += _terms(name, field, ground, row, shown, source)
        elif field.kind == "text":
            found += _texts(name, field, ground, target, shown, source)
        elif field.kind == "year":
            found += _years(name, field, row)
        else:
            found += _amounts(name, field, row)
    return [want for want in found if ground.oracle.meets(target, want.condition)]


def values_of(row: Mapping[str, Any], field: FieldSource) -> list[str]:
    """The values of a row under a term field, as the source spells them."""
    cells = [row.get(column) for column in field.columns]
    flat = [one for cell in cells for one in (cell if isinstance(cell, list) else [cell])]
    return list(dict.fromkeys(str(one) for one in flat if one not in (None, "", *field.rest)))


def _terms(
    name: str, field: FieldSource, ground: Ground, row: Mapping[str, Any], shown: Sequence[str], source: Source
) -> Iterator[Wanted]:
    own = values_of(row, field)
    if field.wants:
        for value in own:
            if len(ground.oracle.all_meeting(Condition(name, (value,)))) >= POOL_LEAST:
                yield Wanted(Condition(name, (value,)), False, "facet", value)
    if field.avoids:
        held = " | ".join(value for other in source.fields.values() for value in values_of(row, other)).casefold()
        counted = Counter(value for item in shown for value in values_of(ground.rows[item], field))
        for value in counted:
            common = len(ground.oracle.all_meeting(Condition(name, (value,)))) >= AVOID_LEAST
            if value.casefold() not in held and (common or name == "person"):
                yield Wanted(Condition(name, (value,), avoid=True), True, "facet", value)


def _texts(
    name: str, field: FieldSource, ground: Ground, target: str, shown: Sequence[str], source: Source
) -> Iterator[Wanted]:
    """Words of the text. Where the catalogue reads a facet from them, they may be avoided too; else what is a value of
    some column as well ("war") is left out: the right reading would be that value."""
    for said, words in field.themes.items():
        if not field.facet and _is_value(said, ground, source):
            continue
        condition = Condition(name, words)
        met = ground.oracle.all_meeting(condition)
        if target in met and len(met) >= POOL_LEAST:
            yield Wanted(condition, False, "facet" if field.facet else "text", said)
        elif field.avoids and target not in met and met & set(shown):
            yield Wanted(Condition(name, words, avoid=True), True, "facet" if field.facet else "text", said)


def _is_value(said: str, ground: Ground, source: Source) -> bool:
    bare = said.casefold().removeprefix("a ").removeprefix("the ")
    forms = tuple({bare, bare.removesuffix("s"), bare + "s"})
    terms = [name for name, field in source.fields.items() if field.kind == "term"]
    return any(ground.oracle.all_meeting(Condition(name, forms)) for name in terms)


def _years(name: str, field: FieldSource, row: Mapping[str, Any]) -> Iterator[Wanted]:
    cell = row.get(field.columns[0])
    if cell is None:
        return
    year = int(cell)
    decade = year - year % 10
    yield Wanted(Condition(name, low=decade, high=decade + 9), True, "facet", f"{decade}s")
    yield Wanted(Condition(name, low=decade), True, "facet", f"since {decade}")
    yield Wanted(Condition(name, high=decade + 9), True, "facet", f"before {decade + 10}")


def _amounts(name: str, field: FieldSource, row: Mapping[str, Any]) -> Iterator[Wanted]:
    """Round bounds just beyond the target's amount, on either side. `steps` ends with how far beyond is still said."""
    cell = row.get(field.columns[0])
    if cell in (None, ""):
        return
    amount, (*steps, reach) = float(str(cell)), field.steps
    for step in steps:
        if amount <= step <= amount + reach:
            yield Wanted(Condition(name, high=step), True, "facet", f"at most {step:g}")
        if amount - reach <= step <= amount:
            yield Wanted(Condition(name, low=step), True, "facet", f"at least {step:g}")
