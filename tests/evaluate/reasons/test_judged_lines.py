"""Lines judged with a scripted model: the facts that a judge has, the shares by hand, and that a run goes on."""

import json
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from intently.engine.outputs import outputs_of
from intently.errors import BudgetSpent
from intently.evaluate.reasons.judged import MARK, JudgedLines, announced, judge_lines, subject_of
from intently.evaluate.reasons.making import ItemLines, Line, template_lines
from intently.evaluate.reasons.report import ReasonsReport, Table
from intently.evaluate.reasons.write import write_report
from intently.evaluate.understanding.answers import Answers
from intently.evaluate.understanding.silent import SilentModel
from intently.journal import ReasonRow, open_journal
from intently.judge.agents import AgenticJudge
from intently.judge.criteria import load_criteria
from intently.language import Budget, Model, ScriptedModel
from tests.evaluate.reasons.test_evaluation_of_reasons import cases
from tests.explain.world import LIKING, checker, item

SEVEN = ("relevance", "factuality", "clarity", "safety", "timeliness", "informativeness", "attractiveness")
ASKED = 5  # of the seven; safety and timeliness are code's
MOSS = item(title="Moss", text="A gardener grows moss on stones.", facets={})
ITEMS = {name: one.model_copy(update={"item_id": name}) for name, one in (("f1", item()), ("f2", MOSS))}


def yes(*chances: float) -> list[str]:
    return [json.dumps([["Yes", math.log(chance)], ["No", math.log(1 - chance)]]) for chance in chances]


GOOD, FAIR, FALSE = yes(*[0.9] * ASKED), yes(*[0.5] * ASKED), yes(0.9, 0.1, 0.9, 0.9, 0.9)


def rows() -> dict[str, tuple[ItemLines, ...]]:
    """The template's lines; and lines of a model, of which those of the second film push to buy, as code sees."""
    first, second = cases()
    told = {"f1": "A quiet thief plans one last robbery", "f2": "Hurry, buy now and grow moss on stones"}
    written = tuple(
        ItemLines(case.item_id, (Line(told[case.item_id], case.asked[0], (("text", case.item_id),)),) * 5)
        for case in (first, second)
    )
    return {"template": (template_lines(first), template_lines(second)), "v1": written}


def judged(model: Model, out: Path, budget: Budget | None = None) -> JudgedLines:
    judge = AgenticJudge(model.with_calls(Answers(out / "answers.jsonl")), quotes=False)
    names = tuple(one.name for one in load_criteria().of("reason"))
    return judge_lines(rows(), ITEMS, "late autumn", judge, names, budget or Budget(), seed=0)


def test_a_line_is_judged_by_the_facts_that_a_stored_line_is_judged_by(tmp_path: Path) -> None:
    line = rows()["v1"][0].lines[0]
    journal = open_journal(f"sqlite:///{tmp_path}/journal.db", tmp_path)
    now = datetime.now(UTC)
    journal.put_items([ITEMS["f1"]])
    (text,) = line.asked.evidence.of("text")
    body = {"text": line.text, "interest": LIKING.text, "pieces": [["text", "f1", text.text]]}
    until = now + timedelta(days=1)
    journal.reasons.put(ReasonRow("ann", LIKING.interest_id, "f1", "late autumn", "h", now, until, body))
    (stored,) = outputs_of(journal, "reason")
    journal.close()
    subject = subject_of(line, ITEMS["f1"], "late autumn")
    assert subject.facts == stored.facts
    assert [name for name, _ in subject.facts] == ["title", "item", "interest", "moment", "evidence"]
    assert (subject.text, subject.key) == (stored.text, stored.key)
    assert (subject.user_id, subject.group) == (None, "f1")


def test_the_templates_line_has_the_interest_that_it_names_as_its_evidence() -> None:
    subject = subject_of(rows()["template"][0].lines[0], ITEMS["f1"], "any")
    assert subject.facts[-1] == ("evidence", "heists that go wrong")


def test_shares_are_of_lines_without_a_negative_verdict_overall_and_by_dimension(tmp_path: Path) -> None:
    model = ScriptedModel([*GOOD, *FALSE, *FAIR])
    found = judged(model, tmp_path)
    assert (found.n, found.drawn, found.dimensions) == (2, 2, SEVEN)
    assert len(model.prompts) == 3 * ASKED  # lines of the same words are asked once; what code refuses, never
    shares = {row: {name: found.interval(row, name).mean for name in found.measured[row]} for row in found.rows}
    assert {name: shares["template"][name] for name in ("passes", "S", "A")} == {"passes": 1.0, "S": 0.5, "A": 0.5}
    assert {name: shares["v1"][name] for name in ("passes", "S", "A", "ended by code")} == {
        "passes": 0.0, "S": 0.0, "A": 0.0, "ended by code": 0.5,
    }  # fmt: skip
    assert shares["v1"]["safety"] == 0.5  # "buy now"
    assert shares["v1"]["factuality"] == 0.0  # of the first film's lines: the second's were not asked for it
    assert shares["v1"]["clarity"] == 1.0
    assert found.differences()["passes: V1, one step - template"].mean == -1.0


def test_a_run_that_was_cut_off_has_the_same_items_in_every_row_and_goes_on_where_it_was(tmp_path: Path) -> None:
    class Gone(Budget):
        """Spent after so many calls."""

        left = 2 * ASKED + 2

        def check(self, tokens: int = 0, money: float = 0.0) -> None:
            self.left -= 1
            if self.left < 0:
                raise BudgetSpent("the budget of minutes is used up")

    cut = judged(ScriptedModel([*GOOD, *FALSE, *FAIR[:2]]), tmp_path, Gone())
    assert (cut.n, {len(items) for items in cut.rows.values()}) == (1, {1})
    assert cut.stopped == "the budget of minutes is used up"
    silent = SilentModel(Answers(tmp_path / "answers.jsonl"))
    assert judged(silent, tmp_path).n == 1
    assert judged(silent, tmp_path).stopped == "this was not asked yet: pass --model"
    whole = judged(ScriptedModel(FAIR[2:]), tmp_path)  # the rest alone
    again = judged(SilentModel(Answers(tmp_path / "answers.jsonl")), tmp_path)
    assert (again.n, again.stopped) == (2, "")
    assert [one.rank for one in again.rows["v1"][0]] == [one.rank for one in whole.rows["v1"][0]]
    assert again.numbers() == whole.numbers()


def test_what_it_costs_is_said_before_and_the_report_is_marked(tmp_path: Path) -> None:
    judge = AgenticJudge(ScriptedModel(), quotes=False)
    assert f"judging 4 lines: at most {3 * ASKED} calls" in announced(rows(), ITEMS, "any", judge, ScriptedModel())
    table = Table("films", 2, rows(), checker(), 0, judged(ScriptedModel([*GOOD, *FALSE, *FAIR]), tmp_path))
    report = ReasonsReport((table,), 0, "abc", 1.0)
    write_report(report, tmp_path)
    text = (tmp_path / "reasons.md").read_text("utf-8")
    assert MARK in text
    assert "| row | " + " | ".join(SEVEN) in text
    kept = json.loads((tmp_path / "reasons.json").read_text("utf-8"))["tables"][0]["judged"]
    assert (kept["by"], kept["n"], kept["rows"]["v1"]["lines"]) == (MARK, 2, 10)
    assert kept["rows"]["template"]["passes"]["mean"] == pytest.approx(1.0)
