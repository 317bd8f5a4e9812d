"""Tags of pipelines that name them without an interest or a persona: under the same rules as all others."""

from collections.abc import Sequence

from intently.nouns import Interest, Tag
from intently.understand.experts import without_loose_end
from intently.understand.run import Run
from intently.understand.tag_rules import rules_of
from intently.understand.tags import TagAnswer, TagsAnswer, tags_of

__all__ = ["untied_tags"]

NOBODY = Interest(interest_id="i-none", text="their history", evidence=())


def untied_tags(named: Sequence[str], run: Run) -> tuple[tuple[Tag, ...], tuple[str, ...]]:
    """The tags that stand, in order, and for each that does not, why."""
    answer = TagsAnswer(tags=(TagAnswer(interest=1, tags=tuple(map(without_loose_end, named))),))
    worded, refused = tags_of(answer, (NOBODY,), run.is_title, nouns=run.spec.nouns)
    theirs, disowned = run.not_theirs.sift(worded)
    tags, barred = rules_of(run).fitting(theirs)
    untied = tuple(tag.model_copy(update={"interest_id": None, "rationale": NOBODY.text}) for tag in tags)
    return untied, (*refused, *disowned, *barred)
