"""What raters are asked: three answers each, versions by the words, the seven questions of V1's study."""

from dataclasses import replace

import pytest

from intently.errors import DataError
from intently.judge.criteria import load_criteria
from intently.judge.question import OVERALL, PAIR, asked_of, study_questions
from intently.judge.shown import Shown
from intently.judge.verdict import Subject
from tests.judge.labels import RELEVANCE

CRITERIA = load_criteria()


def test_the_study_of_redundancy_asks_of_each_side_whether_where_and_what_then_which_of_the_two() -> None:
    asked = asked_of(PAIR, CRITERIA)
    assert [(q.criterion, q.side) for q in asked] == [
        ("repeats-a", "a"), ("where-a", "a"), ("kind-a", "a"), ("repeats-b", "b"), ("where-b", "b"), ("kind-b", "b"),
        ("more", ""),
    ]  # fmt: skip


def test_every_question_has_three_answers_and_unsure() -> None:
    for question in study_questions():
        assert len(question.answers) == 3
        assert all(question.takes(value) for value in (*question.answers, "unsure"))
        assert not question.takes("splendid")


def test_a_grade_for_the_whole_follows_the_criteria() -> None:
    asked = asked_of("tag", CRITERIA)
    assert [question.criterion for question in asked] == [*(c.name for c in CRITERIA.of("tag")), OVERALL]
    assert asked[0].answers == CRITERIA.of("tag")[0].grades
    assert list(asked[-1].answers) == ["B", "A", "S"]


def test_a_task_without_criteria_is_named_with_those_that_there_are() -> None:
    with pytest.raises(DataError, match="no criteria for the task 'song'; there are item, pair, reason, slate, tag"):
        asked_of("song", CRITERIA)


def test_other_words_are_another_version_and_the_same_words_the_same() -> None:
    assert replace(RELEVANCE).version == RELEVANCE.version
    assert replace(RELEVANCE, text="Does it fit well?").version != RELEVANCE.version
    assert replace(RELEVANCE, answers={**RELEVANCE.answers, "positive": "perfect"}).version != RELEVANCE.version


def test_a_label_and_a_judgement_of_the_same_words_meet_at_one_key() -> None:
    facts = (("interest", "dry comédie"), ("history", "Heat"))
    assert Shown(text="quiet farce", facts=facts).key("tag") == Subject("tag", "t-1", "quiet farce", facts).key
