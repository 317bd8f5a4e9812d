"""People and judge meet at the key of a subject, under today's words; models and old words calibrate nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from intently.judge.calibrate import Gate
from intently.judge.criteria import load_criteria
from intently.judge.question import asked_of
from intently.judge.trust import gates, people_of, trust_of
from tests.judge.labels import RELEVANCE, says, tag


@dataclass(frozen=True)
class Row:
    subject_key: str
    verdicts: Sequence[Mapping[str, Any]]
    rank: str = "A"
    score: float | None = 0.5


TAGS = [tag(f"tag {n}", user_id=f"user {n}") for n in range(200)]
TRUE = ["positive" if n % 2 else "negative" for n in range(200)]
LABELS = [says(one, value) for one, value in zip(TAGS, TRUE, strict=True)]
OURS = [
    Row(one.subject_id, [{"criterion": "relevance", "grade": value}]) for one, value in zip(TAGS, TRUE, strict=True)
]


def only(found: Sequence[Gate]) -> Gate:
    (one,) = found
    return one


def test_a_judge_that_agrees_on_enough_may_gate_and_its_scores_are_told():
    assert only(gates(TAGS, LABELS, OURS, [RELEVANCE])).open
    (found,) = trust_of(TAGS, LABELS, OURS, [RELEVANCE])
    assert (found.scores.n, found.scores.f1.value, found.band.half_width) == (200, 1.0, 0.0)


@pytest.mark.parametrize(
    "labels",
    [
        [says(one, value, "model: a", by="model") for one, value in zip(TAGS, TRUE, strict=True)],
        [says(one, value, version="old words") for one, value in zip(TAGS, TRUE, strict=True)],
        [says(one, "unsure") for one in TAGS],
        [row for one in TAGS for row in (says(one, "positive"), says(one, "negative", "bob"))],  # ties
        [],
    ],
    ids=["models", "old words", "unsure", "ties", "none"],
)
def test_what_is_no_word_of_people_under_the_words_of_today_opens_no_gate(labels):
    found = only(gates(TAGS, labels, OURS, [RELEVANCE]))
    assert not found.open
    assert found.needs[0].have == 0
    assert ("200 of language models do not count" in found.text) == any(row.by == "model" for row in labels)


def test_what_the_judge_has_not_judged_calibrates_nothing():
    found = only(gates(TAGS, LABELS, OURS[:20], [RELEVANCE]))
    assert found.needs[0].have == 20


def test_the_rank_and_score_answer_the_question_about_the_whole():
    overall = asked_of("tag", load_criteria())[-1]
    labels = [says(one, "S" if n % 2 else "B", criterion="overall", version=overall.version)
              for n, one in enumerate(TAGS)]  # fmt: skip
    ours = [Row(one.subject_id, [], "S" if n % 2 else "B", 0.9 if n % 2 else 0.2) for n, one in enumerate(TAGS)]
    (found,) = trust_of(TAGS, labels, ours, [overall])
    assert found.gate.open
    assert found.band.half_width == pytest.approx(0.2)


def test_people_are_compared_with_each_other():
    labels = [says(TAGS[0], "positive"), says(TAGS[0], "positive", "bob"), says(TAGS[1], "negative"),
              says(TAGS[1], "positive", "bob"), says(TAGS[2], "unsure"),
              says(TAGS[3], "negative", "model: a", by="model")]  # fmt: skip
    (found,) = people_of(labels, [RELEVANCE])
    assert (found.subjects, found.raters, found.twice, found.unanimous) == (2, 2, 2, 1)
    assert (found.unsure, found.by_model) == (1, 1)
    assert found.values == {"negative": 0, "acceptable": 0, "positive": 1}
    assert found.alpha.value == pytest.approx(0)  # of four values one is negative: seen 2/4, by chance 6/12
