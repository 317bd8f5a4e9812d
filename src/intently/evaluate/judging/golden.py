"""Known cheats and good references, as subjects."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from intently.judge.verdict import Subject, Task

__all__ = ["Golden", "load_golden"]

FILE = Path(__file__).parent / "golden.toml"


@dataclass(frozen=True, slots=True)
class Golden:
    """A subject whose rank is known by its making. `form`: of a cheat; empty: a good reference."""

    subject: Subject
    form: str = ""


def load_golden() -> list[Golden]:
    """All cheats, then all references."""
    written = _File.model_validate(tomllib.loads(FILE.read_text("utf-8")))
    listed = [*written.cheat, *written.reference]
    return [Golden(_subject(one, at, written.facts), one.form) for at, one in enumerate(listed)]


class _Case(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    task: Task
    facts: str
    text: str
    form: str = ""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    format: str
    version: int
    facts: Mapping[str, Mapping[str, str]]
    cheat: tuple[_Case, ...]
    reference: tuple[_Case, ...]


def _subject(case: _Case, at: int, facts: Mapping[str, Mapping[str, str]]) -> Subject:
    return Subject(case.task, f"golden {at}", case.text, tuple(facts[case.facts].items()), group=case.facts)
