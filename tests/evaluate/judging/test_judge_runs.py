"""`evaluate judge` on small sets of the real form: what is read, drawn, asked, kept and reported."""

import json
import math
from pathlib import Path

import polars as pl
import pytest

from intently.config import load_config
from intently.errors import BadRequest, DataError
from intently.evaluate.judging.cases import READERS, Case, drawn, read_cases
from intently.evaluate.judging.golden import load_golden
from intently.evaluate.judging.mapping import load_mapping, mapped
from intently.evaluate.judging.report import GoldenTable, JudgeReport
from intently.evaluate.judging.rows import floor_scores, judge_cases, make_judge, row_names
from intently.evaluate.judging.run import Asked, _ranks, _Runner, _whole, run_judge_evaluation
from intently.judge.criteria import load_criteria
from intently.judge.verdict import Subject
from intently.language import Budget, MemoryCalls, ScriptedModel


def silent(text: str) -> None:
    return None


def yes(chance: float) -> str:
    return json.dumps([["Yes", math.log(chance)], ["No", math.log(1 - chance)]])


def recipes(folder: Path, requests: int = 6) -> Path:
    """A set of the form of labels-recipempr."""
    target = folder / "labels-recipempr"
    target.mkdir(parents=True)
    pl.DataFrame({
        "id": list(range(requests)), "query": [f"soup number {at}" for at in range(requests)],
        "options": [["hot soup", "cold salad"]] * requests, "answer_index": [at % 2 for at in range(requests)],
    }).write_parquet(target / "queries.parquet")  # fmt: skip
    return folder


def test_every_mapped_set_has_a_reader_a_size_and_a_reason():
    assert set(load_mapping()) == set(READERS)
    assert sum(one.named for one in load_mapping().values()) == 3
    for how in load_mapping().values():
        assert bool(how.groups) != bool(how.cases)
        assert len(how.why) > 60
        assert load_criteria().only(how.task, how.criteria, checks=how.checks).of(how.task)


def test_each_option_of_a_request_is_a_case_and_one_is_good(tmp_path: Path):
    cases = read_cases("recipempr", mapped("recipempr"), recipes(tmp_path))
    assert [(one.subject.text, one.good) for one in cases[:4]] == [
        ("hot soup", True), ("cold salad", False), ("hot soup", False), ("cold salad", True),
    ]  # fmt: skip
    assert cases[0].subject.facts == (("request", "soup number 0"),)


def test_turns_are_averaged_over_their_annotators(tmp_path: Path):
    folder = tmp_path / "labels-abredial"
    folder.mkdir()
    pl.DataFrame({
        "conv_id": ["a", "a", "a"], "segment": [1, 1, 2], "context": [["SYSTEM\thi", "USER\ta comedy"]] * 3,
        "system_turn": ["SYSTEM\tTry this one"] * 3, "relevance": [4.0, 1.0, 3.0],
    }).write_parquet(folder / "turns.parquet")  # fmt: skip
    first, second = read_cases("abredial", mapped("abredial"), tmp_path)
    assert (first.label, first.good, second.label, second.good) == (2.5, False, 3.0, True)
    assert first.subject.facts == (("recommender said", "hi"), ("person said", "a comedy"))
    assert first.subject.text == "Try this one"


def test_a_turn_is_judged_by_what_came_before_and_the_answer_is_hidden(tmp_path: Path):
    folder = tmp_path / "labels-uss"
    folder.mkdir()
    texts = ["hello", "a drama please", "see this", "I loved that"]
    pl.DataFrame({
        "conv_id": [1] * 4, "turn": [0, 1, 2, 3], "role": ["system", "user", "system", "user"], "text": texts,
        "satisfaction": [[], [3, 3], [], [4, 3]],
    }).write_parquet(folder / "redial.parquet")  # fmt: skip
    (only,) = read_cases("uss", mapped("uss"), tmp_path)
    assert (only.subject.text, only.label) == ("see this", 3.5)
    assert "I loved that" not in json.dumps(only.subject.facts)


def explained(folder: Path, receiver: list[int], annotators: tuple[list[int], list[int]]) -> Path:
    """A set of the form of labels-explanations, each line by a person of its own."""
    target, n = folder / "labels-explanations", len(receiver)
    target.mkdir(parents=True)
    pl.DataFrame({
        "user": list(range(n)), "movie_title": ["Heat"] * n, "explanation": ["word " * (at + 1) for at in range(n)],
        "satisfaction": receiver, "third_party_1_satisfactory": map(float, annotators[0]),
        "third_party_2_satisfactory": map(float, annotators[1]),
    }).write_parquet(target / "ratings.parquet")  # fmt: skip
    return folder


def test_people_in_a_judges_place_are_rows_computed_from_their_own_ratings(tmp_path: Path):
    """The annotators say the same throughout; the receivers say the reverse of it."""
    annotated = [1 + at % 5 for at in range(60)]
    data = explained(tmp_path, [6 - one for one in annotated], (annotated, annotated))
    asked = Asked(("explanations", "explanations-annotators"), rows=("length",), data=data, limit=40)
    report = run_judge_evaluation(asked, tmp_path, load_config(home=tmp_path), silent)
    receivers, between = report.sets
    assert (receivers.n, receivers.stored) == (40, 60)
    assert [name for name, *_ in receivers.cells()] == ["row", "length", "people: annotator 1", "people: annotator 2"]
    assert [found.of["r"].value for found in receivers.whole.values()] == pytest.approx([-1, -1])
    assert [found.of["r"].value for found in between.ceilings.values()] == pytest.approx([1, 1])
    assert between.ceilings["people: annotator 1 by the other"].of["accuracy"].value == 1
    assert "people: annotator 2, all 60 cases: r -1.000" in report.markdown()
    told = json.loads(json.dumps(report.json(), allow_nan=False))["sets"]
    assert told[0]["ceilings_of_all"]["people: annotator 1"]["tau"]["value"] == pytest.approx(-1)


