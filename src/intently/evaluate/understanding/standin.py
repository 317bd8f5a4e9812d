"""Answers of a measured length in the model's place: prompts of many people can be counted without asking for them.

Lines are drawn from what the model answered other people in the same form, so their mean length is the measured one;
numbers of items are replaced by those that the question allows. What they mean is not meant.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from intently.errors import BadRequest
from intently.evaluate.understanding.answers import Answers
from intently.evaluate.understanding.counting import Counted
from intently.evaluate.understanding.silent import SilentModel
from intently.language import Answer, Listing, Prompt
from intently.nouns import CallRow

__all__ = ["Recorded", "StandIn", "drawn_lines"]

Lines = Mapping[str, Sequence[str]]  # form of a list -> lines that the model answered
THREADS = re.compile(r"\[([a-z]+)\]")  # letters of threads that a persona may name
CUES = re.compile(r"\[1-(\d)\]")  # and numbers of cues


class Recorded(SilentModel):
    """Kept answers, and what was asked for them: `calls` in order, `lines` by form, and how full each answer was."""

    def __init__(self, answers: Answers) -> None:
        super().__init__(answers)
        self.calls: list[Counted] = []
        self.lines: dict[str, list[str]] = {}
        self.full: dict[str, list[float]] = {}  # form -> lines answered, of those that were asked for at most

    def ask_list(self, prompt: Prompt, wanted: Listing, **rest: Any) -> Answer[tuple[str, ...]]:
        answer = super().ask_list(prompt, wanted, **rest)
        self.lines.setdefault(wanted.form, []).extend(answer.value)
        self.full.setdefault(wanted.form, []).append(len(answer.value) / wanted.most)
        return answer

    def _call(self, prompt: Prompt, *rest: Any) -> tuple[CallRow, bool]:
        row, cached = super()._call(prompt, *rest)
        self.calls.append(Counted(prompt.messages, row.answer or ""))
        return row, cached


class StandIn(SilentModel):
    """Answers every list as the first of `recorded` that has answers of its form.

    Raises BadRequest for a form that no answer was kept of.
    """

    def __init__(self, answers: Answers, recorded: Sequence[Recorded], seed: int) -> None:
        super().__init__(answers)
        self.calls: list[Counted] = []
        self._recorded = recorded
        self._rng = np.random.default_rng(seed)

    def ask_list(self, prompt: Prompt, wanted: Listing, **rest: Any) -> Answer[tuple[str, ...]]:
        recorded = next((one for one in self._recorded if one.lines.get(wanted.form)), self._recorded[0])
        full = recorded.full.get(wanted.form, [1.0])
        count = max(wanted.enough or wanted.least, round(wanted.most * float(self._rng.choice(full))))
        lines = drawn_lines(wanted, recorded.lines, self._rng)[:count]
        self.calls.append(Counted(prompt.messages, "\n".join(lines)))
        return Answer(lines, 0, 0, 0, 0.0, False, "")


def drawn_lines(wanted: Listing, lines: Lines, rng: np.random.Generator) -> tuple[str, ...]:
    """As many lines as are asked for, of the asked form: each once where there are enough, common ones more often."""
    known = lines.get(wanted.form, ())
    allowed = [line for line in (_allowed(line, wanted.pattern, rng) for line in known) if line]
    if not allowed:
        allowed = _alternatives(wanted.pattern) if known else []
    if not allowed:
        raise BadRequest(f"no answer of the form {wanted.form!r} was kept: run some people with --model first")
    drawn = [allowed[place] for place in rng.permutation(len(allowed)).tolist()]
    once = list(dict.fromkeys(drawn))[: wanted.most]
    again = rng.integers(len(allowed), size=wanted.most - len(once)).tolist()
    return (*once, *(allowed[place] for place in again))


def _allowed(line: str, pattern: str, rng: np.random.Generator) -> str:
    """The line with letters and numbers that this question allows; empty where it does not fit."""
    threads, head, rest = THREADS.match(pattern), *line.partition(": ")[::2]
    if threads and rest:
        signs, cues = head.split(), CUES.search(pattern)
        count = min(sum(sign.isalpha() for sign in signs), len(threads[1]))
        kept = [sign for sign in signs if sign.isdigit() and cues and int(sign) <= int(cues[1])]
        line = " ".join([*rng.choice([*threads[1]], size=count, replace=False).tolist(), *kept]) + f": {rest}"
    return line if re.fullmatch(pattern, line) else ""


def _alternatives(pattern: str) -> list[str]:
    """The texts of which a pattern allows one, `(red coat|blue coat)`."""
    inside = pattern[1:-1] if pattern.startswith("(") and pattern.endswith(")") else ""
    return [re.sub(r"\\(.)", r"\1", text) for text in re.split(r"(?<!\\)\|", inside) if text]
