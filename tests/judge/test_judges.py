"""Judges as a whole: the reviewer's rule, the contract of the seam, and that no known cheat is ever S."""

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.evaluate.judging.golden import Golden, load_golden
from intently.judge.agents import AgenticJudge
from intently.judge.criteria import load_criteria
from intently.judge.oneshot import OneShotJudge
from intently.judge.reviewer import rank_of, score_of
from intently.judge.verdict import GRADES, Criterion, Grade, Judge, Subject, Verdict
from intently.language import MemoryCalls, ScriptedModel

WORDS = dict.fromkeys(GRADES, "so")
FOUR = tuple(Criterion(f"c{at}", "tag", "Is it?", WORDS) for at in range(4))
PASSES = Criterion("safety", "reason", "", WORDS, checks=("private",), binary=True)
TAG = Subject("tag", "t", "dry British heist comedies", (("interest", "British comedies with a crew"),))
GOLDEN = load_golden()


def given_grades(*grades: Grade | None) -> list[Verdict]:
    return [Verdict(f"c{at}", grade, "model", 0.5 if grade else None) for at, grade in enumerate(grades)]


def yes(chance: float) -> str:
    return json.dumps([["Yes", math.log(chance)], ["No", math.log(1 - chance)]])


def test_one_negative_verdict_is_b_however_good_the_rest_is():
    assert rank_of(given_grades("positive", "positive", "positive", "negative"), FOUR, 0.6) == "B"


@pytest.mark.parametrize(("positive", "rank"), [(4, "S"), (3, "S"), (2, "A"), (0, "A")])
def test_from_the_share_of_positive_verdicts_on_it_is_s(positive: int, rank: str):
    grades: list[Grade | None] = ["positive"] * positive + ["acceptable"] * (4 - positive)  # type: ignore[list-item]
    assert rank_of(given_grades(*grades), FOUR, 0.6) == rank


def test_a_criterion_that_only_passes_elevates_nothing_and_costs_nothing():
    verdicts = [
        *given_grades("positive", "positive", "positive", "acceptable"),
        Verdict("safety", "acceptable", "code", 0.5),
    ]
    assert rank_of(verdicts, (*FOUR, PASSES), 0.75) == "S"


def test_without_a_verdict_there_is_no_rank_unless_a_defect_is_known():
    assert rank_of(given_grades("positive", None, "positive", "positive"), FOUR, 0.6) is None
    assert rank_of(given_grades("positive", None, "negative", "positive"), FOUR, 0.6) == "B"
    assert score_of(given_grades("positive", None)) is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=7), st.floats(0, 1))
def test_a_score_lies_between_its_chances_and_rises_with_each(chances: list[float], other: float):
    verdicts = [Verdict(str(at), "acceptable", "model", chance) for at, chance in enumerate(chances)]
    score = score_of(verdicts)
    assert score is not None
    least, most = (max(0.01, min(0.99, bound(chances))) for bound in (min, max))
    assert least - 1e-9 <= score <= most + 1e-9
    higher = [replace(verdicts[0], chance=max(other, chances[0])), *verdicts[1:]]
    assert (score_of(higher) or 0) >= score - 1e-12
    assert score_of(verdicts[::-1]) == pytest.approx(score)


@given(st.lists(st.sampled_from(GRADES), min_size=4, max_size=4), st.integers(0, 3))
def test_a_better_grade_never_lowers_the_rank(grades: list[Grade], place: int):
    better: list[Grade] = [*grades]
    better[place] = GRADES[min(2, GRADES.index(grades[place]) + 1)]
    order = "BAS"
    before, after = (rank_of(given_grades(*some), FOUR, 0.6) for some in (grades, better))
    assert order.index(str(after)) >= order.index(str(before))


@pytest.mark.parametrize(
    "cheat", [one for one in GOLDEN if one.form], ids=lambda one: f"{one.form}, {one.subject.task}"
)
def test_no_known_cheat_is_superior_and_the_model_is_not_even_asked(cheat: Golden):
    judgement = AgenticJudge(ScriptedModel([])).judge(cheat.subject)
    assert (judgement.rank, judgement.score) == ("B", 0.0)
    assert any(verdict.why for verdict in judgement.verdicts)


