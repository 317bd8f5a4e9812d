"""Interests: what a person likes for long, named by the model and resting on numbered items of the behaviour text.

RecGPT V1 section 3. What the prompt asks is enforced here: evidence exists and is liked, an interest rests on at least
two things, vague and repeated ones go. Departure: the pool is grown, not preset (`pool.py`), and evidence is checked.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from intently.language import Answer, Budget, Model, Prompt, render
from intently.language.prompt import Message, quote
from intently.nouns import Interest
from intently.understand.behaviour import BehaviourText
from intently.understand.strands import Strand
from intently.understand.wording import is_vague, is_words, same_meaning

__all__ = [
    "InterestAnswer",
    "InterestsAnswer",
    "UnshownAnswer",
    "ask_interests",
    "ask_unshown",
    "faults_of_evidence",
    "history_values",
    "interests_of",
    "interests_prompt",
    "tokens_for_interests",
    "tokens_for_unshown",
    "unshown_prompt",
]

LEAST_EVIDENCE = 2  # items: nothing is inferred from one action
MOST_EVIDENCE = 5  # items that the model may name, for the length of its answer
NAME = r'^[^"\\+]{4,60}$'  # else the counted terms are copied with their plus sign
TOKENS_EACH = 34  # of the answer, for the limit


class InterestAnswer(BaseModel):
    """One interest as answered. The items come first: a small model then names what they share."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    items: tuple[int, ...] = Field(description="numbers of the items that show it")
    interest: str = Field(min_length=3, max_length=80)


class InterestsAnswer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    interests: tuple[InterestAnswer, ...]


def interests_prompt(
    behaviour: BehaviourText,
    shared: Sequence[Strand],
    *,
    nouns: str,
    count: int,
    pool: Sequence[str] = (),
    home: Path | None = None,
) -> Prompt:
    """History and its strands, then the question with the pool's interests that fit. The tags' prompt begins with the
    same history."""
    values = history_values(behaviour, shared)
    return render("understand", home=home, nouns=nouns, **values, count=count, pool=pool, interests=None, tags=0)


