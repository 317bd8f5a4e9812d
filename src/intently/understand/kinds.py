"""Tags that code makes: the kinds of what a person liked, the newest first, in the catalogue's own terms.

Departure from RecGPT-V2, whose tags are all its experts'. A model with few tokens names a few sides of a person well
and the others not at all; what the liked items are is known without it and costs nothing. So experts and kinds share
the tags (`understand.kinds`), and what kinds give the model is not asked for.
"""

from intently.nouns import Tag
from intently.understand.run import Run
from intently.understand.strands import terms_of
from intently.understand.tags import tag_id_of
from intently.understand.wording import is_vague

__all__ = ["kind_tags"]

TERMS = 3  # of an item, its facet of the largest weight first


def kind_tags(run: Run, count: int) -> tuple[Tag, ...]:
    """At most `count` kinds of liked items, each once and without makers; the rationale names the newest one's."""
    found: dict[str, Tag] = {}
    for item in run.behaviour.items:
        if not item.liked or item.item_id is None or len(found) >= count:
            continue
        terms = terms_of(item.item_id, run.spec, run.snapshot)
        values = [value for facet, value in terms if not run.spec.facets[facet].names]
        text = ", ".join(dict.fromkeys(values[:TERMS]))
        tag = Tag(tag_id=tag_id_of(text), text=text, rationale=f"what {item.title} is")
        if text and not is_vague(text, run.spec.nouns) and run.not_theirs.sift([tag])[0]:
            found.setdefault(text, tag)
    return tuple(found.values())
