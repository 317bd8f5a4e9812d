"""RecGPT V1, one route: interests from the behaviour text, then tags for each interest, in one conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from intently.language import Estimate, Prompt
from intently.language.prompt import Message
from intently.nouns import Interest, Tag
from intently.understand.interests import (
    InterestsAnswer,
    UnshownAnswer,
    ask_interests,
    ask_unshown,
    interests_of,
    interests_prompt,
    tokens_for_interests,
    tokens_for_unshown,
    unshown_prompt,
)
from intently.understand.labels import label_interests, labeller_of
from intently.understand.reasoned import Reasoned
from intently.understand.run import Past, Progress, Run, Tell
from intently.understand.tag_rules import TagRules, rules_of
from intently.understand.tags import (
    TagAnswer,
    TagsAnswer,
    ask_tags,
    more_prompt,
    tags_of,
    tags_prompt,
    tokens_for_tags_of,
)

__all__ = ["V1"]

CALENDAR = ("season", "holiday")  # kinds of cues that tags are told of
TITLES, TAG = "word " * 50, "word " * 7  # of an interest's items, and one tag, at their full length, to count a cost
ENOUGH = 0.75  # share of the asked tags that must stand; with fewer, others are asked for once


@dataclass(frozen=True)
class V1:
    name: str = "v1"
    rules: int = 3

    def reason(self, run: Run, tell: Tell) -> Reasoned:
        interests = _interests(run)
        tell(Progress(run.user_id, "interests", f"{len(interests)} interests", interests))
        tags = _tags(run, interests) if interests else ()
        tell(Progress(run.user_id, "tags", f"{len(tags)} tags", interests, tags))
        return Reasoned(interests, tags)

    def estimate(self, run: Run) -> Estimate:
        """At most: every interest stands and is doubtful, and so few of the tags stand that others are asked for."""
        count, asked = _count(run), _interests_prompt(run)
        named = tuple(
            Interest(interest_id=f"i{n}", text="word " * 12, evidence=(), reason=TITLES) for n in range(count)
        )
        each, tags = _each(run, count), _tags_prompt(run, named)
        answer = TagsAnswer(tags=tuple(TagAnswer(interest=n + 1, tags=(TAG,) * each) for n in range(count)))
        again = more_prompt(tags, answer, [TAG] * each * count, each)
        whole = run.model.estimate([asked], tokens_for_interests(count))
        whole += run.model.estimate([tags, again], tokens_for_tags_of(count, each))
        if run.settings.judge:
            whole += run.model.estimate([unshown_prompt(asked, named)], tokens_for_unshown(count))
        return whole

    def asks(self, run: Run) -> Sequence[str]:
        return (str(_count(run)), str(run.settings.tags), str(run.settings.judge), _interests_prompt(run).version)

    def told(self, past: Past) -> str:
        return past.behaviour.text


def _count(run: Run) -> int:
    """Interests to ask for: no more than every second item could show."""
    return max(1, min(run.settings.interests, len(run.behaviour.items) // 2))


def _each(run: Run, interests: int) -> int:
    """Tags to ask for an interest, so that all together are at least as many as the settings say."""
    return max(2, -(-run.settings.tags // max(1, interests)))


def _interests_prompt(run: Run) -> Prompt:
    return interests_prompt(
        run.behaviour, run.shared, nouns=run.spec.nouns, count=_count(run), pool=run.matched_pool(),
        home=run.config.home,
    )  # fmt: skip


def _tags_prompt(run: Run, interests: Sequence[Interest]) -> Prompt:
    each, nouns = _each(run, len(interests)), run.spec.nouns
    return tags_prompt(
        run.behaviour, run.shared, interests, nouns=nouns, each=each, moment=_moment(run), home=run.config.home
    )


def _moment(run: Run) -> tuple[str, ...]:
    """The date, and what the calendar says of it: the paper's prompt gives the date for the sake of the season."""
    return (f"{run.as_of:%-d %B %Y}", *(cue.text for cue in run.cues if cue.kind in CALENDAR))


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
    named, refused = interests_of(
        InterestsAnswer.model_validate(output), run.behaviour, nouns=run.spec.nouns, until=until
    )
    theirs, disowned = run.not_theirs.sift(named)
    run.refuse("interests", (*refused, *disowned))
    return _passing(run, prompt, [one.model_copy(update={"listed": run.pool.listed(one.text)}) for one in theirs])


def _passing(run: Run, asked: Prompt, named: Sequence[Interest]) -> tuple[Interest, ...]:
    """The interests that pass the six labels; those that do not are refused with theirs."""
    judged = label_interests(named, labeller_of(run), partial(_ask_shown, run, asked) if run.settings.judge else None)
    run.refuse("interests", [f"{one.interest.text!r}: {one.fault}" for one in judged if one.fault])
    return tuple(one.interest for one in judged if not one.fault)


def _ask_shown(run: Run, asked: Prompt, doubtful: Sequence[Interest]) -> list[bool]:
    """Whether their items show these interests, by the model."""

    def ask() -> tuple[dict[str, Any], str]:
        answer = ask_unshown(
            run.model, asked, doubtful, user_id=run.user_id, budget=run.budget,
            timeout_seconds=run.config.language.batch_timeout_seconds,
        )  # fmt: skip
        return answer.value.model_dump(mode="json"), answer.call_hash

    key = asked.then(*[Message("user", one.text) for one in doubtful])
    unshown = set(UnshownAnswer.model_validate(run.once("interests-shown", key, ask)).unshown)
    return [number not in unshown for number in range(1, len(doubtful) + 1)]


def _tags(run: Run, interests: Sequence[Interest]) -> tuple[Tag, ...]:
    """Tags that stand; where too few do, as many again are asked for once."""
    prompt, rules = _tags_prompt(run, interests), rules_of(run)
    answer = _ask_tags(run, "tags", prompt, interests, _each(run, len(interests)))
    tags, refused = _standing(answer, interests, run, rules)
    if len(tags) < ENOUGH * run.settings.tags:
        missing = run.settings.tags - len(tags)
        each = max(2, -(-missing // len(interests)))
        again = more_prompt(prompt, answer, [text.split(":")[0].strip("'\"") for text in refused], each)
        both = (*answer.tags, *_ask_tags(run, "tags-more", again, interests, each).tags)
        tags, refused = _standing(TagsAnswer(tags=both), interests, run, rules)
    run.refuse("tags", refused)
    return tags


def _ask_tags(run: Run, stage: str, prompt: Prompt, interests: Sequence[Interest], each: int) -> TagsAnswer:
    def ask() -> tuple[dict[str, Any], str]:
        answer = ask_tags(
            run.model,
            prompt,
            interests,
            each=each,
            user_id=run.user_id,
            timeout_seconds=run.config.language.batch_timeout_seconds,
            budget=run.budget,
        )
        return answer.value.model_dump(mode="json"), answer.call_hash

    return TagsAnswer.model_validate(run.once(stage, prompt, ask))


def _standing(
    answer: TagsAnswer, interests: Sequence[Interest], run: Run, rules: TagRules
) -> tuple[tuple[Tag, ...], tuple[str, ...]]:
    """The tags that no rule refuses, and for each that one does, why."""
    worded, refused = tags_of(answer, interests, run.is_title, nouns=run.spec.nouns)
    theirs, disowned = run.not_theirs.sift(worded)
    tags, more = rules.sift(theirs)
    return tags, (*refused, *disowned, *more)
