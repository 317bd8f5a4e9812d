"""mapping.toml: which labels of people stand for which criteria of the judge, fixed before the first run."""

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from intently.errors import BadRequest
from intently.judge.verdict import Task

__all__ = ["Mapped", "load_mapping", "mapped"]

FILE = Path(__file__).parent / "mapping.toml"
Decides = Literal["right", "accuracy"]


class Mapped(BaseModel):
    """One set. `good_from`: the label from which on a subject counts as good; `decides`: the figure by which judges are
    compared: "right" (in a group exactly one is good: is it scored best?) or "accuracy"; `groups` or `cases`: how many
    are drawn; `named`: one of the sets on which the bar stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    folder: str
    task: Task
    decides: Decides
    why: str
    criteria: tuple[str, ...] = ()
    checks: bool = True
    good_from: float = 1.0
    groups: int = Field(0, ge=0)
    cases: int = Field(0, ge=0)
    named: bool = False


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")
    format: Literal["intently.judge-mapping"]
    version: Literal[1]
    sets: Mapping[str, Mapped]


@lru_cache(maxsize=1)
def load_mapping() -> Mapping[str, Mapped]:
    return _File.model_validate(tomllib.loads(FILE.read_text("utf-8"))).sets


def mapped(name: str) -> Mapped:
    """Raises BadRequest for a set that the mapping does not hold."""
    sets = load_mapping()
    if name not in sets:
        raise BadRequest(f"there is no set {name!r}; there are {', '.join(sets)} and golden")
    return sets[name]
