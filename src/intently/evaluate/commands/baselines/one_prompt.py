"""A plain one-prompt parser: the whole command in, conditions with signs, facets and bounds out as JSON.

What an engineer writes first: one prompt with examples, a schema, validation in code. It uses the same model as our
parser, and neither our grammar nor our grounding. `parse_plain` is a pure function of its arguments and the model.
The model is not shown the state: shown it, a 1.5 B model copied it into every answer. Code keeps it (`updated`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from intently.catalog.schema import CatalogSpec
from intently.language import Model, render
from intently.language.wire import Lane

__all__ = ["PlainCondition", "PlainFacet", "PlainParsed", "PlainReading", "parse_plain", "plain_facets", "updated"]

TEXT = "text"  # the field of what no facet fits
LISTED = 25  # values of a facet that the prompt lists whole; of a larger one it shows SAMPLED and an ellipsis
SAMPLED = 5
MAX_COMMAND = 400  # characters that the model sees
MAX_TITLES = 10
MAX_TOKENS = 160
MAX_CONDITIONS = 6  # of one sign in one answer


@dataclass(frozen=True, slots=True)
class PlainFacet:
    """A field as the prompt names it. `values`: of a term, most frequent first; empty for a number or date, whose
    `unit` is named instead."""

    name: str
    values: tuple[str, ...] = ()
    unit: str = ""


class PlainCondition(BaseModel):
    """A term or free words (`field` "text") in `value`, or a number's inclusive `min` and `max`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    field: str
    value: str = ""
    min: float | None = None
    max: float | None = None


class PlainReading(BaseModel):
    """What a command adds, by sign, and values or fields of the state that it takes back. Also a state in force."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    positive: tuple[PlainCondition, ...] = ()
    negative: tuple[PlainCondition, ...] = ()
    forget: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlainParsed:
    """`added`: what this command said, validated; `state`: what holds after it; `rejected`: what the second answer
    still got wrong, in words. Tokens are of a language model; all zero when answered from its cache."""

    added: PlainReading
    state: PlainReading
    rejected: tuple[str, ...]
    seconds: float
    tokens_new: int
    tokens_reused: int
    tokens_out: int


def plain_facets(spec: CatalogSpec, values: Mapping[str, Sequence[str]]) -> tuple[PlainFacet, ...]:
    """The catalogue's facets as the prompt names them. values: of each term facet, most frequent first."""
    return tuple(
        PlainFacet(name, _listed(values.get(name, ()))) if facet.kind == "term" else PlainFacet(name, (), facet.unit)
        for name, facet in spec.facets.items()
        if facet.kind != "term" or values.get(name)
    )


def parse_plain(
    text: str,
    facets: Sequence[PlainFacet],
    state: PlainReading,
    model: Model,
    *,
    nouns: str = "things",
    shown: Sequence[str] = (),
    lane: Lane = "batch",
    timeout_seconds: float = 300.0,
    home: Path | None = None,
) -> PlainParsed:
    """Read one command. Needs no catalogue: with `facets` () every condition is one of field "text".

    state: what earlier commands of the session said (`PlainReading()` at first; then the last `PlainParsed.state`).
    nouns: what the catalogue holds ("films"). shown: titles of the slate above which the command was typed.
    An answer with an unknown field, a bound without a number field or no value is asked for once more; what is wrong
    then is left out and named in `rejected`.
    Raises ModelUnavailable, ModelTimeout, AnswerInvalid (no JSON of that form, twice).
    """
    said = text.strip()[:MAX_COMMAND]
    titles = list(shown[:MAX_TITLES])
    prompt = render("plain", home=home, nouns=nouns, fields=list(facets), shown=titles, command=said)
    answer = model.ask(
        prompt,
        PlainReading,
        lane=lane,
        max_tokens=MAX_TOKENS,
        timeout_seconds=timeout_seconds,
        check=lambda reading: "; ".join(faults_of(reading, facets)) or None,
        schema=_schema(facets),
    )
    added = _sound(answer.value, facets)
    return PlainParsed(
        added=added,
        state=updated(state, added),
        rejected=faults_of(answer.value, facets),
        seconds=answer.seconds,
        tokens_new=answer.tokens_new,
        tokens_reused=answer.tokens_reused,
        tokens_out=answer.tokens_out,
    )


