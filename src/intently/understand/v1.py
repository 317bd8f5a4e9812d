"""RecGPT V1, one route: interests from the behaviour text, then tags for each interest, in one conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from intently.language import Estimate, Prompt
from intently.nouns import Interest, Tag
from intently.understand.interests import InterestsAnswer, ask_interests, interests_of, interests_prompt
from intently.understand.reasoned import Reasoned
from intently.understand.run import Progress, Run, Tell
from intently.understand.tags import TagsAnswer, ask_tags, tags_of, tags_prompt

__all__ = ["V1"]


@dataclass(frozen=True)
class V1:
    name: str = "v1"
    rules: int = 1

    def reason(self, run: Run, tell: Tell) -> Reasoned:
        interests = _interests(run)
        tell(Progress(run.user_id, "interests", f"{len(interests)} interests", interests))
        tags = _tags(run, interests) if interests else ()
        tell(Progress(run.user_id, "tags", f"{len(tags)} tags", interests, tags))
        return Reasoned(interests, tags)

    def estimate(self, run: Run) -> Estimate:
        named = tuple(
            Interest(interest_id=f"i{n}", text="an interest of some words", evidence=()) for n in range(_count(run))
        )
        answer = (40 * _count(run) + 16 * run.settings.tags) // 2
        return run.model.estimate([_interests_prompt(run), _tags_prompt(run, named)], answer)

    def asks(self, run: Run) -> Sequence[str]:
        return (str(_count(run)), str(run.settings.tags), _interests_prompt(run).version)


def _count(run: Run) -> int:
    """Interests to ask for: no more than every second item could show."""
    return max(1, min(run.settings.interests, len(run.behaviour.items) // 2))


def _each(run: Run, interests: int) -> int:
    """Tags to ask for an interest, so that all together are at least as many as the settings say."""
    return max(2, -(-run.settings.tags // max(1, interests)))


def _interests_prompt(run: Run) -> Prompt:
    return interests_prompt(run.behaviour, run.shared, nouns=run.spec.nouns, count=_count(run), home=run.config.home)


def _tags_prompt(run: Run, interests: Sequence[Interest]) -> Prompt:
    each, nouns = _each(run, len(interests)), run.spec.nouns
    return tags_prompt(run.behaviour, run.shared, interests, nouns=nouns, each=each, home=run.config.home)


def _interests(run: Run) -> tuple[Interest, ...]:
    prompt = _interests_prompt(run)

    def ask() -> tuple[dict[str, Any], str]:
        answer = ask_interests(
            run.model,
            prompt,
            run.behaviour,
            count=_count(run),
            user_id=run.user_id,
            timeout_seconds=run.config.language.batch_timeout_seconds,
            budget=run.budget,
        )
        return answer.value.model_dump(mode="json"), answer.call_hash

    output = run.once("interests", prompt, ask)
    until = run.as_of + timedelta(days=run.settings.refresh_days)
    interests, refused = interests_of(
        InterestsAnswer.model_validate(output), run.behaviour, nouns=run.spec.nouns, until=until
    )
    run.refuse("interests", refused)
    return interests


def _tags(run: Run, interests: Sequence[Interest]) -> tuple[Tag, ...]:
    prompt = _tags_prompt(run, interests)

    def ask() -> tuple[dict[str, Any], str]:
        answer = ask_tags(
            run.model,
            prompt,
            interests,
            each=_each(run, len(interests)),
            user_id=run.user_id,
            timeout_seconds=run.config.language.batch_timeout_seconds,
            budget=run.budget,
        )
        return answer.value.model_dump(mode="json"), answer.call_hash

    output = run.once("tags", prompt, ask)
    tags, refused = tags_of(TagsAnswer.model_validate(output), interests, run.is_title, nouns=run.spec.nouns)
    run.refuse("tags", refused)
    return tags
