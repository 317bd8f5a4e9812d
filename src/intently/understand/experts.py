"""The experts of V2: for each persona, tags of what that side of the person will want next.

RecGPT-V2 section 12.3: T_k = f_expert(p_k). An expert reads the planner's conversation, whose beginning the server has
read already, and one new line; no expert reads another (a small model would repeat it: docs/experiments.md). Endpoints
that answer many at once get all experts at once; the embedded server gets one after the other. Departure: the paper's
experts see the persona alone.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from intently.language import Listing, Prompt
from intently.nouns import Persona
from intently.understand.context import question
from intently.understand.planner import Plan
from intently.understand.run import Run
from intently.understand.wording import NOWHERE, TAG_LINE

__all__ = ["Named", "ask_experts", "ask_tag_lines", "tag_listing", "tokens_for_tags", "without_loose_end"]

LOOSE = frozenset("a an and as at by for from in into near of on or over the to under with without".split())
TOKENS_EACH = 12  # of one tag, for the limit of the answer


@dataclass(frozen=True, slots=True)
class Named:
    """What one expert named, as answered."""

    persona: Persona
    tags: tuple[str, ...]


def tag_listing(count: int) -> Listing:
    """Half of them are enough: a second try would cost as much again as the first."""
    form = "a tag of 2 to 5 words without signs or digits"
    return Listing(TAG_LINE, count, count, form, enough=max(1, count // 2), fresh_after=NOWHERE)


def tokens_for_tags(count: int) -> int:
    """The limit of an answer of so many tags."""
    return 10 + TOKENS_EACH * count


def without_loose_end(tag: str) -> str:
    """The tag without words at its end that lead to nothing ("thrillers on a", "horror marathon and")."""
    words = tag.split()
    while words and words[-1].lower() in LOOSE:
        words.pop()
    return " ".join(words)


def ask_tag_lines(run: Run, stage: str, prompt: Prompt, count: int) -> tuple[str, ...]:
    """Ask for `count` tags, one a line; kept by the run. Raises what Model.ask_list raises."""

    def ask() -> tuple[dict[str, Any], str]:
        answer = run.model.ask_list(
            prompt,
            tag_listing(count),
            user_id=run.user_id,
            max_tokens=tokens_for_tags(count),
            timeout_seconds=run.config.language.batch_timeout_seconds,
            budget=run.budget,
        )
        return {"lines": list(answer.value)}, answer.call_hash

    return tuple(run.once(stage, prompt, ask)["lines"])


def ask_experts(run: Run, planned: Prompt, plan: Plan, shares: Sequence[int]) -> tuple[Named, ...]:
    """All experts' tags, in the order of the personas. planned: the conversation up to the planner's answer; shares:
    tags to ask of each."""
    asked = []
    for number, persona, count in zip(plan.numbers, plan.personas, shares, strict=True):
        last = question(run, "tags", number=number, role=persona.role, count=count)
        asked.append((persona, planned.then(*last.messages), count))
    if run.model.embedded:
        return tuple(Named(persona, ask_tag_lines(run, "expert", prompt, count)) for persona, prompt, count in asked)
    return _at_once(run, asked)


def _at_once(run: Run, asked: Sequence[tuple[Persona, Prompt, int]]) -> tuple[Named, ...]:
    """Each in a thread of its own; the run's record of calls stays in the order of the personas."""
    own = [replace(run, calls=[]) for _ in asked]

    def ask(place: int) -> Named:
        persona, prompt, count = asked[place]
        return Named(persona, ask_tag_lines(own[place], "expert", prompt, count))

    with ThreadPoolExecutor(max_workers=max(1, len(asked)), thread_name_prefix="intently-expert") as pool:
        found = tuple(pool.map(ask, range(len(asked))))
    for one in own:
        run.calls.extend(one.calls)
    return found
