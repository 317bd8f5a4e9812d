"""Interests as lines are written for them: each with a key that stays as long as its words do."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from intently.catalog.lexicon import plain
from intently.nouns import Interest, Persona, Tag

__all__ = ["Strand", "interest_key", "strands_of", "wishes_key"]


@dataclass(frozen=True)
class Strand:
    """An interest or persona with its tags. `shared`: several people have it, so that its lines are nobody's;
    `evidence`: event ids."""

    key: str
    text: str
    tags: tuple[tuple[str, str], ...] = ()  # (tag id, text)
    evidence: tuple[str, ...] = ()
    shared: bool = field(default=False)


def interest_key(text: str) -> str:
    """The same words have the same key, whoever named them and when."""
    return f"i-{hashlib.sha256(plain(text).encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def wishes_key(preference_ids: Iterable[str]) -> str:
    """Of a set of wishes that an item meets."""
    joined = "\n".join(sorted(preference_ids))
    return f"w-{hashlib.sha256(joined.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def strands_of(interests: Sequence[Interest], personas: Sequence[Persona], tags: Sequence[Tag]) -> tuple[Strand, ...]:
    """Personas, then the interests that say no persona's role again."""
    roles = {persona.role for persona in personas}
    strands = [
        Strand(
            interest_key(one.role), one.role,
            tuple((tag.tag_id, tag.text) for tag in tags if tag.persona_id == one.persona_id), one.evidence,
        )
        for one in personas
    ] + [
        Strand(
            interest_key(one.text), one.text,
            tuple((tag.tag_id, tag.text) for tag in tags if tag.interest_id == one.interest_id), one.evidence,
            shared=one.listed,
        )
        for one in interests
        if one.text not in roles
    ]  # fmt: skip
    return tuple({strand.key: strand for strand in strands}.values())
