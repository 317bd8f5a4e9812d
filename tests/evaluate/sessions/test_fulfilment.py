"""Pairs of played sessions, who decides each of them, and the report with its trust beside it."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intently.cli import app
from intently.errors import BadRequest, DataError
from intently.evaluate.commands.case import Ground, Wanted
from intently.evaluate.commands.draw import draw_cases
from intently.evaluate.commands.fulfilment import export_sheet, judge_played, played_from
from intently.evaluate.commands.fulfilment_report import report_of
from intently.evaluate.commands.grounds import Prepared
from intently.evaluate.commands.play import Round, Session, play
from intently.evaluate.commands.rows import make_rows
from intently.evaluate.commands.shown_pairs import ShownPair
from intently.evaluate.commands.trajectories import append_session, read_sessions
from intently.evaluate.oracle import Condition
from intently.judge.fulfilment import PairVerdict
from intently.judge.sheet import Label
from intently.language import Budget, MemoryCalls, ScriptedModel

COMEDY = Wanted(Condition("genre", ("Comedy",)), False, "facet", "Comedy")
SHORT = Wanted(Condition("minutes", high=90), True, "facet", "at most 90")
PRISON = Wanted(Condition("theme", ("prison", "prisoner", "jail", "convict", "inmate")), False, "text", "prison")
SEQUEL = Wanted(Condition("theme", ("sequel",)), False, "text", "a sequel")


def session_of(items: tuple[str, ...], *meant: Wanted, case: str = "demo-movies/MR/1") -> Session:
    one = Round("a comedy about prison", "ask", items, 0, 1.0, 0.5, 0.5, 60, None, None, "grammar", 0.1, (0, 0, 0), "",
                meant=meant)  # fmt: skip
    return Session(case, "ours", "ours", "MR", "50-200", "visible", "follow", items[0], False, (one,))


def answer(yes: float) -> str:
    return json.dumps([["Yes", math.log(yes)], ["No", math.log(1 - yes)]])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "sessions.jsonl"
    append_session(path, session_of(("1", "6"), COMEDY, SHORT, PRISON))
    append_session(path, session_of(("6", "7"), PRISON, SEQUEL, case="demo-movies/MR/2"))
    return path


def test_what_was_meant_in_a_round_comes_back_from_its_line(prepared: Prepared, ground: Ground, out: Path):
    (case,) = draw_cases(prepared, ground, "SR", 1, 3)
    session = play(case, make_rows(("ours",), False)["ours"], ground, prepared.source)
    append_session(out / "s.jsonl", session)
    assert read_sessions(out / "s.jsonl") == [session]
    assert session.rounds[0].meant == case.goals[0].conditions


def test_code_decides_numbers_and_declared_values_and_each_pair_is_there_once(file: Path):
    played = played_from(file)
    conditions = {(one.pair.item_id, one.pair.condition): one.by_code for one in played.pairs}
    assert conditions == {
        ("1", "genre: Comedy"): True, ("1", "minutes: at most 90"): True, ("1", "about prison"): False,
        ("6", "genre: Comedy"): True, ("6", "minutes: at most 90"): True, ("6", "about prison"): False,
        ("7", "about prison"): False, ("6", "a sequel"): False, ("7", "a sequel"): False,
    }  # fmt: skip
    assert {one.pair.condition for one in played.asked} == {"about prison", "a sequel"}


def test_a_number_is_code_even_where_the_catalogue_does_not_declare_it(tmp_path: Path):
    path = tmp_path / "s.jsonl"
    append_session(path, session_of(("6",), replace(SHORT, origin="undeclared")))
    assert [one.by_code for one in played_from(path).pairs] == [True]


def test_a_longer_draw_contains_a_shorter_one_and_labelled_pairs_come_first(file: Path):
    short, longer = played_from(file, limit=2), played_from(file, limit=4)
    assert {one.pair.key for one in short.asked} < {one.pair.key for one in longer.asked}
    left = next(one for one in played_from(file, limit=5).asked if one not in longer.asked)
    first = played_from(file, limit=1, labels={left.pair.key: Label(True, "Ann")})
    assert first.asked == (left,)


def test_the_truth_of_a_check_is_in_the_columns_and_both_answers_occur(prepared: Prepared, tmp_path: Path):
    path = tmp_path / "s.jsonl"
    append_session(path, session_of(tuple(list(prepared.rows)[:40]), PRISON))
    played = played_from(path, limit=40)
    truths = [played.oracle.meets(one.pair.item_id, one.condition) for one in played.checks]
    assert len(truths) == 40
    assert 8 < sum(truths) < 32
    for one in played.checks:
        value = one.pair.condition.removeprefix("genre: ")
        assert (value in prepared.rows[one.pair.item_id]["genres"]) == played.oracle.meets(
            one.pair.item_id, one.condition
        )


def test_a_report_says_that_it_is_not_calibrated_until_people_labelled_enough(file: Path):
    played = played_from(file)
    model = ScriptedModel([answer(0.9)] * (len(played.asked) + len(played.checks)))
    verdicts, checks = judge_played(played, model, None, Budget())
    labels = {one.pair.key: Label(True, "model") for one in played.asked}
    report = report_of(played, verdicts, checks, labels, "digest", 0)
    assert not report.calibration.calibrated
    assert "5 of a language model, which do not count; 100 more needed" in report.calibration.text
    assert report.fulfilled["wishes of the text, by the model"][0] == 5
    by_code = report.fulfilled["bounds and declared values"][1]
    met = [played.oracle.meets(one.pair.item_id, one.condition) for one in played.pairs if one.by_code]
    assert by_code.value == sum(met) / len(met)
    names = [one.name for one in report.agreements]
    assert "model against people" not in names
    assert names[2] == "model against a language model's labels"
    assert report.agreements[2].accuracy.value == 1
    body = json.loads(json.dumps(report.json(), allow_nan=False))
    assert (body["format"], body["version"], body["calibration"]["calibrated"]) == ("fulfilment-report", 1, False)


def test_unsure_labels_decide_nothing_and_are_counted(file: Path):
    played = played_from(file)
    model = ScriptedModel([answer(0.9)] * (len(played.asked) + len(played.checks)))
    verdicts, checks = judge_played(played, model, None, Budget())
    first, *others = (one.pair.key for one in played.asked)
    labels = {first: Label(None, "Ann"), **{key: Label(False, "Ann") for key in others}}
    report = report_of(played, verdicts, checks, labels, "digest", 0)
    people = next(one for one in report.agreements if one.name == "model against people")
    assert (report.unsure, people.n, people.accuracy.value) == (1, 4, 0.0)


def test_a_run_that_was_cut_off_reports_what_is_there_and_goes_on(file: Path):
    played, calls, said = played_from(file), MemoryCalls(), []
    verdicts, checks = judge_played(played, ScriptedModel([], calls), None, Budget(seconds=0), 0, said.append)
    assert {one.by for one in verdicts} == {"code"}
    assert not checks
    assert "run again" in said[-1]
    report = report_of(played, verdicts, checks, {}, "digest", 0)
    assert report.answered == 0
    report.table()
    json.dumps(report.json(), allow_nan=False)


def test_files_that_cannot_be_judged_are_refused_with_the_mend(tmp_path: Path):
    empty = tmp_path / "empty.jsonl"
    with pytest.raises(BadRequest, match="holds no sessions"):
        played_from(empty)
    old = tmp_path / "old.jsonl"
    append_session(old, session_of(("6",)))
    with pytest.raises(DataError, match="Play them again"):
        played_from(old)
    mixed = tmp_path / "mixed.jsonl"
    append_session(mixed, session_of(("6",), COMEDY))
    append_session(mixed, session_of(("6",), COMEDY, case="movies-ml100k/MR/1"))
    with pytest.raises(BadRequest, match="demo-movies, movies-ml100k"):
        played_from(mixed)


def test_the_sheet_is_exported_without_any_model(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("INTENTLY_LANGUAGE_ENABLED", "false")
    sheet = tmp_path / "sheet.csv"
    done = CliRunner().invoke(
        app, ["evaluate", "fulfilment", "--trajectories", str(file), "--sheet", str(sheet)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    assert len(sheet.read_text("utf-8-sig").splitlines()) == 1 + 5
    assert "5 pairs to label" in done.stderr
    with pytest.raises(DataError, match="is there already"):
        export_sheet(played_from(file), sheet)


def test_the_cut_comes_from_what_is_declared_and_not_from_labels(prepared: Prepared, tmp_path: Path):
    """A model that gives 0.6 to what is not so and 0.8 to what is: half-way is its half."""
    path = tmp_path / "s.jsonl"
    items = list(prepared.rows)
    for at in range(4):
        case = f"demo-movies/MR/{at}"
        append_session(path, session_of(tuple(items[at * 20 : at * 20 + 20]), PRISON, case=case))
    played = played_from(path, limit=80)

    def leaning(truth: bool) -> float:
        return 0.8 if truth else 0.6

    def verdict(one: ShownPair) -> PairVerdict:
        return PairVerdict(one.pair, "model", leaning(played.oracle.meets(one.pair.item_id, one.condition)))

    verdicts, checks = [verdict(one) for one in played.asked], [verdict(one) for one in played.checks]
    labels = {one.pair.key: Label(False, "Ann") for one in played.asked}
    report = report_of(played, verdicts, checks, labels, "digest", 0)
    assert report.cut == pytest.approx(0.7)
    by_text, declared, *_ = report.agreements
    assert by_text.accuracy.value == declared.accuracy.value == 1
