"""Reward data: what answers one request is one group, whoever graded it is named, and no group mixes two."""

import json
from datetime import timedelta
from typing import Any

from intently.journal import JudgementRow
from intently.judge.buffer import Sample, samples_of, shuffled
from intently.judge.reward import Graded, graded_by_judges, graded_by_people, reward_lines
from intently.judge.shown import Shown, subject_row
from tests.judge.labels import NOON, says

ASKED = (("title", "Winter Pension"), ("item", "A slow comedy."), ("interest", "comedies about old friends"))
WORDS = {"overall": "o"}


def line(text: str, evidence: str, user_id: str | None = "ann", facts: Any = ASKED, moment: str = "winter") -> Any:
    whole = (*facts, ("moment", moment), ("evidence", evidence))
    return subject_row("reason", Shown(text=text, facts=whole), batch="march", time=NOON, user_id=user_id)


def by_people(graded: list[tuple[Any, str]]) -> list[Sample]:
    labels = [says(subject, rank, criterion="overall", version="o") for subject, rank in graded]
    return samples_of([subject for subject, _ in graded], labels, WORDS)


def judged(subject: Any, rank: str, version: str = "1", minutes: float = 0) -> JudgementRow:
    return JudgementRow(subject.subject_id, "reason x", subject.user_id, "reason", "agentic", version, rank, 0.5,
                        {"text": subject.shown["text"], "facts": subject.shown["facts"]}, [],
                        NOON + timedelta(minutes=minutes))  # fmt: skip


def groups(graded: list[Graded]) -> list[dict[str, Any]]:
    head, *lines = reward_lines(graded)
    assert json.loads(head) == {"format": "intently.reward-data", "version": 2}
    return [json.loads(one) for one in lines]


def test_lines_for_one_item_interest_and_person_are_one_group_whatever_they_rest_on():
    said = by_people([
        (line("Old friends in the snow.", "Two friends meet"), "S"),
        (line("A slow evening.", "A slow comedy", moment="late spring"), "A"),
        (line("A film.", "comedy"), "B"),
        (line("For you.", "comedy"), "B"),
        (line("Old friends.", "Two friends meet", user_id="bob"), "B"),
        (line("Old friends.", "x", facts=(("title", "The Rook"), *ASKED[1:])), "B"),
    ])  # fmt: skip
    (found,) = groups(graded_by_people(said))
    assert found["ranks"] == {"S": ["Old friends in the snow."], "A": ["A slow evening."], "B": ["A film.", "For you."]}
    assert (found["by"], found["group"], found["facts"]) == ("person", "ann", [list(fact) for fact in ASKED])


def test_what_all_grade_alike_is_no_group_and_made_negatives_are_none():
    said = by_people([(line(f"line {n}", f"word {n}"), "A") for n in range(3)])
    assert groups(graded_by_people([*said, *shuffled(said, "B")])) == []


def test_a_judge_has_groups_of_its_own_in_its_last_version_alone():
    one, two = line("Old friends in the snow.", "Two friends meet"), line("A film.", "comedy")
    nobodys = [line(f"line {n}", f"word {n}", user_id=None) for n in range(2)]
    rows = [judged(one, "B", "old"), judged(two, "S", "old"), judged(one, "S", "new", 1), judged(two, "B", "new", 1),
            judged(line("For you.", "comedy"), "", "new", 1),
            *(judged(other, rank, "new", 2) for other, rank in zip(nobodys, "AB", strict=True))]  # fmt: skip
    shared = {(other.subject_id, None): "i-1" for other in nobodys}
    people = graded_by_people(by_people([(one, "A"), (two, "B")]))
    found = groups([*people, *graded_by_judges(rows, shared)])
    assert [(line["by"], line["judge"], line["group"]) for line in found] == [
        ("person", "", "ann"), ("model", "agentic new", "ann"), ("model", "agentic new", "i-1")
    ]  # fmt: skip
    assert found[0]["ranks"]["A"] == found[1]["ranks"]["S"] == ["Old friends in the snow."]
    assert found[0]["split"] == found[1]["split"]
