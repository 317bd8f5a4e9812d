"""benchmarks/measure_turns.py counts what ended, what began and what has the wrong sign."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from intently.errors import DataError
from intently.feed.parser.context import Parsed
from intently.nouns import Change

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "measure_turns.py"


@pytest.fixture(scope="module")
def turns() -> ModuleType:
    spec = importlib.util.spec_from_file_location("measure_turns", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["measure_turns"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def outcome(turns, to_end=(), to_begin=(), ended=(), begun=(), changes=(), complete=True):
    made = [tuple(turns.gold(*said) for said in group) for group in (to_end, to_begin, ended, begun)]
    return turns.Outcome(*made, Parsed(tuple(changes), complete))


COMEDY, WESTERN, NO_COMEDY = ("+", "genre", "Comedy"), ("+", "genre", "Western"), ("-", "genre", "Comedy")


def test_one_drop_met_and_one_wish_missed_are_counted_apart(turns):
    verdict = turns.judge(outcome(turns, to_end=[COMEDY], to_begin=[WESTERN], ended=[COMEDY]))
    assert (verdict.ends.right, verdict.ends.got, verdict.ends.gold) == (1, 1, 1)
    assert (verdict.wishes.right, verdict.wishes.got, verdict.wishes.gold) == (0, 0, 1)
    assert (verdict.exact, verdict.wrong_sign) == (False, False)


def test_an_ended_wish_that_is_forbidden_has_the_wrong_sign_unless_that_was_meant(turns):
    forbidden = outcome(turns, to_end=[COMEDY], ended=[COMEDY], begun=[NO_COMEDY])
    meant = outcome(turns, to_end=[COMEDY], to_begin=[NO_COMEDY], ended=[COMEDY], begun=[NO_COMEDY])
    assert turns.judge(forbidden).wrong_sign
    assert (turns.judge(meant).wrong_sign, turns.judge(meant).exact) == (False, True)


def test_an_ended_wish_that_is_asked_for_once_more_has_the_wrong_sign(turns):
    again = Change(op="add", polarity="want", facet="genre", relation="is", value=["Comedy"], quote="comedies")
    assert turns.judge(outcome(turns, to_end=[COMEDY], changes=[again])).wrong_sign


def test_totals_are_sums_over_sentences(turns):
    good = outcome(turns, to_end=[COMEDY], to_begin=[WESTERN], ended=[COMEDY], begun=[WESTERN])
    missed = outcome(turns, to_end=[COMEDY], complete=False)
    kept = outcome(turns, to_begin=[WESTERN], ended=[COMEDY], begun=[WESTERN])
    totals = turns.summary([turns.judge(one) for one in (good, missed, kept)])
    assert totals["drop"] == {"p": 0.5, "r": 0.5, "f1": 0.5, "n": 2}  # 1 of 2 that ended, 1 of 2 that should have
    assert totals["add"] == {"p": 1.0, "r": 1.0, "f1": 1.0, "n": 2}
    assert (totals["exact"], totals["alone"], totals["exact_of_alone"]) == (0.333, 0.667, 0.5)
    assert (totals["nothing_to_drop"], totals["of_those_nothing_dropped"]) == (1, 0)


def test_bounds_are_the_same_within_one_and_open_ends_stay_open(turns):
    nineties, bounds = turns.gold("+", "year", "1990..1999"), ("1990..2000", "1990..", "1992..1999")
    assert [turns.near(nineties, turns.gold("+", "year", bound)) for bound in bounds] == [True, False, False]


def test_a_sentence_is_played_by_the_real_grammar_on_the_demo_films(turns):
    turn = turns.Turn(
        id="1", in_force=(("+", "must", "genre", "Comedy"), ("+", "prefer", "minutes", "..90")),
        text="a western instead of a comedy", drop=(COMEDY,), add=(WESTERN,),
    )  # fmt: skip
    played = turns.play(turn)
    assert [atom.facet for atom in (*played.ended, *played.begun)] == ["genre", "genre"]
    assert turns.judge(played).exact


def test_faults_of_the_unread_half_are_refused(turns, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["measure_turns.py", "--half", "b", "--show"])
    with pytest.raises(SystemExit) as ended:
        turns.main()
    assert ended.value.code == 2
    assert "pass --half a, or leave --show out" in capsys.readouterr().err


def test_a_line_that_is_no_turn_is_named(turns, tmp_path):
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "1", "text": "a western"}\n')
    with pytest.raises(DataError, match=r"a\.jsonl:1: not a turn"):
        turns.read_turns(path)
