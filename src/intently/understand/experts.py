"""The experts of V2: for each persona, tags of what that side of the person will want next.

RecGPT-V2 section 12.3: T_k = f_expert(p_k). An expert reads the planner's conversation, whose beginning the server has
read already, and one new line. Endpoints that answer many at once get all experts at once. The embedded server answers
one at a time; there each expert also reads what the earlier ones named: those tokens are in its memory anyway, and
fewer tags come twice. Departure: the paper's experts see the persona alone.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from intently.language import Listing, Message, Prompt
from intently.nouns import Persona
from intently.understand.context import question
from intently.understand.run import Run

__all__ = ["TAG_LINE", "Named", "ask_experts", "ask_tag_lines", "tag_listing", "tokens_for_tags"]

WORD = r"""[^\s\d"'\\+,.;:|<>(){}\[\]/_#*=]{1,20}(?:['’][a-z]{1,3})?"""
TAG_LINE = f"{WORD}(?: {WORD}){{1,4}}"  # two to five words
NOWHERE = ("¶",)  # nothing ends a repetition: not even the next tag may begin as an earlier one did
TOKENS_EACH = 12  # of one tag, for the limit of the answer


@dataclass(frozen=True, slots=True)
class Named:
    """What one expert was asked and what it named, as answered. question: None where the prompt ended with it."""

    persona: Persona
    question: Message | None
    tags: tuple[str, ...]

    @property
    def turns(self) -> tuple[Message, ...]:
        answer = Message("assistant", "\n".join(self.tags))
        return (answer,) if self.question is None else (self.question, answer)


def tag_listing(count: int) -> Listing:
    """Half of them are enough: a second try would cost as much again as the first."""
    form = "a tag of 2 to 5 words without signs or digits"
    return Listing(TAG_LINE, count, count, form, enough=max(1, count // 2), fresh_after=NOWHERE)


def tokens_for_tags(count: int) -> int:
    """The limit of an answer of so many tags."""
    return 10 + TOKENS_EACH * count


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


def ask_experts(
    run: Run, planned: Prompt, personas: Sequence[Persona], *, each: int, in_series: bool
) -> tuple[Named, ...]:
    """All experts' tags, in the order of the personas. planned: the conversation up to the planner's answer."""
    asked = [_question(run, number, persona, each) for number, persona in enumerate(personas, start=1)]
    if not in_series:
        return _at_once(run, planned, list(zip(personas, asked, strict=True)), each)
    found: list[Named] = []
    talk = planned
    for persona, turn in zip(personas, asked, strict=True):
        named = Named(persona, turn, ask_tag_lines(run, "expert", talk.then(turn), each))
        talk = talk.then(*named.turns)
        found.append(named)
    return tuple(found)


def _at_once(run: Run, planned: Prompt, asked: Sequence[tuple[Persona, Message]], each: int) -> tuple[Named, ...]:
    """Each in a thread of its own; the run's record of calls stays in the order of the personas."""
    own = [replace(run, calls=[]) for _ in asked]

    def ask(place: int) -> Named:
        persona, turn = asked[place]
        return Named(persona, turn, ask_tag_lines(own[place], "expert", planned.then(turn), each))

    with ThreadPoolExecutor(max_workers=max(1, len(asked)), thread_name_prefix="intently-expert") as pool:
        found = tuple(pool.map(ask, range(len(asked))))
    for one in own:
        run.calls.extend(one.calls)
    return found


def _question(run: Run, number: int, persona: Persona, count: int) -> Message:
    return question(run, "tags", number=number, role=persona.role, count=count).messages[0]
