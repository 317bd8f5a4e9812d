"""Reward data: outputs that answer the same request, by the rank that people or a model judge gave them.

Whoever trains a reward model compares texts of one context. A line's evidence and its moment belong to the line: of a
reason the context is the item, what was wanted or liked, and the person. Grades of a model stand in groups of their own
(`by: model`, with the judge and its version), never among people's; of each judge only the version that judged last.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from intently.journal import JudgementRow
from intently.judge.buffer import Sample, split_of
from intently.judge.question import OVERALL

__all__ = ["Graded", "graded_by_judges", "graded_by_people", "reward_lines"]

VERSION = 2
RANKS = ("S", "A", "B")  # from best to worst
OWN: Mapping[str, tuple[str, ...]] = {"reason": ("evidence", "moment")}  # facts of one output of a task alone
Facts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Graded:
    """An output and its rank. `asked`: the facts of the request; `group`: whose it is; `judge`: name and version of the
    model judge, "" of people."""

    task: str
    asked: Facts
    group: str
    by: Literal["person", "model"]
    judge: str
    text: str
    rank: str


def graded_by_people(samples: Iterable[Sample]) -> list[Graded]:
    """What most people say of the whole."""
    return [
        Graded(one.task, _asked(one.task, one.facts), one.group, "person", "", one.text, one.label)
        for one in samples
        if one.criterion == OVERALL and one.by == "person"
    ]


def graded_by_judges(
    rows: Sequence[JudgementRow], groups: Mapping[tuple[str, str | None], str]
) -> list[Graded]:  # fmt: skip
    """What each judge says in the version that judged last. rows: in order of time; groups: by subject key and person,
    a person's own where there is none."""
    newest = {row.judge: row.version for row in rows}
    found = []
    for row in rows:
        if row.rank in RANKS and newest[row.judge] == row.version:
            facts = tuple((str(name), str(text)) for name, text in row.subject["facts"])
            group = groups.get((row.subject_key, row.user_id)) or row.user_id or row.subject_key
            found.append(Graded(row.task, _asked(row.task, facts), group, "model", f"{row.judge} {row.version}",
                                str(row.subject["text"]), row.rank))  # fmt: skip
    return found


def reward_lines(graded: Iterable[Graded]) -> Iterator[str]:
    """A file of `intently.reward-data`: a line for each context of which somebody graded at least two outputs
    differently, its texts by rank, for a listwise loss (S before A before B)."""
    yield json.dumps({"format": "intently.reward-data", "version": VERSION})
    contexts: defaultdict[tuple[str, str, Facts, str], list[Graded]] = defaultdict(list)
    for one in graded:
        contexts[one.task, one.group, one.asked, one.judge].append(one)
    for (task, group, asked, judge), some in contexts.items():
        ranks = {rank: [one.text for one in some if one.rank == rank] for rank in RANKS}
        if sum(map(bool, ranks.values())) > 1:
            body = {"task": task, "facts": asked, "group": group, "split": split_of(group), "by": some[0].by,
                    "judge": judge, "ranks": ranks}  # fmt: skip
            yield json.dumps(body, ensure_ascii=False)


def _asked(task: str, facts: Facts) -> Facts:
    return tuple((name, text) for name, text in facts if name not in OWN.get(task, ()))