def test_a_good_tag_that_the_model_praises_is_s_and_every_quote_stands_in_it():
    praise = [
        yes(0.9),
        '[["a", -0.1]]',
        yes(0.1),
        '[["a", -0.1]]',
        yes(0.9),
        '[["b", -0.1]]',
        yes(0.9),
        '[["b", -0.1]]',
    ]
    judgement = AgenticJudge(ScriptedModel(praise)).judge(TAG)
    assert judgement.rank == "S"
    assert [verdict.criterion for verdict in judgement.verdicts] == [one.name for one in load_criteria().of("tag")]
    assert {verdict.quote for verdict in judgement.verdicts} == {"British comedies with a crew", TAG.text}


def test_a_doubt_about_one_criterion_leaves_the_rest_standing_and_the_rank_open():
    judgement = AgenticJudge(ScriptedModel([yes(0.9), '[["I", 0]]', yes(0.9), yes(0.9)]), quotes=False).judge(TAG)
    assert (judgement.rank, judgement.score) == (None, None)
    assert [verdict.grade for verdict in judgement.verdicts] == ["positive", None, "positive", "positive"]


def test_the_one_shot_judge_asks_once_and_reads_the_likeliest_word():
    words = json.dumps([["Super", math.log(0.5)], ["Average", math.log(0.3)], ["Bad", math.log(0.2)]])
    model = ScriptedModel([words])
    judgement = OneShotJudge(model).judge(TAG)
    assert (judgement.rank, judgement.score) == ("S", pytest.approx(0.65))
    assert all(one.grades["negative"] in model.prompts[0].text for one in load_criteria().of("tag"))


def test_all_questions_of_the_one_shot_judge_begin_with_the_criteria_and_end_with_the_subject():
    judge, other = OneShotJudge(ScriptedModel([])), replace(TAG, text="anything", facts=())
    one, two = (judge.questions(subject)[0].messages for subject in (TAG, other))
    assert one[0] == two[0]  # read once by the server
    for criterion in load_criteria().of("tag"):
        assert criterion.grades["negative"] in one[0].text
        assert criterion.grades["positive"] in one[0].text
    assert TAG.text in one[-1].text
    assert one[-1].text.endswith("Answer Superior, Average or Bad.")


def test_a_homes_criteria_change_the_version_and_bad_ones_are_refused_by_place(tmp_path):
    ours = load_criteria()
    text = (ours_file()).read_text("utf-8")
    (tmp_path / "criteria.toml").write_text(text.replace("superior = 0.6", "superior = 0.8"), "utf-8")
    theirs = load_criteria(tmp_path)
    assert (theirs.superior, theirs.version != ours.version) == (0.8, True)
    model = ScriptedModel([])
    assert AgenticJudge(model, home=tmp_path).version != AgenticJudge(model).version
    (tmp_path / "criteria.toml").write_text(text.replace('["copied_history"]', '["telepathy"]'), "utf-8")
    with pytest.raises(Exception, match="telepathy.*there are empty"):
        load_criteria(tmp_path)


def test_a_homes_prompt_is_another_version_of_either_judge(tmp_path):
    from intently.judge.pieces import PROMPT
    from intently.language import prompt

    ours = Path(prompt.__file__).parent / "prompts" / f"{PROMPT}.jinja"
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / ours.name).write_text(ours.read_text("utf-8") + "Be strict.", "utf-8")
    for kind in (AgenticJudge, OneShotJudge):
        assert kind(ScriptedModel([]), home=tmp_path).version != kind(ScriptedModel([])).version


def ours_file():
    from intently.judge import criteria

    return criteria.SHIPPED


@pytest.mark.parametrize("make", [AgenticJudge, OneShotJudge], ids=lambda make: make.name)
def test_every_judge_answers_for_the_subject_it_was_given_and_asks_nothing_twice(make: Callable[..., Judge]):
    calls = MemoryCalls()
    answers = [json.dumps([["Yes", -1.0], ["No", -1.0], ["Average", -1.0], ["Bad", -2.0]])] * 4
    first = make(ScriptedModel(answers, calls)).judge(TAG)
    again = make(ScriptedModel([], calls)).judge(TAG)
    assert first == again
    assert (first.subject, first.judge) == (TAG, make.name)
    assert make(ScriptedModel([])).questions(TAG)
    assert first.verdicts
