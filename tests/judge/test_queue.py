"""Which question comes next: every one once, as many people as are wanted, one order for all, models fill no place."""

from hypothesis import given
from hypothesis import strategies as st

from intently.journal import LabelRow
from intently.judge.queue import drawn, mirrored, next_todo, progress
from tests.judge.labels import RELEVANCE, VALIDITY, says, tag

ASKED = (RELEVANCE, VALIDITY)
SUBJECTS = [tag(f"tag {n}", raters=2) for n in range(5)]


def work(rater: str, labels: list[LabelRow], most: int = 100) -> list[tuple[str, str]]:
    """Answer what comes until nothing comes; what was asked, in order. The labels grow."""
    asked: list[tuple[str, str]] = []
    while len(asked) < most and (todo := next_todo(SUBJECTS, labels, ASKED, rater)):
        asked.append((todo.subject.subject_id, todo.question.criterion))
        labels.append(
            says(todo.subject, "positive", rater, criterion=todo.question.criterion, version=todo.question.version)
        )
    return asked


def test_a_rater_is_asked_everything_once_all_questions_of_a_subject_in_a_row() -> None:
    asked = work("ann", [])
    assert asked == [(row.subject_id, name) for row in drawn(SUBJECTS) for name in ("relevance", "validity")]


def test_two_raters_get_the_same_order_and_a_third_finds_no_place() -> None:
    labels: list[LabelRow] = []
    assert work("ann", labels) == work("bob", labels)
    assert work("eve", labels) == []


@given(st.lists(st.tuples(st.sampled_from(["ann", "bob", "eve"]), st.integers(1, 6)), max_size=12))
def test_whoever_takes_turns_no_question_gets_more_people_than_wanted_and_none_is_left(
    turns: list[tuple[str, int]],
) -> None:
    labels: list[LabelRow] = []
    for rater, most in [*turns, ("ann", 99), ("bob", 99), ("eve", 99)]:
        work(rater, labels, most)
    given_to = [(row.subject_id, row.criterion) for row in labels]
    assert len(labels) == 2 * len(SUBJECTS) * len(ASKED)
    assert all(given_to.count(cell) == 2 for cell in given_to)
    told = progress(SUBJECTS, labels, ASKED, "ann")
    assert (told.given, told.whole, told.left) == (20, 20, 0)


def test_what_a_model_said_fills_no_place_of_a_person() -> None:
    labels = [
        says(subject, "positive", f"model: {n}", by="model") for subject in SUBJECTS for n in range(3)
    ]  # fmt: skip
    assert len(work("ann", labels)) == 10
    assert progress(SUBJECTS, labels, ASKED, "ann").raters == 1


def test_answers_under_other_words_of_a_question_do_not_count() -> None:
    labels = [says(subject, "positive", "ann", version="old") for subject in SUBJECTS]
    assert progress(SUBJECTS, labels, ASKED, "ann").mine == 0


def test_progress_tells_what_is_mine_what_is_left_for_me_and_what_all_have_given() -> None:
    labels: list[LabelRow] = []
    work("ann", labels, 3)
    work("bob", labels, 1)
    told = progress(SUBJECTS, labels, ASKED, "ann")
    assert (told.subjects, told.mine, told.left, told.given, told.whole, told.raters) == (5, 3, 7, 4, 20, 2)


def test_a_round_that_grows_keeps_the_order_of_what_was_there() -> None:
    before = [row.subject_id for row in drawn(SUBJECTS[:3])]
    after = [row.subject_id for row in drawn(SUBJECTS) if row.subject_id in before]
    assert after == before


def test_the_second_side_stands_left_for_about_half_of_the_raters() -> None:
    left = sum(mirrored(SUBJECTS[0], f"rater {n}") for n in range(400))
    assert 160 <= left <= 240  # a fair coin leaves this range once in 16,000
