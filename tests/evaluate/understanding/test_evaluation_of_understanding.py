"""The whole evaluation on a tiny set: floors, a pipeline with a scripted model, resuming, budgets, files."""

import json

import pytest
from typer.testing import CliRunner

from intently.cli import app
from intently.config import load_config
from intently.errors import AnswerInvalid, BadRequest, ModelUnavailable
from intently.evaluate.understanding.answers import Answers
from intently.evaluate.understanding.report import UnderstandingReport
from intently.evaluate.understanding.rows import choose_rows
from intently.evaluate.understanding.run import Asked, evaluate_ground
from intently.evaluate.understanding.write import write_report
from intently.language import ScriptedModel
from tests.evaluate.understanding.worlds import PEOPLE, Words, tiny_ground

INTERESTS = json.dumps({"interests": [{"items": [1, 2], "interest": "ships far from land"}]})
TAGS = json.dumps({"tags": [{"interest": 1, "tags": ["tall ships", "calm gardens", "old robots", "slow cooking"]}]})


def evaluated(out, rows, script=(), people=None, model=True, **asked):
    return evaluate_ground(
        Asked(rows=tuple(rows), people=people, model=model, **asked), tiny_ground(), out, load_config(home=out),
        encoder=Words(), model=ScriptedModel(script) if script else None,
    )  # fmt: skip


def test_floors_need_no_model_and_are_kept(tmp_path):
    table = evaluated(tmp_path, (), model=False)
    assert table.n == PEOPLE
    assert table.rows["own"][0].found.categories  # a person who keeps to two kinds has those
    assert all(len(person.found.categories) <= 2 for person in table.rows["own"])
    assert evaluated(tmp_path, (), model=False).rows == table.rows


def test_a_pipeline_is_asked_for_each_person_and_its_tags_are_mapped_and_looked_up(tmp_path):
    table = evaluated(tmp_path, ["v1"], [INTERESTS, TAGS] * 3, people=3)
    assert table.n == 3
    found = table.rows["v1"][0].found
    assert [tag.text for tag in found.tags] == ["tall ships", "calm gardens", "old robots", "slow cooking"]
    assert found.categories == (0, 1, 2, 3)
    assert table.rows["v1"][0].found.spent.calls == 2
    assert {person.found.failed for person in table.rows["v1"]} == {""}


def test_what_was_answered_is_not_asked_again_and_tells_a_run_without_a_model(tmp_path):
    first = evaluated(tmp_path, ["v1"], [INTERESTS, TAGS] * 3, people=3)
    more = evaluated(tmp_path, ["v1"], [INTERESTS, TAGS] * 2, people=5)  # an unscripted call would fail
    assert more.n == 5
    kept = evaluated(tmp_path, ["v1"], people=5, model=False)
    assert kept.rows == more.rows
    assert {p.case.user_id for p in first.rows["v1"]} < {p.case.user_id for p in kept.rows["v1"]}


def test_a_run_that_ends_early_has_the_same_people_in_all_rows(tmp_path):
    script = [INTERESTS, TAGS] * 2 + [ModelUnavailable("gone")]
    table = evaluated(tmp_path, ["v1"], script, people=5)
    assert (table.n, table.drawn) == (2, 5)
    assert {len(people) for people in table.rows.values()} == {2}


def test_a_person_for_whom_a_row_fails_counts_as_one_without_tags(tmp_path):
    table = evaluated(tmp_path, ["v1"], ["nonsense", "nonsense", INTERESTS, TAGS], people=2)
    assert [person.found.failed for person in table.rows["v1"]] == [AnswerInvalid.__name__, ""]
    assert table.rows["v1"][0].found.tags == ()


def test_an_answer_that_was_cut_off_in_the_file_is_asked_again(tmp_path):
    evaluated(tmp_path, ["v1"], [INTERESTS, TAGS], people=1)
    file = tmp_path / "understanding-answers-tiny.jsonl"
    file.write_text(file.read_text("utf-8")[:-9], "utf-8")
    assert len(Answers(file).rows()) == 1
    assert evaluated(tmp_path, ["v1"], [TAGS], people=1).n == 1


def test_a_report_is_written_as_tables_and_as_numbers(tmp_path):
    table = evaluated(tmp_path, ["random", "v1"], [INTERESTS, TAGS] * 3, people=3)
    write_report(UnderstandingReport((table,), 0, "abc", 1.0), tmp_path / "docs")
    text = (tmp_path / "docs" / "understanding.md").read_text("utf-8")
    assert "| V1, one route |" in text
    numbers = json.loads((tmp_path / "docs" / "understanding.json").read_text("utf-8"))
    assert numbers["tables"][0]["rows"]["v1"]["tags"]["mean"] == 4.0
    assert numbers["tables"][0]["rows"]["popularity"]["grounded"]["mean"] is None


def test_an_unknown_row_lists_those_that_there_are():
    with pytest.raises(BadRequest, match="v2-no-planner"):
        choose_rows(("v3",), True)


def test_the_command_line_says_what_is_missing():
    done = CliRunner().invoke(app, ["evaluate", "understanding", "--ground", "retail-completejourney"])
    assert done.exit_code != 0
    assert "--data" in str(done.exception)