def faults_of(reading: PlainReading, facets: Sequence[PlainFacet]) -> tuple[str, ...]:
    """What is wrong with a well-formed reading, one entry a condition."""
    found = (_fault(one, facets) for one in (*reading.positive, *reading.negative))
    return tuple(fault for fault in found if fault)


def updated(state: PlainReading, added: PlainReading) -> PlainReading:
    """The state after a command: what is taken back goes, the newest bound of a field and the newest sign of a value
    win, and the rest is kept."""
    taken = {word.casefold().strip() for word in added.forget}

    def stays(old: PlainCondition) -> bool:
        if old.value.casefold() in taken or (old.field != TEXT and old.field.casefold() in taken):
            return False
        return not any(_replaces(new, old) for new in (*added.positive, *added.negative))

    return PlainReading(
        positive=(*filter(stays, state.positive), *added.positive),
        negative=(*filter(stays, state.negative), *added.negative),
    )


def _replaces(new: PlainCondition, old: PlainCondition) -> bool:
    """The same value again under any sign, or a bound on a side that has one or that it contradicts."""
    if new.field != old.field or new.value.casefold() != old.value.casefold():
        return False
    if new.value:
        return True
    low, high = _later(new.min, old.min), _later(new.max, old.max)
    same_side = (new.min is not None and old.min is not None) or (new.max is not None and old.max is not None)
    return same_side or (low is not None and high is not None and low > high)


def _later(new: float | None, old: float | None) -> float | None:
    return old if new is None else new


def _sound(reading: PlainReading, facets: Sequence[PlainFacet]) -> PlainReading:
    def good(conditions: Sequence[PlainCondition]) -> tuple[PlainCondition, ...]:
        return tuple(dict.fromkeys(one for one in conditions if not _fault(one, facets)))

    return PlainReading(positive=good(reading.positive), negative=good(reading.negative), forget=reading.forget)


def _fault(one: PlainCondition, facets: Sequence[PlainFacet]) -> str:
    facet = next((facet for facet in facets if facet.name == one.field), None)
    if facet is None and one.field != TEXT:
        return f'there is no field {one.field!r}; use one of the fields, or "text"'
    bounded = one.min is not None or one.max is not None
    if facet is not None and not facet.values:
        crossed = one.min is not None and one.max is not None and one.min > one.max
        return "" if bounded and not crossed else f"{one.field!r} is a number: give min, max or both, min first"
    return "" if one.value.strip() and not bounded else f"{one.field!r} needs a value and has no min or max"


def _listed(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(values) if len(values) <= LISTED else (*values[:SAMPLED], "…")


def _schema(facets: Sequence[PlainFacet]) -> dict[str, Any]:
    """The form of an answer over these fields, without the keys that stay empty: fewer tokens and no unknown field."""
    terms = [facet.name for facet in facets if facet.values] + [TEXT]
    numbers = [facet.name for facet in facets if not facet.values]
    number = {"type": "number"}
    forms = [_form({"field": {"enum": terms}, "value": {"type": "string", "minLength": 1, "maxLength": 60}})]
    if numbers:
        field = {"enum": numbers}
        forms += [
            _form({"field": field, "min": number, "max": number}, optional=("max",)),
            _form({"field": field, "max": number}),
        ]
    conditions = {"type": "array", "items": {"anyOf": forms}, "maxItems": MAX_CONDITIONS}
    word = {"type": "string", "minLength": 1, "maxLength": 60}
    forget = {"type": "array", "items": word, "maxItems": MAX_CONDITIONS}
    return _form({"positive": conditions, "negative": conditions, "forget": forget})


def _form(properties: Mapping[str, Any], optional: Sequence[str] = ()) -> dict[str, Any]:
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
