"""The planner of V2: one call over the whole context names K personas, different sides of one person.

RecGPT-V2 section 12.2 gives neither K nor a schema. Ours: a line `a 2: lover of clever village murders`, the letters of
threads and numbers of cues first, because a small model then names what they share. (Asked for numbers of single items
it copied those of the example: docs/experiments.md.) Code puts the evidence, the newest items of those threads; it
checks that threads and cues are there and that personas differ, in words, in items and (with an encoder) in meaning.
One that fails is dropped and noted. With fewer than two left the model is asked once more; what is still missing is
made from the threads by code.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from intently.language import Listing, Prompt, render
from intently.language.prompt import LETTERS
from intently.nouns import Cue, Persona
from intently.understand.behaviour import BehaviourItem
from intently.understand.context import Context, encode_of
from intently.understand.run import Encode, Run
from intently.understand.wording import SMALL, is_vague, same_meaning

__all__ = ["TOKENS_EACH", "Plan", "ask_plan", "completed", "everything", "plan_of", "planner_prompt"]

WORD = rf"[A-Z0-9{SMALL}]{{1,16}}(?:['’&-][A-Z0-9{SMALL}]{{1,12}})?"
ROLE = rf"[A-Z{SMALL}]{WORD}(?: {WORD}){{1,5}}"  # two to six words
LEAST_EVIDENCE, MOST_EVIDENCE = 2, 6  # items of one persona
LEAST_PERSONAS = 2  # with one there is nothing to complement
ALIKE = 0.75  # cosine of two roles from which they say the same
SHARED = 0.67  # of the smaller persona's items: from here both rest on the same things
TOKENS_EACH = 48  # of one line, for the limit of the answer; a good one has about 15


@dataclass(frozen=True, slots=True)
class Plan:
    """`lines`: as answered, those left out too, so that the server has them in its memory; `numbers`: the place among
    them of each persona, from 1. `left_out`: lines and why. `by_code`: roles made of strands."""

    personas: tuple[Persona, ...]
    lines: tuple[str, ...]
    numbers: tuple[int, ...]
    left_out: tuple[tuple[str, str], ...] = ()
    by_code: tuple[str, ...] = ()


def planner_prompt(run: Run, context: Context, *, personas: int, role: str = "", count: int = 0) -> Prompt:
    """Context and question. personas = 0: no planner; `count` tags are asked for at once, for the persona `role`."""
    values = context.values()
    return render("agents", home=run.config.home, stage="plan", personas=personas, role=role, count=count, **values)


def ask_plan(run: Run, prompt: Prompt, context: Context, count: int) -> Plan:
    """`count` personas: asked once more when fewer than two stand, then completed by code. Raises what
    Model.ask_list raises."""
    nouns, encode = run.spec.nouns, encode_of(run)

    def fault(lines: tuple[str, ...]) -> str | None:
        plan = plan_of(lines, context, nouns=nouns, encode=encode)
        if len(plan.personas) >= min(count, LEAST_PERSONAS):
            return None
        return "; ".join(f"{line!r}: {why}" for line, why in plan.left_out)

    def ask() -> tuple[dict[str, Any], str]:
        answer = run.model.ask_list(
            prompt,
            listing(context, count),
            user_id=run.user_id,
            max_tokens=TOKENS_EACH * count,
            timeout_seconds=run.config.language.batch_timeout_seconds,
            budget=run.budget,
            check=fault,
        )
        return {"lines": list(answer.value)}, answer.call_hash

    plan = plan_of(run.once("planner", prompt, ask)["lines"], context, nouns=nouns, encode=encode)
    run.refuse("planner", [f"{line!r}: {why}" for line, why in plan.left_out])
    return completed(plan, context, count=count, nouns=nouns, encode=encode)


def listing(context: Context, count: int) -> Listing:
    """The form of the answer: only letters of threads and numbers of cues that were shown."""
    thread = f"[{LETTERS[: len(context.threads)]}]"
    cue = f"(?: [1-{len(context.cues)}]){{0,2}}" if context.cues else ""
    form = "letters of lines, then a persona of 2 to 6 words"
    return Listing(f"{thread}(?: {thread})?{cue}: {ROLE}", count, count, form, enough=1, fresh_after=("\n", ":"))


def plan_of(lines: Sequence[str], context: Context, *, nouns: str, encode: Encode | None) -> Plan:
    """The personas that stand, and for each line that does not, why."""
    kept: list[Persona] = []
    numbers: list[int] = []
    left_out: list[tuple[str, str]] = []
    for number, line in enumerate(lines, start=1):
        persona, why = _read(line, context)
        fault = why or context.not_theirs.fault(persona.role) or _fault(persona, kept, nouns, encode)
        if fault:
            left_out.append((line, fault))
        else:
            kept.append(persona)
            numbers.append(number)
    return Plan(tuple(kept), tuple(lines), tuple(numbers), tuple(left_out))


def completed(plan: Plan, context: Context, *, count: int, nouns: str, encode: Encode | None) -> Plan:
    """With fewer than two personas, as many of `count` as the threads give, made by code; else the plan as it is."""
    personas, lines, numbers, by_code = list(plan.personas), list(plan.lines), list(plan.numbers), []
    for letter, thread in zip(LETTERS, context.threads if len(personas) < LEAST_PERSONAS else (), strict=False):
        persona = _persona(f"{thread.label.replace(' + ', ' ')} lover".lower(), thread.items, ())
        enough = len(thread.items) >= LEAST_EVIDENCE or not personas
        fault = context.not_theirs.fault(persona.role) or _fault(persona, personas, nouns, encode)
        if len(personas) < count and enough and not fault:
            personas.append(persona)
            lines.append(f"{letter}: {persona.role}")
            numbers.append(len(lines))
            by_code.append(persona.role)
    return Plan(tuple(personas), tuple(lines), tuple(numbers), plan.left_out, tuple(by_code))


def everything(context: Context) -> Persona:
    """The one persona of a run without a planner: all that the person liked."""
    return _persona("everything they like", [item for thread in context.threads for item in thread.items], ())


def _read(line: str, context: Context) -> tuple[Persona, str]:
    """The persona of a line, and what is wrong with what it claims."""
    claimed, _, role = line.partition(": ")
    signs = list(dict.fromkeys(claimed.split()))
    threads = [context.thread_of(sign) for sign in signs if not sign.isdigit()]
    cues = [context.cue_of(int(sign)) for sign in signs if sign.isdigit()]
    share = MOST_EVIDENCE // max(1, len(threads))
    items = [item for thread in threads if thread is not None for item in thread.items[:share]]
    persona = _persona(role.lower(), items, [cue for cue in cues if cue is not None])
    if None in threads:
        return persona, "its evidence does not exist"
    if len(items) < LEAST_EVIDENCE:
        return persona, f"it rests on {len(items)} liked item(s), and {LEAST_EVIDENCE} are needed"
    if None in cues:
        return persona, "its cue does not exist"
    if any(" " in item.title and item.title.casefold() in persona.role for item in context.behaviour.items):
        return persona, "it names an item"
    return persona, ""


def _persona(role: str, items: Sequence[BehaviourItem], cues: Sequence[Cue]) -> Persona:
    return Persona(
        persona_id=f"p-{hashlib.sha256(role.encode()).hexdigest()[:12]}",
        role=role,
        why=", ".join(item.title for item in items[:MOST_EVIDENCE]),
        evidence=tuple(event_id for item in items for event_id in item.event_ids),
        cues=tuple(cue.cue_id for cue in cues),
    )


def _fault(persona: Persona, earlier: Sequence[Persona], nouns: str, encode: Encode | None) -> str:
    """What is wrong with a persona beside the earlier ones; empty when it stands."""
    if not re.fullmatch(ROLE, persona.role):
        return "its role is not 2 to 6 words"
    if is_vague(persona.role, nouns):
        return "it is too vague"
    for other in earlier:
        if same_meaning(persona.role, other.role):
            return f"it repeats {other.role!r}"
        both, smaller = set(persona.evidence) & set(other.evidence), min(len(persona.evidence), len(other.evidence))
        if len(both) >= SHARED * smaller:
            return f"it rests on the same items as {other.role!r}"
    if encode is not None and earlier:
        near = encode([other.role for other in earlier]) @ encode([persona.role])[0]  # (earlier,), cosines
        if float(near.max()) >= ALIKE:
            return f"it means the same as {earlier[int(near.argmax())].role!r}"
    return ""
