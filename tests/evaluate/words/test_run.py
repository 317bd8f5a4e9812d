"""A run that was cut off goes on: no answer of the model is asked for twice; and a limit is a fair sample."""

import json
from pathlib import Path

import pytest

from intently.config import load_config
from intently.errors import BadRequest, ModelTimeout
from intently.evaluate.commands.baselines.one_prompt import PlainCondition, PlainReading
from intently.evaluate.words import readers
from intently.evaluate.words.kept import KeptCalls
from intently.evaluate.words.metrics import share
from intently.evaluate.words.plain import PlainReader, changes_of
from intently.evaluate.words.rates import rates
from intently.evaluate.words.readers import FullReader, GrammarReader
from intently.evaluate.words.report import WordsReport
from intently.evaluate.words.run import labelled, read_turns, reading
from intently.evaluate.words.turns import Turn
from intently.language import ScriptedModel
from tests.evaluate.words.made import films

GROUND = films()
HARD = "a story which my dear grandmother would have adored on rainy winter sundays by the old kitchen stove"
TURNS = [Turn(str(number), f"comedy {number}") for number in range(20)]


def test_an_answer_is_kept_and_not_asked_for_again(tmp_path: Path):
    file, turn = tmp_path / "calls.jsonl", Turn("1", HARD)
    model = ScriptedModel(["+ rainy winter sundays"], calls := KeptCalls(file))
    first = FullReader(model, calls, None).read(turn, GROUND)
    assert (first.asked, first.by, first.complete) == (1, "model", False)
    again = KeptCalls(file)
    silent = ScriptedModel([], again)  # an unscripted call fails
    second = FullReader(silent, again, None).read(turn, GROUND)
    assert second.changes == first.changes
    assert (second.tokens_new, second.tokens_out) == (first.tokens_new, first.tokens_out)


def test_a_line_that_was_cut_off_is_asked_again_and_the_others_are_kept(tmp_path: Path):
    file = tmp_path / "calls.jsonl"
    model = ScriptedModel(["+ rainy winter sundays"], calls := KeptCalls(file))
    FullReader(model, calls, None).read(Turn("1", HARD), GROUND)
    file.write_text(file.read_text("utf-8") + '{"hash": "cut', "utf-8")
    assert KeptCalls(file).kept == 1
    assert file.read_text("utf-8").endswith("}\n")


def test_a_model_that_fails_is_said_and_is_asked_again_later(tmp_path: Path):
    calls = KeptCalls(tmp_path / "calls.jsonl")
    heard = FullReader(ScriptedModel([ModelTimeout("slow")], calls), calls, None).read(Turn("1", HARD), GROUND)
    assert heard.failed == "ModelTimeout"
    assert not (tmp_path / "calls.jsonl").exists()


def test_a_turn_that_breaks_the_parser_is_a_row_and_is_counted(monkeypatch: pytest.MonkeyPatch):
    def broken(*given: object) -> None:
        raise IndexError("no such place")

    monkeypatch.setattr(readers, "read_exact", broken)
    turn = Turn("1", "no horror")
    heard = GrammarReader().read(turn, GROUND)
    assert heard.failed == "IndexError"
    assert [one.value.mean for one in rates("all", [(turn, heard)], 0) if one.name == "failed"] == [1]


def test_what_the_grammar_reads_whole_is_not_asked():
    calls = KeptCalls(Path("unused"))
    heard = FullReader(ScriptedModel([], calls), calls, None).read(Turn("1", "no horror"), GROUND)
    assert (heard.complete, heard.asked, heard.by) == (True, 0, "grammar")


def test_the_first_turns_are_the_same_however_many_are_read_and_another_seed_draws_others():
    def keys(limit: int | None, seed: int = 0) -> list[str]:
        heard = read_turns(TURNS, GrammarReader(), GROUND, seed=seed, limit=limit)
        return [turn.key for turn, _ in heard]

    assert keys(5) == keys(None)[:5]
    assert sorted(keys(None), key=int) == [turn.key for turn in TURNS]
    assert keys(None, seed=1) != keys(None)


def test_a_budget_that_is_used_up_ends_the_run_after_the_turn_at_hand_and_says_so():
    said: list[str] = []
    heard = read_turns(TURNS, GrammarReader(), GROUND, seed=0, deadline=0.0, say=said.append)
    assert len(heard) == 1
    assert said == ["1 of 20 turns: the budget of minutes is used up; run again to go on"]


def test_an_unknown_reader_is_an_error_that_names_the_known_ones(tmp_path: Path):
    with pytest.raises(BadRequest, match="grammar, full, one-prompt"), reading("best", load_config(), None, GROUND):
        pass


# ------------------------------------------------------------------------------------------------ the plain parser
def test_the_plain_parsers_conditions_are_told_as_changes():
    read = PlainReading(
        positive=(
            PlainCondition(field="genre", value="Comedy"),
            PlainCondition(field="year", min=1990, max=1999),
            PlainCondition(field="text", value="cosy"),
            PlainCondition(field="text", value="Copper Moon"),
        ),
        negative=(PlainCondition(field="year", max=1980), PlainCondition(field="text", value="Paper Wolves")),
    )
    made = changes_of(read, GROUND, ("Paper Wolves (2011)",))
    assert [(one.polarity, one.facet, one.relation, one.value) for one in made] == [
        ("want", "genre", "is", ["Comedy"]),
        ("want", "year", "between", {"low": 1990.0, "high": 1999.0}),
        ("want", None, "like", {"text": "cosy"}),
        ("want", None, "like", {"item_id": "1"}),
        ("avoid", "year", "at_most", 1980.0),
        ("avoid", None, "like", {"item_id": "shown 1"}),
    ]


def test_the_plain_parser_is_asked_for_every_turn_and_kept(tmp_path: Path):
    calls = KeptCalls(tmp_path / "calls.jsonl")
    answer = json.dumps({"positive": [{"field": "genre", "value": "Comedy"}], "negative": []})
    reader = PlainReader(ScriptedModel([answer], calls), calls, GROUND, None)
    heard = reader.read(TURNS[0], GROUND)
    assert (heard.complete, heard.by, heard.asked, calls.kept) == (False, "model", 1, 1)


def test_a_figure_of_nothing_is_null_in_json():
    nothing = share("all", "x", [], "turns", 0)
    report = WordsReport("s", "grammar", 0, 0, 0, "c", "", 0.0, (nothing,), "")
    assert report.json()["measures"][0]["value"] == {"mean": None, "low": None, "high": None}
    assert report.value("x").n == 0


def test_turns_of_some_labels_alone_are_read_and_an_unknown_label_is_told():
    turns = [Turn("1", "older", gold=frozenset({"CRI-A"})), Turn("2", "hi", gold=frozenset({"OTH", "NRE"}))]
    assert labelled(turns, ("NRE", "CRI-A")) == turns
    assert [turn.key for turn in labelled(turns, ("OTH",))] == ["2"]
    assert labelled(turns, ()) == turns
    with pytest.raises(BadRequest, match=r"no label 'CRI-X'; it has CRI-A, NRE, OTH"):
        labelled(turns, ("CRI-X",))
    with pytest.raises(BadRequest, match="not labelled with words"):
        labelled(TURNS, ("OTH",))
