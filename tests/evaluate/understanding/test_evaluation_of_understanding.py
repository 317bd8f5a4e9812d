"""The whole evaluation on a tiny set: floors, a pipeline with a scripted model, resuming, budgets, files."""

import json

import pytest
from typer.testing import CliRunner

from intently.cli import app
from intently.config import load_config
from intently.errors import AnswerInvalid, BadRequest, ModelUnavailable
from intently.evaluate.understanding.answers import Answers
from intently.evaluate.understanding.asking import _proposed, _refused
from intently.evaluate.understanding.cases import Case
from intently.evaluate.understanding.found import Found, Spent, Told
from intently.evaluate.understanding.measures import Person
from intently.evaluate.understanding.report import Table, UnderstandingReport
from intently.evaluate.understanding.rows import choose_rows
from intently.evaluate.understanding.run import Asked, evaluate_ground
from intently.evaluate.understanding.standin import Recorded, StandIn
from intently.evaluate.understanding.write import write_report
from intently.language import ScriptedModel
from intently.nouns import Interest, Persona, Tag
from intently.understand import Reasoned
from intently.understand.experts import tag_listing
from tests.evaluate.understanding.worlds import KINDS, PEOPLE, tiny_ground

MOODS = ("calm", "bright", "lonely", "tiny", "wooden", "clever", "frozen", "secret")
ANSWER = "\n".join([f"{mood} {kind}" for mood in MOODS for kind in KINDS][:30])  # one line a tag
ROW = "one-prompt"
CASE = Case(0, "u0", 0.0, 0, (), following=(1, 2), target=7)
PERSONAS = "letters of lines, then a persona of 2 to 6 words"


def evaluated(out, rows, script=(), people=None, model=True, **asked):
    return evaluate_ground(
        Asked(rows=tuple(rows), people=people, model=model, **asked), tiny_ground(), out, load_config(home=out),
        model=ScriptedModel(script) if script else None,
    )  # fmt: skip


def test_floors_need_no_model_and_are_kept(tmp_path):
    table = evaluated(tmp_path, (), model=False)
    assert table.n == PEOPLE
    assert table.rows["own"][0].found.categories  # a person who keeps to two kinds has those
    assert all(len(person.found.categories) <= 2 for person in table.rows["own"])
    assert evaluated(tmp_path, (), model=False).rows == table.rows


def test_a_pipeline_is_asked_for_each_person_and_its_tags_are_mapped_and_looked_up(tmp_path):
    table = evaluated(tmp_path, [ROW], [ANSWER] * 3, people=3)
    assert table.n == 3
    for person in table.rows[ROW]:
        tags = person.found.tags
        assert tags
        assert {tag.text for tag in tags} <= set(ANSWER.splitlines())
        assert [KINDS[number] for number in person.found.categories] == [tag.text.split()[1] for tag in tags]
        assert (person.found.spent.calls, person.found.failed) == (1, "")
        assert len(person.found.pool) == 30
        assert len(tags) + sum(person.found.refused.values()) == 30


def test_what_was_answered_is_not_asked_again_and_tells_a_run_without_a_model(tmp_path):
    first = evaluated(tmp_path, [ROW], [ANSWER] * 3, people=3)
    more = evaluated(tmp_path, [ROW], [ANSWER] * 2, people=5)  # an unscripted call would fail
    assert more.n == 5
    kept = evaluated(tmp_path, [ROW], people=5, model=False)
    assert kept.rows == more.rows
    assert {p.case.user_id for p in first.rows[ROW]} < {p.case.user_id for p in kept.rows[ROW]}


def test_a_run_that_ends_early_has_the_same_people_in_all_rows(tmp_path):
    table = evaluated(tmp_path, [ROW], [ANSWER] * 2 + [ModelUnavailable("gone")], people=5)
    assert (table.n, table.drawn) == (2, 5)
    assert {len(people) for people in table.rows.values()} == {2}


def test_a_person_for_whom_a_row_fails_counts_as_one_without_tags(tmp_path):
    table = evaluated(tmp_path, [ROW], ["nonsense", "nonsense", ANSWER], people=2)
    assert [person.found.failed for person in table.rows[ROW]] == [AnswerInvalid.__name__, ""]
    assert table.rows[ROW][0].found.tags == ()
    assert table.rows[ROW][0].found.spent.calls == 2  # what failed was paid for


def test_an_answer_that_was_cut_off_in_the_file_is_asked_again(tmp_path):
    evaluated(tmp_path, [ROW], [ANSWER] * 2, people=2)
    file = tmp_path / "understanding-answers-tiny.jsonl"
    file.write_text(file.read_text("utf-8")[:-9], "utf-8")
    assert len(Answers(file).rows()) == 1
    assert evaluated(tmp_path, [ROW], [ANSWER], people=2).n == 2


