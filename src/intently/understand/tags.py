"""Tags: open descriptions of items the person will want, each for one interest, each looked up in the catalogue.

RecGPT V1 section 4: modifier and core word, no vague words, no titles, no two alike, an interest and a rationale for
each. Departures: the number of tags follows the settings (the paper asks for 50); the rationale is the evidence of the
tag's interest, put by code (asked of the small model it repeated the tag in other words and cost as many tokens again);
every tag is grounded: how many items lie near it, and how near the nearest is. One that finds nothing is kept.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from intently.language import Answer, Budget, Model, Prompt, render
from intently.language.prompt import Message, quote
from intently.nouns import Interest, Tag
from intently.understand.behaviour import BehaviourText
from intently.understand.interests import history_values
from intently.understand.strands import Strand
from intently.understand.wording import NOWHERE, TAG_LINE, is_vague, is_words, same_meaning

__all__ = [
    "Nearby",
    "TagAnswer",
    "TagsAnswer",
    "ask_tags",
    "ground_tags",
    "more_prompt",
    "tag_id_of",
    "tags_of",
    "tags_prompt",
    "tokens_for_tags_of",
]

FOUND_FROM = 0.45  # cosine from which an item counts as found by a tag
LEAST_WORDS, MOST_WORDS = 2, 7  # five are asked for; what keeps to no schema may say two more
TOKENS_EACH = 12  # of one tag, for the limit of the answer
MOST_NAMED = 12  # refused tags that a repair names


class TagAnswer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    interest: int = Field(description="number of the interest that they serve")
    tags: tuple[str, ...]


class TagsAnswer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    tags: tuple[TagAnswer, ...]  # one entry an interest


@dataclass(frozen=True, slots=True)
class Nearby:
    """What the catalogue holds near a text: items at or above FOUND_FROM, and the nearest one's cosine."""

    found: int
    best: float


def tags_prompt(
    behaviour: BehaviourText,
    shared: Sequence[Strand],
    interests: Sequence[Interest],
    *,
    nouns: str,
    each: int,
    moment: Sequence[str] = (),
    home: Path | None = None,
) -> Prompt:
    """History as in the interests' prompt, which the server has read already, then the question for tags. moment: what
    the time is like, in words."""
    named = [(number, interest.text, interest.reason) for number, interest in enumerate(interests, start=1)]
    values = history_values(behaviour, shared)
    asked = {"interests": named, "tags": each, "moment": moment}
    return render("understand", home=home, nouns=nouns, **values, count=0, pool=(), **asked)


def more_prompt(asked: Prompt, answer: TagsAnswer, refused: Sequence[str], each: int) -> Prompt:
    """The same conversation, for tags in place of those that were refused."""
    left_out = ", ".join(quote(text, 60) for text in refused[:MOST_NAMED])
    said = f"These cannot be used: {left_out}. " if left_out else ""
    return asked.then(
        Message("assistant", answer.model_dump_json()),
        Message("user", f"{said}Name {each} other tags for each, alike to none above."),
    )


def ask_tags(
    model: Model,
    prompt: Prompt,
    interests: Sequence[Interest],
    *,
    each: int,
    user_id: str,
    timeout_seconds: float,
    budget: Budget | None = None,
) -> Answer[TagsAnswer]:
    """Ask for `each` tags an interest; once more when an interest does not exist. Raises as Model.ask."""
    return model.ask(
        prompt,
        TagsAnswer,
        user_id=user_id,
        max_tokens=tokens_for_tags_of(len(interests), each),
        timeout_seconds=timeout_seconds,
        budget=budget,
        check=lambda answer: _fault_of_interests(answer, len(interests)),
        schema=_schema(each, len(interests)),
        fresh_after=NOWHERE,
    )


def tokens_for_tags_of(interests: int, each: int) -> int:
    """The limit of an answer with `each` tags for each of so many interests."""
    return 20 + (TOKENS_EACH * each + 12) * interests


def tag_id_of(text: str) -> str:
    """The same text has the same id, whoever named it."""
    return f"t-{hashlib.sha256(text.encode()).hexdigest()[:12]}"


def tags_of(
    answer: TagsAnswer, interests: Sequence[Interest], is_title: Callable[[str], bool], *, nouns: str
) -> tuple[tuple[Tag, ...], tuple[str, ...]]:
    """The tags that stand, and for each that does not, why."""
    kept: list[Tag] = []
    refused: list[str] = []
    for number, raw in [(one.interest, raw) for one in answer.tags for raw in one.tags]:
        text = " ".join(raw.split()).strip(" .").lower()
        fault = _fault(text, number, len(interests), [tag.text for tag in kept], is_title, nouns)
        if fault:
            refused.append(f"{text!r}: {fault}")
            continue
        interest = interests[number - 1]
        why = f"{interest.text}: {interest.reason}"
        kept.append(Tag(tag_id=tag_id_of(text), text=text, interest_id=interest.interest_id, rationale=why))
    return tuple(kept), tuple(refused)


def ground_tags(
    tags: Sequence[Tag],
    encode: Callable[[Sequence[str]], npt.NDArray[np.float32]],
    vectors: npt.NDArray[np.float32],
    eligible: npt.NDArray[np.bool_],
) -> tuple[Tag, ...]:
    """Each tag with what it finds among the eligible rows of `vectors` (n, dim), unit rows."""
    if not tags or not eligible.any() or vectors.shape[1] == 0:
        return tuple(tags)
    near = encode([tag.text for tag in tags]) @ vectors[eligible].T  # (tags, eligible items), cosines
    return tuple(
        tag.model_copy(update={"found": int((row >= FOUND_FROM).sum()), "best_similarity": round(float(row.max()), 4)})
        for tag, row in zip(tags, near, strict=True)
    )


def _fault_of_interests(answer: TagsAnswer, count: int) -> str | None:
    wrong = sorted({tag.interest for tag in answer.tags if not 1 <= tag.interest <= count})
    return f"there is no interest {', '.join(map(str, wrong))}; the interests are 1 to {count}" if wrong else None


def _fault(
    text: str, interest: int, count: int, earlier: list[str], is_title: Callable[[str], bool], nouns: str
) -> str | None:
    words = len(text.split())
    if not 1 <= interest <= count:
        return "its interest does not exist"
    if not LEAST_WORDS <= words <= MOST_WORDS:
        return f"it has {words} word(s), and a modifier and a core word are {LEAST_WORDS} to {MOST_WORDS}"
    if not is_words(text):
        return "it is not words"
    if is_vague(text, nouns):
        return "it is too vague"
    if is_title(text):
        return "it is the title of an item"
    if any(same_meaning(text, other) for other in earlier):
        return "it repeats another"
    return None


def _schema(each: int, interests: int) -> dict[str, Any]:
    """The answer's schema with this question's bounds: every interest once, in order, with `each` tags."""

    def entry(number: int) -> dict[str, Any]:
        tag = {"type": "string", "pattern": f"^{TAG_LINE}$"}
        tags = {"type": "array", "items": tag, "minItems": each, "maxItems": each}
        properties = {"interest": {"const": number}, "tags": tags}
        return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}

    many = {
        "type": "array",
        "prefixItems": [entry(number) for number in range(1, interests + 1)],
        "items": False,
        "minItems": interests,
    }
    return {"type": "object", "properties": {"tags": many}, "required": ["tags"], "additionalProperties": False}
