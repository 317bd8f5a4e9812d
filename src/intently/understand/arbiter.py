"""The arbiter of V2: the final N tags out of all that the experts named, chosen jointly.

RecGPT-V2 section 12.4: relevance, consistency, specificity, validity, without redundancy. First code takes out what it
can tell by itself (form, vague words, titles, repetitions in words, near-duplicates in meaning). If more than N are
left, code takes those that are farthest from anything in the catalogue, two for each that is too many; the model reads
them behind the planner's conversation and copies out the worst. (The whole pool would cost 110 tokens more a person.)
Code guarantees the rest: no persona loses its share, and N are given where N are there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from intently.language import Listing, Prompt, one_of
from intently.nouns import Interest, Persona, Tag
from intently.understand.context import question
from intently.understand.experts import Named, tokens_for_tags, without_loose_end
from intently.understand.run import Encode, Run
from intently.understand.tag_rules import without_near
from intently.understand.tags import TagAnswer, TagsAnswer, tags_of
from intently.understand.turns import taking_turns

__all__ = ["LEAST_OVER", "NEAR", "Choice", "ask_left_out", "choose", "doubtful", "pool_of"]

NEAR = 0.86  # cosine of two tags from which they find the same items
LEAST_OVER = 2  # tags too many for which a call of the model is worth its tokens; one alone is the last
DOUBTFUL = 2  # tags that the model reads for each that is too many
COVER = 0.5  # of its even share of N, that every persona keeps


@dataclass(frozen=True, slots=True)
class Choice:
    """`tags`: the final ones, the personas taking turns. `left_out`: tags and why, in the order of the pool."""

    tags: tuple[Tag, ...]
    left_out: tuple[tuple[str, str], ...]


def pool_of(
    named: Sequence[Named],
    interests: Sequence[Interest],
    *,
    is_title: Callable[[str], bool],
    nouns: str,
    encode: Encode | None,
) -> tuple[tuple[Tag, ...], tuple[str, ...]]:
    """The experts' tags that code lets pass, each with its persona, and why the others do not. interests: one each."""
    whole = [tuple(map(without_loose_end, one.tags)) for one in named]
    answer = TagsAnswer(tags=tuple(TagAnswer(interest=n, tags=tags) for n, tags in enumerate(whole, start=1)))
    tags, refused = tags_of(answer, interests, is_title, nouns=nouns)
    personas = {interest.interest_id: one.persona for interest, one in zip(interests, named, strict=True)}
    tags = tuple(tag.model_copy(update={"persona_id": personas[tag.interest_id or ""].persona_id}) for tag in tags)
    if encode is None:
        return tags, refused
    apart, near = without_near(tags, encode, NEAR)
    return apart, refused + near


def doubtful(pool: Sequence[Tag], over: int) -> tuple[Tag, ...]:
    """The grounded tags of a pool among which the model chooses `over`: the farthest from anything in the catalogue, in
    the order of the pool. Where nothing is grounded: the last named ones."""
    places = sorted(range(len(pool)), key=lambda place: (pool[place].best_similarity, -place))[: DOUBTFUL * over]
    return tuple(pool[place] for place in sorted(places))


def ask_left_out(run: Run, planned: Prompt, pool: Sequence[Tag], count: int) -> tuple[str, ...]:
    """Which `count` of these tags to leave out, by the model. planned: the conversation up to the planner's answer.
    Raises what Model.ask_list raises."""
    listed = "; ".join(tag.text for tag in pool)
    prompt = planned.then(*question(run, "choose", count=count, pool=listed).messages)
    wanted = Listing(one_of(tag.text for tag in pool), count, count, "one of the tags above, copied", enough=1)

    def ask() -> tuple[dict[str, Any], str]:
        answer = run.model.ask_list(
            prompt,
            wanted,
            user_id=run.user_id,
            max_tokens=tokens_for_tags(count),
            timeout_seconds=run.config.language.batch_timeout_seconds,
            budget=run.budget,
        )
        return {"lines": list(answer.value)}, answer.call_hash

    return tuple(run.once("arbiter", prompt, ask)["lines"])


def choose(pool: Sequence[Tag], worst: Sequence[str], personas: Sequence[Persona], n: int) -> Choice:
    """At most `n` tags: the `worst` only where others are too few, or where a persona would lose its share.

    The personas take turns, so that the beginning of the answer is of all of them.
    """
    theirs = [[tag for tag in pool if tag.persona_id == persona.persona_id] for persona in personas]
    doubtful = set(worst)
    for tags in theirs:
        missing = min(int(COVER * n / len(personas)), len(tags)) - sum(tag.text not in doubtful for tag in tags)
        back = [tag.text for tag in tags if tag.text in doubtful][: max(0, missing)]
        doubtful.difference_update(back)
    good = taking_turns([[tag for tag in tags if tag.text not in doubtful] for tags in theirs])
    rest = taking_turns([[tag for tag in tags if tag.text in doubtful] for tags in theirs])
    chosen = (good + rest)[:n]
    left_out = [(tag.text, _why(tag, doubtful)) for tag in pool if tag not in chosen]
    return Choice(tuple(chosen), tuple(left_out))


def _why(tag: Tag, doubtful: set[str]) -> str:
    return "the arbiter left it out" if tag.text in doubtful else "there are enough without it"
