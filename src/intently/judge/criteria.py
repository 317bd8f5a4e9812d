"""The criteria, as data: `criteria.toml` here, or the file of that name in the home.

What stands in it is written by whoever runs the shop, and goes into prompts as it is; what is judged never does.
"""

import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from intently.errors import DataError
from intently.judge.checks import CHECKS
from intently.judge.verdict import Criterion, Grade, Task

__all__ = ["Criteria", "load_criteria"]

SHIPPED = Path(__file__).parent / "criteria.toml"
FILE = "criteria.toml"


@dataclass(frozen=True, slots=True)
class Criteria:
    """All criteria by task; `superior`: the share of positive verdicts from which an output is S; `version`: the hash
    of the file, which every judgement carries."""

    of_task: dict[Task, tuple[Criterion, ...]]
    superior: float
    version: str

    def of(self, task: Task) -> tuple[Criterion, ...]:
        return self.of_task.get(task, ())

    def only(self, task: Task, names: Sequence[str] = (), *, checks: bool = True) -> "Criteria":
        """The criteria of these names alone (all where none is named), with or without their checks by code."""
        kept = [one for one in self.of(task) if not names or one.name in names]
        made = tuple(one if checks else replace(one, checks=()) for one in kept if checks or not one.by_code)
        return Criteria({task: made}, self.superior, f"{self.version}-{','.join(one.name for one in made)}-{checks:d}")


def load_criteria(home: Path | None = None) -> Criteria:
    """Ours, or those of the home. Raises DataError that names the file and the mend."""
    own = home / FILE if home else None
    path = own if own and own.is_file() else SHIPPED
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, _changed: int) -> Criteria:
    try:
        text = path.read_text("utf-8")
        written = _File.model_validate(tomllib.loads(text))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DataError(f"{path}: cannot be read ({error}). Mend it, or delete it to use ours.") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise DataError(f"{path}: {place}: {first['msg']}. Mend it, or delete the file to use ours.") from error
    found: dict[Task, tuple[Criterion, ...]] = {}
    for one in written.criterion:
        found[one.task] = (*found.get(one.task, ()), one.made())
    return Criteria(found, written.reviewer.superior, hashlib.sha256(text.encode()).hexdigest()[:12])


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Criterion(_Strict):
    task: Task
    name: str = Field(pattern="^[a-z]+$")
    question: str = Field(max_length=300)
    grades: dict[Grade, str]
    checks: tuple[str, ...] = ()
    inverse: bool = False
    each_line: bool = False
    binary: bool = False
    low: float = Field(0.3, ge=0, le=1)
    high: float = Field(0.7, ge=0, le=1)

    @model_validator(mode="after")
    def _whole(self) -> "_Criterion":
        if unknown := [name for name in self.checks if name not in CHECKS]:
            raise ValueError(f"there is no check {unknown[0]!r}; there are {', '.join(CHECKS)}")
        if len(self.grades) < 3:
            raise ValueError(f"{self.task} {self.name}: say what negative, acceptable and positive mean")
        if not self.question and not self.checks:
            raise ValueError(f"{self.task} {self.name}: has neither a question nor a check")
        if self.low > self.high:
            raise ValueError(f"{self.task} {self.name}: `low` is above `high`")
        return self

    def made(self) -> Criterion:
        return Criterion(**dict(self))


class _Reviewer(_Strict):
    superior: float = Field(gt=0, le=1)


class _File(_Strict):
    format: Literal["intently.criteria"]
    version: Literal[1]
    reviewer: _Reviewer
    criterion: tuple[_Criterion, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> "_File":
        names = [(one.task, one.name) for one in self.criterion]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"{' '.join(twice[0])} stands twice")
        return self