class UnshownAnswer(BaseModel):
    """Numbers of interests that their items do not clearly show."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    unshown: tuple[int, ...]


def ask_unshown(
    model: Model,
    asked: Prompt,
    interests: Sequence[Interest],
    *,
    user_id: str,
    timeout_seconds: float,
    budget: Budget | None = None,
) -> Answer[UnshownAnswer]:
    """Which of these interests their items do not show. Raises as Model.ask."""
    numbers = [*range(1, len(interests) + 1)]
    one = {"type": "array", "items": {"enum": numbers}, "maxItems": len(numbers)}
    schema = {
        "type": "object",
        "properties": {"unshown": one},
        "required": ["unshown"],
        "additionalProperties": False,
    }
    return model.ask(
        unshown_prompt(asked, interests), UnshownAnswer, user_id=user_id, max_tokens=tokens_for_unshown(len(numbers)),
        timeout_seconds=timeout_seconds, budget=budget, schema=schema,
    )  # fmt: skip


def unshown_prompt(asked: Prompt, interests: Sequence[Interest]) -> Prompt:
    """A short turn behind the prompt that named them, whose history the server has read."""
    named = "; ".join(
        f"{number} {quote(interest.text, 80)} from {quote(interest.reason, 160)}"
        for number, interest in enumerate(interests, start=1)
    )
    return asked.then(
        Message("assistant", '{"interests":[]}'),
        Message("user", f"Check these: {named}. Which are not clearly shown by their items? Answer their numbers."),
    )


def tokens_for_unshown(count: int) -> int:
    return 12 + 3 * count


def tokens_for_interests(count: int) -> int:
    return 20 + TOKENS_EACH * count


def history_values(behaviour: BehaviourText, shared: Sequence[Strand]) -> dict[str, Any]:
    """What both prompts show of a person: the lines, and the strands with the numbers of their items."""
    numbers = {item.item_id: item.number for item in behaviour.items}
    named = [(strand.label, [numbers[one] for one in strand.item_ids][:MOST_EVIDENCE]) for strand in shared]
    return {"lines": behaviour.text.splitlines(), "strands": named}


def ask_interests(
    model: Model,
    prompt: Prompt,
    behaviour: BehaviourText,
    *,
    count: int,
    user_id: str,
    timeout_seconds: float,
    budget: Budget | None = None,
) -> Answer[InterestsAnswer]:
    """Ask for at most `count` interests; once more when evidence does not exist. Raises what Model.ask raises."""
    known = {item.number for item in behaviour.items}
    return model.ask(
        prompt,
        InterestsAnswer,
        user_id=user_id,
        max_tokens=tokens_for_interests(count),
        timeout_seconds=timeout_seconds,
        budget=budget,
        check=lambda answer: faults_of_evidence(answer, known),
        schema=_schema(count, len(behaviour.items)),
    )


def faults_of_evidence(answer: InterestsAnswer, known: Iterable[int]) -> str | None:
    """What is wrong with the evidence, for the one repair; None when all of it exists."""
    numbers = set(known)
    wrong = sorted({number for one in answer.interests for number in one.items} - numbers)
    if not wrong:
        return None
    named = ", ".join(map(str, wrong))
    return f"there are no items with the numbers {named}; the items are 1 to {max(numbers, default=0)}"


def interests_of(
    answer: InterestsAnswer, behaviour: BehaviourText, *, nouns: str, until: datetime
) -> tuple[tuple[Interest, ...], tuple[str, ...]]:
    """The interests that stand, and for each that does not, why. Evidence becomes event ids."""
    by_number = {item.number: item for item in behaviour.items}
    kept: list[Interest] = []
    refused: list[str] = []
    for one in answer.interests:
        text = " ".join(one.interest.split()).strip(" .")
        liked = [by_number[n] for n in dict.fromkeys(one.items) if n in by_number and by_number[n].liked]
        fault = _fault(text, one.items, by_number, len(liked), nouns, [interest.text for interest in kept])
        if not fault and any({e for item in liked for e in item.event_ids} <= set(other.evidence) for other in kept):
            fault = "it rests on the same items as another"
        if fault:
            refused.append(f"{text!r}: {fault}")
            continue
        evidence = tuple(event_id for item in liked for event_id in item.event_ids)
        reason = ", ".join(item.title for item in liked)
        kept.append(Interest(interest_id=_id_of(text), text=text, evidence=evidence, reason=reason, valid_until=until))
    return tuple(kept), tuple(refused)


def _fault(
    text: str, numbers: tuple[int, ...], known: Mapping[int, object], liked: int, nouns: str, earlier: list[str]
) -> str | None:
    if any(number not in known for number in numbers):
        return "its evidence does not exist"
    if liked < LEAST_EVIDENCE:
        return f"it rests on {liked} liked item(s), and {LEAST_EVIDENCE} are needed"
    if not is_words(text):
        return "it is not words"
    if is_vague(text, nouns):
        return "it is too vague"
    if any(same_meaning(text, other) for other in earlier):
        return "it repeats another"
    return None


def _id_of(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
    return f"i-{slug}-{hashlib.sha256(text.lower().encode()).hexdigest()[:6]}"


def _schema(count: int, items: int) -> dict[str, Any]:
    """The answer's schema with this question's bounds: numbers that exist, at most `count` interests."""
    number = {"type": "integer", "minimum": 1, "maximum": max(1, items)}
    one = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": number, "minItems": LEAST_EVIDENCE, "maxItems": MOST_EVIDENCE},
            "interest": {"type": "string", "pattern": NAME},
        },
        "required": ["items", "interest"],
        "additionalProperties": False,
    }
    many = {"type": "array", "items": one, "minItems": 1, "maxItems": count}
    return {
        "type": "object",
        "properties": {"interests": many},
        "required": ["interests"],
        "additionalProperties": False,
    }