def test_a_report_is_written_as_tables_and_as_numbers(tmp_path):
    table = evaluated(tmp_path, ["random", ROW], [ANSWER] * 3, people=3)
    write_report(UnderstandingReport((table,), 0, "abc", 1.0), tmp_path / "docs")
    text = (tmp_path / "docs" / "understanding.md").read_text("utf-8")
    assert "| one prompt |" in text
    numbers = json.loads((tmp_path / "docs" / "understanding.json").read_text("utf-8"))
    assert numbers["tables"][0]["rows"][ROW]["calls"]["mean"] == 1.0
    assert numbers["tables"][0]["rows"]["popularity"]["grounded"]["mean"] is None


def test_four_routes_and_v2_are_told_apart_by_what_each_of_their_voices_found(tmp_path):
    recorded = Recorded(Answers(tmp_path / "none.jsonl"))
    recorded.lines |= {
        tag_listing(1).form: ANSWER.splitlines(),
        PERSONAS: ["a b: quiet sailor at sea", "c: keen cook"],
    }
    rows = ("random", "routes", "v2")
    table = evaluate_ground(
        Asked(rows=rows, people=3, model=True), tiny_ground(), tmp_path, load_config(home=tmp_path),
        model=StandIn(Answers(tmp_path / "none.jsonl"), [recorded], 0),
    )  # fmt: skip
    assert table.n == 3
    for person in table.rows["routes"]:
        assert set(person.found.routes) == {"behaviour", "trend", "season", "weather"}
        assert len(person.found.pool) >= 4 * 20
    for person in table.rows["v2"]:
        assert person.found.routes
        assert {tag.route for tag in person.found.tags} <= set(person.found.routes)
        assert "" in person.found.routes  # the kinds
        assert person.found.repeated == 0
    claims = [verdict.claim for verdict in table.verdicts()]
    assert "exclusive B: V2 no lower than V1, four routes" in claims
    assert "HR@30: V2 above V2's tags of other people" in claims


def test_the_bars_on_costs_and_repetition_are_verdicts_by_person(tmp_path):
    def row(uncached: int, seconds: float, repeated: int = 0) -> tuple[Person, ...]:
        tags = tuple(Told(f"calm {n}") for n in range(30))
        found = Found((1,), (1,), tags, repeated=repeated, spent=Spent(1, uncached, 0, 10, seconds))
        return tuple(Person(CASE, found, {"knn": found}) for _ in range(20))

    def shown(routes, v2) -> list[bool]:
        rows = {"routes": routes, "v2": v2, "popularity": v2}
        told = Table("tiny", 20, rows, 10, None, 0).verdicts()
        names = ("uncached tokens: V2 under 40%", "seconds: V2 fewer", "duplicate tags: V2 under 1%")
        return [one.shown for name in names for one in told if one.claim.startswith(name)]

    assert shown(row(990, 20), row(380, 10)) == [True, True, True]  # 390 of 1,000
    assert shown(row(990, 20), row(400, 20, repeated=1)) == [False, False, False]  # 410 of 1,000; 1 of 30


def test_what_each_rule_left_out_is_a_share_of_what_the_model_named():
    notes = {
        "named": {"p1": ["a b", "c d"], "p2": ["a b", "dull thing"]}, "pool": ["a b", "c d", "dull thing"],
        "refused": [("tags", "'a b': it repeats another"), ("planner", "'a: x': it repeats 'a: y'")],
        "left_out": [["dull thing", "the arbiter left it out"]],
        "planner": {"lines": ["a: y", "a: x", "b: z"]}, "personas_by_code": ["z"],
    }  # fmt: skip
    persona = Persona(persona_id="p1", role="y")
    refused = _refused(Reasoned(personas=(persona,), notes=notes))
    assert refused == {"tag: it repeats another": 1, "tag: the arbiter left it out": 1, "persona: it repeats …": 1}
    assert _proposed(Reasoned(personas=(persona,), notes=notes), 4, refused) == {
        "tag": 4, "interest": 0, "persona": 2,
    }  # fmt: skip
    interest = Interest(interest_id="i", text="calm seas", evidence=())
    v1 = Reasoned(
        (interest,), tags=(Tag(tag_id="t", text="a b"),), notes={"refused": [("interests", "'x': weak (by code)")]}
    )
    assert _proposed(v1, 0, _refused(v1)) == {"tag": 1, "interest": 2, "persona": 0}


def test_an_unknown_row_lists_those_that_there_are():
    with pytest.raises(BadRequest, match="v2-no-planner"):
        choose_rows(("v3",), True)


def test_the_command_line_says_what_is_missing():
    done = CliRunner().invoke(app, ["evaluate", "understanding", "--ground", "retail-completejourney"])
    assert done.exit_code != 0
    assert "--data" in str(done.exception)
