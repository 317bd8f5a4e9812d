"""A subject as the model sees it: short lettered pieces of its facts and of itself, so that a verdict can point at one.

A quote is a piece; so whatever the model answers, the words that it quotes stand in the text or the facts.
"""

import re
from dataclasses import dataclass, replace
from pathlib import Path

from intently.judge.verdict import Subject, Task
from intently.language import Message, Prompt, render

__all__ = ["LETTERS", "PROMPT", "Piece", "pieces_of", "prompt_version", "question_of", "subject_prompt"]

PROMPT = "judge"
LETTERS = "abcdefghijklmnopqr"  # no more than every endpoint gives likelihoods of first tokens (language.answer)
PIECE = 320  # characters
SENTENCES = 2  # of a longer fact that are shown
NOUNS: dict[Task, str] = {"tag": "tag", "reason": "line", "item": "recommendation", "slate": "item"}
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s*(?=\S)|\n+")


@dataclass(frozen=True, slots=True)
class Piece:
    """`name`: of the fact, or the noun of what is judged; `text`: words that stand in the subject."""

    name: str
    text: str


def pieces_of(subject: Subject) -> tuple[Piece, ...]:
    """The facts first, which subjects share, then what is judged. At most as many as there are letters: the facts that
    come last go."""
    facts = [Piece(name, part) for name, text in subject.facts for part in _parts(text)]
    return (*facts[: len(LETTERS) - 1], Piece(NOUNS[subject.task], subject.text[:PIECE]))


def subject_prompt(subject: Subject, home: Path | None = None) -> Prompt:
    """What all questions about a subject begin with, so that the server reads it once."""
    pieces = [{"name": piece.name, "text": piece.text} for piece in pieces_of(subject)]
    return render(PROMPT, home=home, pieces=pieces)


def prompt_version(home: Path | None = None) -> str:
    """Of the template in force, ours or that of the home."""
    return render(PROMPT, home=home, pieces=[{"name": "", "text": ""}]).version


def question_of(prompt: Prompt, question: str) -> Prompt:
    """The same prompt with a question at its end. question: of the criteria's author, not of what is judged."""
    last = prompt.messages[-1]
    return replace(prompt, messages=(*prompt.messages[:-1], Message(last.role, f"{last.text}\n{question}")))


def _parts(text: str) -> list[str]:
    """A short text whole, of a longer one its first sentences; each cut to the length that is shown."""
    parts = [text] if len(text) <= PIECE else _SENTENCE.split(text)[:SENTENCES]
    return [part.strip()[:PIECE] for part in parts if part.strip()]
