"""Subjects and labels: kept once, the newest word of a rater counts, and nothing that is imported again undoes it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.errors import NotFound
from intently.journal import Journal, LabelRow
from tests.journal.world import NOON, at, said, subject


def test_a_subject_comes_back_whole_and_is_kept_once(journal: Journal) -> None:
    first = subject("s1", user_id="ann", origin={"system": "v2"}, raters=2, shown={"tag": "a \0 tag"})
    assert journal.labels.put_subjects([first, subject("s2", task="reason")]) == 2
    assert journal.labels.put_subjects([replace(first, batch="april", time=at(9)), subject("s3")]) == 1
    assert journal.labels.subject("s1") == first
    assert journal.labels.subject("s9") is None
    assert [row.subject_id for row in journal.labels.subjects()] == ["s1", "s2", "s3"]
    assert [row.subject_id for row in journal.labels.subjects(batch="march", task="tag")] == ["s1", "s3"]
    assert journal.labels.put_subjects([]) == 0


def test_the_newest_word_of_a_rater_counts_and_each_rater_has_one(journal: Journal) -> None:
    journal.labels.put_subjects([subject("s1")])
    later = said("s1", minutes=5, value="negative", note="it is a film that she had")
    assert journal.labels.put([said("s1"), said("s1", "bob", 1)]) == 2
    assert journal.labels.put([later]) == 1
    assert journal.labels.labels() == [said("s1", "bob", 1), later]
    assert journal.labels.labels(rater="bob") == [said("s1", "bob", 1)]


def test_an_old_file_that_is_imported_again_undoes_nothing(journal: Journal) -> None:
    journal.labels.put_subjects([subject("s1")])
    journal.labels.put([said("s1", minutes=5, value="negative")])
    assert journal.labels.put([said("s1", minutes=0)]) == 0
    assert journal.labels.put([said("s1", minutes=5, value="negative")]) == 0
    assert [row.value for row in journal.labels.labels()] == ["negative"]


def test_labels_under_other_words_of_the_criterion_stand_apart(journal: Journal) -> None:
    journal.labels.put_subjects([subject("s1")])
    rows = [said("s1"), said("s1", minutes=1, version="2"), said("s1", minutes=2, criterion="validity")]
    assert journal.labels.put(rows) == 3
    assert journal.labels.labels() == rows


def test_what_a_model_says_is_told_apart_from_what_people_say(journal: Journal) -> None:
    journal.labels.put_subjects([subject("s1")])
    model = said("s1", "model: small", 1, by="model")
    journal.labels.put([said("s1"), model])
    assert journal.labels.labels(by="person") == [said("s1")]
    assert journal.labels.labels(by="model") == [model]


def test_a_label_of_an_unknown_subject_is_refused_and_nothing_of_its_file_is_kept(journal: Journal) -> None:
    journal.labels.put_subjects([subject("s1")])
    with pytest.raises(NotFound, match="no subject 's2'.*intently label import"):
        journal.labels.put([said("s1"), said("s2")])
    assert journal.labels.labels() == []


def test_taking_back_removes_the_newest_label_of_that_rater_in_that_task_alone(journal: Journal) -> None:
    journal.labels.put_subjects([subject("s1"), subject("s2"), subject("s3", task="reason")])
    kept = [said("s1", minutes=1), said("s2", "bob", 3), said("s3", minutes=4)]
    journal.labels.put([*kept, said("s2", minutes=2)])
    assert journal.labels.take_back("eve", batch="march", task="tag") == said("s2", minutes=2)
    assert journal.labels.labels() == kept
    assert journal.labels.take_back("eve", batch="april", task="tag") is None
    assert journal.labels.take_back("eve", batch="march", task="tag") == said("s1", minutes=1)
    assert journal.labels.take_back("eve", batch="march", task="tag") is None


def test_who_is_erased_leaves_no_subject_and_no_label_and_nobody_else_loses_any(journal: Journal) -> None:
    journal.labels.put_subjects([subject("s1", user_id="ann"), subject("s2", user_id="bob"), subject("s3")])
    journal.labels.put([said("s1"), said("s2"), said("s3")])
    erased = journal.erase("ann")
    assert (erased.counts["subjects"], erased.counts["labels"]) == (1, 1)
    assert [row.subject_id for row in journal.labels.labels()] == ["s2", "s3"]
    assert [row.subject_id for row in journal.labels.subjects()] == ["s2", "s3"]


WORDS = st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 5), st.sampled_from(["yes", "no"])), max_size=12)
BATCH = iter(range(10**9))


@given(words=WORDS, cut=st.integers(0, 12))
def test_a_rater_has_at_most_one_label_and_it_is_of_their_latest_moment_however_it_arrives(
    shared_journal: Journal, words: list[tuple[str, int, str]], cut: int
) -> None:
    name = f"s{next(BATCH)}"
    shared_journal.labels.put_subjects([subject(name, batch=name)])
    rows = [said(name, rater, minute, value=value) for rater, minute, value in words]
    for some in (rows[:cut], rows[cut:]):
        shared_journal.labels.put(some)
    kept: dict[str, LabelRow] = {row.rater: row for row in shared_journal.labels.labels(batch=name)}
    assert len(kept) == len(shared_journal.labels.labels(batch=name)) == len({rater for rater, _, _ in words})
    for rater, row in kept.items():
        moments = [at(minute) for by, minute, _ in words if by == rater]
        assert row.value in {value for by, minute, value in words if by == rater and at(minute) >= row.time}
        assert NOON <= row.time <= max(moments)