def test_a_set_that_has_one_label_a_case_has_no_ceiling(tmp_path: Path):
    asked = Asked(("recipempr",), rows=("length",), data=recipes(tmp_path))
    (table,) = run_judge_evaluation(asked, tmp_path, load_config(home=tmp_path), silent).sets
    assert (table.ceilings, table.whole) == ({}, {})


def test_a_larger_sample_begins_with_the_smaller_one_and_keeps_groups_whole(tmp_path: Path):
    how = mapped("recipempr")
    cases = read_cases("recipempr", how, recipes(tmp_path))
    small, large = drawn(cases, how, 5, 2), drawn(cases, how, 5, 5)
    assert large[: len(small)] == small
    assert len(small) == 2 * 2
    assert drawn(cases, how, 6, 2) != small


def test_a_set_without_its_folder_or_file_says_what_to_pass(tmp_path: Path):
    with pytest.raises(BadRequest, match="--data"):
        read_cases("uss", mapped("uss"), None)
    with pytest.raises(DataError, match="labels-uss"):
        read_cases("uss", mapped("uss"), tmp_path)
    with pytest.raises(BadRequest, match="golden"):
        run_judge_evaluation(Asked(("nowhere",)), tmp_path, load_config(home=tmp_path), silent)
    with pytest.raises(BadRequest, match="--model"):
        row_names(["agentic"], False)
    with pytest.raises(BadRequest, match="majority, length"):
        row_names(["oracle"], True)


def test_length_is_in_words_and_majority_tells_nothing_apart():
    cases = [Case(Subject("item", "a", "one two"), 1, True), Case(Subject("item", "b", "one"), 0, False)]
    assert floor_scores("length", cases, None) == (2.0, 1.0)
    assert len(set(floor_scores("majority", cases, None))) == 1


def test_a_budget_stops_a_row_cleanly_and_the_next_run_pays_only_for_the_rest(tmp_path: Path):
    how = mapped("recipempr")
    cases = drawn(read_cases("recipempr", how, recipes(tmp_path)), how, 0, 3)
    calls = MemoryCalls()
    judge = make_judge("agentic", ScriptedModel([yes(0.8)] * 18, calls), load_criteria(), how)
    cut = judge_cases(judge, cases, Budget(tokens=1500), silent)
    assert cut.stopped
    assert 0 < len(cut.judgements) < len(cases)
    asked = len(calls.rows)
    rest = ScriptedModel([yes(0.8)] * (18 - asked), calls)
    whole = judge_cases(make_judge("agentic", rest, load_criteria(), how), cases, Budget(), silent)
    assert (len(whole.judgements), whole.stopped, len(rest.prompts)) == (6, "", 18 - asked)
    assert whole.judgements[: len(cut.judgements)] == cut.judgements


def test_a_group_that_was_cut_off_is_left_out(tmp_path: Path):
    how = mapped("recipempr")
    cases = read_cases("recipempr", how, recipes(tmp_path))
    assert [_whole(cases, judged, how) for judged in (2, 3, 4, 12)] == [2, 2, 4, 12]
    with pytest.raises(BadRequest, match="budget"):
        _whole(cases, 1, how)


def test_a_table_puts_judges_beside_floors_on_the_same_cases(tmp_path: Path):
    """The judge that is given the truth is right throughout; the one-shot judge sees no difference."""
    data = recipes(tmp_path, 12)
    even = json.dumps([["Superior", -1.0], ["Average", -1.0], ["Bad", -1.0]])
    how = mapped("recipempr")
    cases = drawn(read_cases("recipempr", how, data), how, 0)
    script = [even] * len(cases)
    for case in cases:  # relevance, consistency (asked the other way round), specificity
        good = 0.9 if case.good else 0.2
        script += [yes(good), yes(1 - good), yes(good)]
    model = ScriptedModel(script)
    asked = Asked(("recipempr",), model=True, data=data)
    runner = _Runner(
        asked, ("majority", "length", "one-shot", "agentic"), None, model, load_config(home=tmp_path), silent
    )
    table = runner.table("recipempr", how)
    assert (table.n, table.groups) == (24, 12)
    assert table.rows["agentic"].of["decides"].value == 1.0
    assert table.rows["one-shot"].of["decides"].value == pytest.approx(0.5)
    assert table.differences()["agentic minus one-shot"].low > 0
    report = JudgeReport((table,), None, 0, "c", "m")
    assert "right option" in report.markdown()
    assert json.loads(json.dumps(report.json(), allow_nan=False))["sets"][0]["rows"]["agentic"]["decides"]["value"] == 1
    assert "agentic minus one-shot" in report.markdown()


def test_the_golden_table_counts_ranks_of_cheats_and_references_apart():
    cases = [Case(one.subject, float(not one.form), not one.form) for one in load_golden()]
    cheats = sum(not case.good for case in cases)
    judge = make_judge("agentic", ScriptedModel([yes(0.5)] * 500), load_criteria())
    counts = _ranks(cases, judge_cases(judge, cases, Budget(), silent))
    assert counts["cheats"] == {"S": 0, "A": 0, "B": cheats, "none": 0}
    assert sum(counts["references"].values()) == len(cases) - cheats
    assert counts["references"]["B"] < sum(counts["references"].values())
    assert GoldenTable({"agentic": counts}).cells()[1][1] == str(cheats)
