"""Labels as JSON lines: whole there and back, blind when asked, and no bad line is let in."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.errors import DataError
from intently.judge.label_file import file_lines, read_lines
from intently.judge.queue import drawn
from tests.judge.labels import RELEVANCE, says, tag

SUBJECT = tag("dry comedy", user_id="ann", origin={"system": "v2"}, raters=2)
LABEL = says(SUBJECT, "positive", note="yes")
HEAD = '{"format": "intently.labels", "version": 1}'


def line_of(which: str, **changes: object) -> str:
    """A good line of that kind with some fields changed."""
    lines = [json.loads(line) for line in list(file_lines([SUBJECT], [LABEL]))[1:]]
    return json.dumps({**next(line for line in lines if line["kind"] == which), **changes})


def test_subjects_and_labels_come_back_as_they_were() -> None:
    read = read_lines(file_lines([SUBJECT], [LABEL]), "f")
    assert (read.subjects, read.labels) == ((SUBJECT,), (LABEL,))


@given(text=st.text(max_size=40), note=st.text(max_size=40), minutes=st.integers(0, 10**6))
def test_any_text_survives_a_file(text: str, note: str, minutes: int) -> None:
    try:
        (text + note).encode()
    except UnicodeEncodeError:
        return  # half of a surrogate pair is no text
    subject = tag(text)
    label = says(subject, "negative", minutes=minutes, note=note)
    lines = "".join(line + "\n" for line in file_lines([subject], [label])).split("\n")
    assert read_lines(lines, "f").labels == (label,)
    assert read_lines(lines, "f").subjects == (subject,)


def test_a_blind_file_names_neither_system_nor_person() -> None:
    text = "\n".join(file_lines([SUBJECT], [], blind=True))
    assert "v2" not in text
    assert '"ann"' not in text
    assert "dry comedy" in text


def test_a_blind_file_has_the_order_of_the_page_round_by_round_not_that_of_drawing() -> None:
    rounds = [[tag(f"{batch} {n}", batch=batch) for n in range(9)] for batch in ("march", "april")]
    came = [row for rows in rounds for row in rows]
    told = [json.loads(line)["subject_id"] for line in list(file_lines(came, [], blind=True))[1:]]
    assert told == [row.subject_id for rows in rounds for row in drawn(rows)] != [row.subject_id for row in came]
    whole = [json.loads(line)["subject_id"] for line in list(file_lines(came, []))[1:]]
    assert whole == [row.subject_id for row in came], "a file for oneself keeps the order of arrival"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (line_of("label", by="model"), 'is named "model: NAME"'),
        (line_of("label", rater="Model 7"), 'is named "model: NAME"'),
        (line_of("label", time="2026-01-01T00:00:00"), "`time`"),
        (line_of("label", mood="fine"), "`mood`"),
        (line_of("label", kind="lable"), "`the line`"),
        (line_of("subject", shown={"text": "wet comedy"}), "may not be edited"),
        (line_of("subject", raters=0), "`raters`"),
        ("{", "Invalid JSON"),
    ],
)
def test_a_bad_line_is_named_and_nothing_is_read(line: str, words: str) -> None:
    with pytest.raises(DataError, match=r"^labels.jsonl:3: .*") as caught:
        read_lines([HEAD, line_of("subject"), line], "labels.jsonl")
    assert words in str(caught.value)
    assert "nothing of the file was kept" in str(caught.value)


@pytest.mark.parametrize("head", ['{"format": "intently.labels", "version": 2}', "[]", line_of("label")])
def test_a_file_of_another_form_or_a_newer_version_is_refused(head: str) -> None:
    with pytest.raises(DataError, match="f:1: is not the head of a file of labels of version 1"):
        read_lines([head], "f")


def test_an_answer_that_the_question_does_not_have_is_refused_only_under_the_words_of_today() -> None:
    odd = replace(LABEL, value="splendid")
    questions = lambda task: {"relevance": RELEVANCE}  # noqa: E731
    with pytest.raises(DataError, match="f:3: `value` is 'splendid', no answer to 'relevance'"):
        read_lines(file_lines([SUBJECT], [odd]), "f", questions)
    old = replace(odd, version="of last year")
    assert read_lines(file_lines([SUBJECT], [old]), "f", questions).labels == (old,)
