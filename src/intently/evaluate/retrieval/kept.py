"""Rankings of one row and fold as a file, named by everything that decides them: a run that was cut off goes on."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from intently.evaluate.retrieval.slates import SlateFacts

__all__ = ["Answers", "read_answers", "write_answers"]

FORMAT = "intently.retrieval-answers"
VERSION = 2


@dataclass(frozen=True)
class Answers:
    """`ranks` of what each person took, 0 beyond the places that are looked at; `slates`: what they were shown;
    `fit_seconds` of the fold; `score_seconds` of each person's ranking, in the order of `ranks`."""

    ranks: dict[int, tuple[int, ...]]
    slates: dict[int, SlateFacts]
    fit_seconds: float
    score_seconds: tuple[float, ...]


def read_answers(file: Path) -> Answers | None:
    """None where the fold was not finished."""
    if not file.is_file():
        return None
    body = json.loads(file.read_text("utf-8"))
    ranks = {int(user): tuple(ranks) for user, ranks in body["ranks"].items()}
    slates = {int(user): SlateFacts.read(facts) for user, facts in body["slates"].items()}
    return Answers(ranks, slates, float(body["fit_seconds"]), tuple(body["score_seconds"]))


def write_answers(file: Path, answers: Answers) -> None:
    """Under a temporary name first, so that a file is whole or not there."""
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps({"format": FORMAT, "version": VERSION, **asdict(answers)}), "utf-8")
    temporary.rename(file)
