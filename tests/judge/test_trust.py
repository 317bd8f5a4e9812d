"""People and judge meet at the key of a subject, under today's words; models and old words calibrate nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.journal import LabelRow
from intently.judge.calibrate import GRADE_VALUES, Gate
from intently.judge.criteria import load_criteria
from intently.judge.people import people_of
from intently.judge.question import asked_of
from intently.judge.trust import Trust, gates, trust_of
from tests.judge.labels import GRADES, RELEVANCE, says, tag


@dataclass(frozen=True)
class Row:
    subject_key: str
    verdicts: Sequence[Mapping[str, Any]]
    rank: str = "A"
    score: float | None = 0.5
    user_id: str | None = None


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


def trusted(labels: Sequence[LabelRow], ours: Sequence[Row], sample: Sequence[Row] | None = None) -> Trust:
    (found,) = trust_of(TAGS, labels, ours, [RELEVANCE], sample)
    return found


@pytest.mark.parametrize(
    ("labels", "judged", "why"),
    [
        ([], OURS, "people have labelled nothing by it that counts"),
        ([says(one, "positive", version="old words") for one in TAGS[:7]], OURS,
         "people have labelled nothing by it that counts; 7 under other words do not count"),
        ([says(one, "positive", "model: a", by="model") for one in TAGS[:5]], OURS,
         "people have labelled nothing by it that counts; 5 of language models do not count"),
        (LABELS[:40], OURS[40:], "of 40 outputs that people labelled this version has judged none; "
                                 "judge them: intently judge --batch ROUND"),
        (LABELS[:40], OURS[:4], "labelled outputs of 9 different people are needed, there are 4; 36 labelled outputs "
                                "are not judged by this version, judge them: intently judge --batch ROUND"),
    ],
    ids=["none", "old words", "models", "not judged", "few"],
)  # fmt: skip
def test_where_there_is_no_band_it_is_said_why(labels: list[LabelRow], judged: list[Row], why: str):
    found = trusted(labels, judged)
    assert (found.band, found.why) == (None, why)


def test_a_criterion_that_the_judge_says_nothing_of_has_no_row():
    assert trust_of(TAGS, LABELS, [Row(TAGS[0].subject_id, [])], [RELEVANCE]) == ()


@settings(max_examples=20)
@given(st.lists(st.tuples(st.sampled_from([*GRADES]), st.sampled_from([*GRADES])), min_size=1, max_size=40))
def test_there_is_a_band_from_nine_people_on_and_it_holds_what_it_promises_of_the_labels(pairs: list[tuple[str, str]]):
    labels = [says(one, people) for one, (people, _) in zip(TAGS, pairs, strict=False)]
    ours = [Row(one.subject_id, [{"criterion": "relevance", "grade": grade}])
            for one, (_, grade) in zip(TAGS, pairs, strict=False)]  # fmt: skip
    found = trusted(labels, ours)
    assert (found.band is not None) == (len(pairs) >= 9) == (found.why == "")
    values = [(GRADE_VALUES[people], GRADE_VALUES[grade]) for people, grade in pairs]
    assert found.judged == pytest.approx(fmean(ours for _, ours in values))
    assert found.mean.value == pytest.approx(fmean(people for people, _ in values)), "all of it is labelled"
    if found.band is not None:
        inside = [low <= people <= high for people, ours in values for low, high in [found.band.around(ours)]]
        assert sum(inside) >= 0.9 * len(inside)


def test_the_mean_is_of_the_sample_and_moved_by_all_that_people_labelled():
    """The judge gives 1 throughout; of what people labelled a half deserves 0."""
    ours = [Row(one.subject_id, [{"criterion": "relevance", "grade": "positive"}], user_id=one.user_id) for one in TAGS]
    found = trusted(LABELS[:100], ours, ours[100:120])
    assert (found.judged, found.mean.value) == (1.0, pytest.approx(0.5))
    assert found.mean.low < 0.5 < found.mean.high


def test_what_nobody_labelled_is_drawn_with_all_that_is_the_same_persons():
    """Forty outputs of two people tell less of the mean than forty of forty."""
    texts = [f"other {n}" for n in range(40)]
    grades = ["positive" if n % 2 else "negative" for n in range(40)]

    def width(people: int) -> float:
        sample = [Row(text, [{"criterion": "relevance", "grade": grade}], user_id=f"p{n % people}")
                  for n, (text, grade) in enumerate(zip(texts, grades, strict=True))]  # fmt: skip
        mean = trusted(LABELS, [*OURS, *sample], sample).mean
        return mean.high - mean.low

    assert width(2) > width(40)
