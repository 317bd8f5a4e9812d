"""What code finds before a model is asked: every known cheat, and nothing in what was written with care."""

import pytest

from intently.evaluate.judging.golden import Golden, load_golden
from intently.judge.criteria import load_criteria
from intently.judge.evaluator import check_by_code
from intently.judge.verdict import Subject

GOLDEN = load_golden()
CHEATS = [one for one in GOLDEN if one.form]
REFERENCES = [one for one in GOLDEN if not one.form]


def faults(subject: Subject) -> list[str]:
    verdicts = [check_by_code(one, subject) for one in load_criteria().of(subject.task)]
    return [f"{one.criterion}: {one.why}" for one in verdicts if one and one.grade == "negative"]


def test_there_are_at_least_twenty_forms_of_cheats():
    assert len({one.form for one in CHEATS}) >= 20


@pytest.mark.parametrize("cheat", CHEATS, ids=lambda one: f"{one.form}, {one.subject.task}")
def test_code_finds_the_cheat(cheat: Golden):
    assert faults(cheat.subject)


@pytest.mark.parametrize("reference", REFERENCES, ids=lambda one: one.subject.text)
def test_code_finds_no_fault_in_what_was_written_with_care(reference: Golden):
    assert faults(reference.subject) == []


def test_an_item_of_the_history_is_no_tag_however_the_facts_name_it():
    for facts in ((("liked", "Safe as Houses"),), (("history", "The Ladybird Job; Safe as Houses; Four Clerks"),)):
        subject = Subject("tag", "t", "safe as houses", (("interest", "heist comedies"), *facts))
        assert "consistency: it is an item of the history, not a kind of thing" in faults(subject)
    other = Subject("tag", "t", "quiet heist comedies", (("history", "The Ladybird Job; Safe as Houses"),))
    assert not any("history" in fault for fault in faults(other))
