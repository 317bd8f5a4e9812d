"""A command read by the model: signed lines with the words quoted, which code grounds and decides on.

The prompt's order is fixed so that its beginning is reused: instructions and examples, the wishes in force, the titles
shown, and last the command. Wishes are numbered 1, 2, … in it and mapped back to their ids.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from intently.language.answer import MAX_LINES, WORDLESS, Answer, Line
from intently.language.model import Model
from intently.language.prompt import Prompt, render

__all__ = ["Wish", "ask_reading", "keep_quoted", "prefill_reading", "reading_prompt"]

MAX_COMMAND = 400  # characters that the model sees; the rest of a longer one is not asked about
MAX_TITLES = 10
MAX_TOKENS = 36
_WORD = re.compile(r"\w+")
_NEGATION = re.compile(
    r"(?:(?:no|not|never|without|nothing|none of|less|fewer)\s+|不要|不想要|不想看|不喜欢|别给我|没有|少点)(?=\w)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A preference in force, as the prompt names it. `text`: the person's words, or the chip's text."""

    preference_id: str
    avoid: bool
    text: str


def reading_prompt(
    command: str | None, wishes: Sequence[Wish], slate: Sequence[str], *, home: Path | None = None
) -> Prompt:
    """The prompt of a reading; `command` None: all that comes before the command, for a prefill."""
    memory = [(number, wish.avoid, wish.text) for number, wish in enumerate(wishes, start=1)]
    return render("reading", home=home, memory=memory, slate=list(slate[:MAX_TITLES]), command=command)


def ask_reading(
    model: Model,
    command: str,
    wishes: Sequence[Wish] = (),
    slate: Sequence[str] = (),
    *,
    user_id: str | None = None,
    timeout_seconds: float = 12.0,
    home: Path | None = None,
) -> Answer[tuple[Line, ...]]:
    """Read one command. Lines whose words the person did not say are gone; "x" lines name preference ids.

    slate: titles as shown, the first is position 1. Raises ModelUnavailable, ModelTimeout, AnswerInvalid.
    """
    said = command.strip()[:MAX_COMMAND]
    prompt = reading_prompt(said, wishes, slate, home=home)
    numbers = tuple(str(number) for number in range(1, len(wishes) + 1))
    answer = model.ask_lines(
        prompt, said, numbers, user_id=user_id, max_tokens=MAX_TOKENS, timeout_seconds=timeout_seconds
    )
    ids = {number: wish.preference_id for number, wish in zip(numbers, wishes, strict=True)}
    lines = keep_quoted(answer.value, said, ids)
    return Answer(
        lines,
        answer.tokens_new,
        answer.tokens_reused,
        answer.tokens_out,
        answer.seconds,
        answer.cached,
        answer.call_hash,
    )


def prefill_reading(model: Model, wishes: Sequence[Wish], slate: Sequence[str], *, home: Path | None = None) -> None:
    """After a slate is shown: let the server read all but the command. Returns at once."""
    model.prefill(reading_prompt(None, wishes, slate, home=home))


def keep_quoted(lines: Sequence[Line], command: str, ids: dict[str, str]) -> tuple[Line, ...]:
    """Drop what the model made up: words that the command does not hold, quotes longer than it, ids that do not exist,
    repeated lines, and lines beyond MAX_LINES, where no grammar held the model back.

    A quote that begins with a negation is something to avoid, whatever sign stands before it.
    A word may differ from the command's in its ending ("comedies" for "comedy"), not in its first letters. In a script
    without spaces it must stand in the command letter by letter.
    """
    spoken = [word.lower() for word in _WORD.findall(command)]
    said = set(spoken)
    kept: list[Line] = []
    for line in lines:
        if line.sign == "x":
            line = Line(sign="x", text=ids.get(line.text, ""))
        if line.sign in "+-" and (negated := _NEGATION.match(line.text)):
            line = Line(sign="-", text=line.text[negated.end() :])
        quoted = len(line.text) <= 2 * len(command) and len(_WORD.findall(line.text)) <= len(spoken)
        good = bool(line.text) if line.sign == "x" else line.sign in "=~" or (quoted and _was_said(line.text, said))
        if good and line not in kept:
            kept.append(line)
        if len(kept) == MAX_LINES:
            break
    return tuple(kept)


def _was_said(text: str, said: set[str]) -> bool:
    words = [word.lower() for word in _WORD.findall(text)]
    return bool(words) and all(any(_same_word(word, other) for other in said) for word in words)


def _same_word(one: str, other: str) -> bool:
    stem = max(3, min(len(one), len(other)) - 2)
    if WORDLESS.search(one + other):
        return one in other
    return one == other or (
        len(one) > 3 and len(other) > 3 and one[:stem] == other[:stem] and abs(len(one) - len(other)) <= 3
    )
