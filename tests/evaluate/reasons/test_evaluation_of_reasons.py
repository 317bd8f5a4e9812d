"""Rows of lines with a scripted model: what is measured, what falls back, and that kept answers ask nothing again."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from intently.config import Config
from intently.errors import BadRequest, ModelUnavailable
from intently.evaluate.reasons.cases import Asked, ItemCase
from intently.evaluate.reasons.making import ItemLines, Maker, template_lines, template_without
from intently.evaluate.reasons.report import ReasonsReport, Table
from intently.evaluate.reasons.rows import choose_rows
from intently.evaluate.reasons.write import write_audit, write_report
from intently.evaluate.understanding.answers import Answers
from intently.evaluate.understanding.silent import SilentModel
from intently.explain.diversity import diversity
from intently.explain.evidence import evidence_of
from intently.language import Model, ScriptedModel
from tests.explain.world import LIKING, SPEC, checker, item

GOOD = ("A quiet thief plans one last robbery", "The captain chases him in Marseille",
        "You liked “Heat”, here is a thief",
        "The old harbour and the police captain", "A funny slasher with Jean Reno")  # fmt: skip
BAD = "A brave dragon wins nine awards"


def cases(texts: tuple[str, ...] = ("f1", "f2")) -> list[ItemCase]:
    """Two films; the second one is about something else."""
    found = []
    for name in texts:
        film = item() if name == "f1" else item(title="Moss", text="A gardener grows moss on stones.", facets={})
        film = film.model_copy(update={"item_id": name})
        evidence = evidence_of(SPEC, film, LIKING)
        found.append(ItemCase(name, tuple(Asked(f"u{n}", LIKING, evidence) for n in range(5))))
    return found


def maker(row: str, model: Model, out: Path) -> Maker:
    answers = Answers(out / f"{row}.jsonl")
    return Maker(row, model.with_calls(answers), answers, checker(), Config(home=out), "films", datetime.now(UTC))


def made(row: str, out: Path, lines: tuple[str, ...] = GOOD) -> ItemLines:
    """The first film's lines. Prompts of one item are alike, so that a small change keeps each call apart."""
    model = ScriptedModel(list(lines))
    case = cases()[0]
    apart = tuple(
        replace(one, evidence=evidence_of(SPEC, item(text=item().text + f" Word{n}."), LIKING))
        for n, one in enumerate(case.asked)
    )
    return maker(row, model, out).make(ItemCase("f1", apart))


def test_lines_that_stand_are_shown_and_where_nothing_stands_the_template_speaks(tmp_path: Path) -> None:
    lines = made("v1", tmp_path, (*GOOD[:4], BAD)).lines
    assert [line.text for line in lines[:4]] == list(GOOD[:4])
    assert [line.fallback for line in lines] == [False] * 4 + [True]
    assert "heists that go wrong" in lines[4].text


def test_measures_of_known_lines(tmp_path: Path) -> None:
    table = Table("films", 1, {"v1": (made("v1", tmp_path, (*GOOD[:4], BAD)),)}, checker(), 0)
    numbers = {name: float(values[0]) for name, values in table.measured["v1"].items()}
    shown = [line.text for line in table.rows["v1"][0].lines]
    assert numbers["diversity"] == pytest.approx(diversity(shown))
    assert numbers["fall-backs"] == pytest.approx(1 / 5)
    assert numbers["support"] == pytest.approx(4 / 5)
    assert numbers["clauses cut"] == pytest.approx(1 / 6)  # six clauses, of which the dragon's is one
    assert numbers["deletion"] == 1.0
    assert numbers["tokens out"] > 0


def test_the_templates_line_is_another_without_its_evidence_and_one_that_names_the_wrong_piece_is_not() -> None:
    first = template_lines(cases()[0])
    wrong = replace(first.lines[0], evidence=(("event", "e2"),))  # it names the interest, and rests on it
    rows = {"template": (first, ItemLines("f1", (first.lines[0], wrong, wrong, wrong)))}
    table = Table("films", 2, rows, checker(), 0)
    assert table.measured["template"]["deletion"].tolist() == [1.0, 0.25]
    assert template_without("f1", first.lines[0]).count("Heat") == 1  # it goes on to what was liked
    assert np.isnan(table.measured["template"]["elsewhere"]).all()


def test_lines_of_one_item_do_not_stand_elsewhere(tmp_path: Path) -> None:
    other = template_lines(cases()[1])
    table = Table("films", 2, {"v1": (made("v1", tmp_path), other)}, checker(), 0)
    assert table.measured["v1"]["elsewhere"][0] == 0.0


def test_answers_that_are_kept_are_not_asked_for_again(tmp_path: Path) -> None:
    asked = cases()[0].asked[:1]
    first = maker("v1", ScriptedModel([GOOD[0]]), tmp_path).make(ItemCase("f1", asked))
    answers = Answers(tmp_path / "v1.jsonl")
    again = Maker("v1-free", SilentModel(answers), answers, checker(), Config(home=tmp_path), "films",
                  datetime.now(UTC)).make(ItemCase("f1", asked))  # fmt: skip
    assert again.lines[0].text == first.lines[0].text
    with pytest.raises(ModelUnavailable):
        Maker("v2", SilentModel(answers), answers, checker(), Config(home=tmp_path), "films",
              datetime.now(UTC)).make(ItemCase("f1", asked))  # fmt: skip


def test_a_report_compares_rows_by_item_and_writes_an_audit(tmp_path: Path) -> None:
    alike = (GOOD[0], "A quiet thief plans one robbery", *GOOD[2:])
    rows = {"v1": (made("v1", tmp_path),), "v1-free": (made("v1-free", tmp_path, alike),)}
    report = ReasonsReport((Table("films", 1, rows, checker(), 0),), 0, "abc", 1.0)
    ratio = report.tables[0].ratios()["diversity: V1, words not held / V1, one step"]
    values = report.tables[0].measured
    assert ratio.mean == pytest.approx(values["v1-free"]["diversity"][0] / values["v1"]["diversity"][0])
    assert ratio.mean < 1
    write_report(report, tmp_path / "written")
    assert "V1, one step" in (tmp_path / "written" / "reasons.md").read_text("utf-8")
    assert write_audit(report, "v1", tmp_path / "audit.jsonl") == 5
    line = json.loads((tmp_path / "audit.jsonl").read_text("utf-8").splitlines()[0])
    assert line["line"] in GOOD
    assert line["rests_on"]
    assert line["told"]


def test_an_unknown_row_is_refused_with_those_there_are() -> None:
    assert choose_rows(()) == ("template", "v1", "v2")
    with pytest.raises(BadRequest, match="there are template, v1, v2"):
        choose_rows(("v3",))
