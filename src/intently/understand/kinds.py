"""Tags that code makes: the kinds of what a person liked, the newest first, in the catalogue's own terms.

Departure from RecGPT-V2, whose tags are all its experts'. A model with few tokens names a few sides of a person well
and the others not at all; what the liked items are is known without it and costs nothing. So experts and kinds share
the tags (`understand.kinds`), and what kinds give the model is not asked for. A kind is under the rules of all tags but
the one on their length, since a catalogue's term may be one word or many; it belongs to the persona whose evidence
holds its item.
"""

from collections.abc import Callable, Sequence

from intently.nouns import Interest, Persona, Tag
from intently.understand.behaviour import BehaviourItem
from intently.understand.run import Encode, Run
from intently.understand.strands import terms_of
from intently.understand.tag_rules import TagRules, without_near
from intently.understand.tags import tag_id_of
from intently.understand.wording import is_vague, is_words, same_meaning

__all__ = ["kind_tags", "standing_kinds", "tied_kinds"]

TERMS = 3  # of an item, its facet of the largest weight first


def kind_tags(run: Run, count: int) -> tuple[Tag, ...]:
    """At most `count` kinds of liked items, each once and without makers; the rationale names the newest one's. How
    many tags the model is asked for rests on them, so what else refuses one of them is looked at later."""
    found: dict[str, Tag] = {}
    for item in run.liked:
        if item.item_id is None or len(found) >= count:
            continue
        text = _kind_of(item, run)
        tag = Tag(tag_id=tag_id_of(text), text=text, rationale=f"what {item.title} is")
        if text and not is_vague(text, run.spec.nouns) and run.not_theirs.sift([tag])[0]:
            found.setdefault(text, tag)
    return tuple(found.values())


def standing_kinds(
    kinds: Sequence[Tag],
    tags: Sequence[Tag],
    rules: TagRules,
    *,
    is_title: Callable[[str], bool],
    encode: Encode | None,
    alike: float,
) -> tuple[tuple[Tag, ...], tuple[str, ...]]:
    """The kinds that no rule refuses, and for each that one does, why. tags: the experts', which stand in any case;
    alike: cosine from which two say the same."""
    kept: list[Tag] = []
    faults: list[str] = []
    for kind in kinds:
        fault = _fault(kind.text, [one.text for one in (*tags, *kept)], is_title)
        if fault:
            faults.append(f"{kind.text!r}: {fault}")
        else:
            kept.append(kind)
    fitting, barred = rules.fitting(kept)
    apart, twins = without_near([*tags, *fitting], encode, alike) if encode is not None else (fitting, ())
    return tuple(kind for kind in fitting if kind in apart), (*faults, *barred, *twins)


def tied_kinds(
    kinds: Sequence[Tag], interests: Sequence[Interest], personas: Sequence[Persona], run: Run
) -> tuple[Tag, ...]:
    """Each kind with the first persona, and its interest, among whose evidence its item is; else as it is. interests:
    one for each persona."""
    newest: dict[str, BehaviourItem] = {}
    for item in run.liked:
        newest.setdefault(_kind_of(item, run), item)
    return tuple(_tied(kind, set(newest[kind.text].event_ids), interests, personas) for kind in kinds)


def _kind_of(item: BehaviourItem, run: Run) -> str:
    """The item's first terms, without makers; empty where it has none, and of a search."""
    terms = terms_of(item.item_id, run.spec, run.snapshot) if item.item_id is not None else []
    values = [value for facet, value in terms if not run.spec.facets[facet].names]
    return ", ".join(dict.fromkeys(values[:TERMS]))


def _fault(text: str, earlier: Sequence[str], is_title: Callable[[str], bool]) -> str:
    if not is_words(text):
        return "it is not words"
    if is_title(text):
        return "it is the title of an item"
    return "it repeats another" if any(same_meaning(text, other) for other in earlier) else ""


def _tied(kind: Tag, events: set[str], interests: Sequence[Interest], personas: Sequence[Persona]) -> Tag:
    for interest, persona in zip(interests, personas, strict=True):
        if events & set(persona.evidence):
            return kind.model_copy(update={"interest_id": interest.interest_id, "persona_id": persona.persona_id})
    return kind
