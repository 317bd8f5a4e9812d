"""Measures on sessions made by hand."""

import json
from pathlib import Path

import numpy as np
import pytest

from intently.errors import BadRequest
from intently.evaluate.commands.case import Ground, Wanted
from intently.evaluate.commands.measures import measure, ratio_of, values_of
from intently.evaluate.commands.play import Round, Session, stale_items
from intently.evaluate.commands.report import CommandsReport, Table
from intently.evaluate.commands.trajectories import append_session, filter_sessions, read_sessions
from intently.evaluate.metrics import paired_ratio
from intently.evaluate.oracle import Condition, Oracle


def round_of(**changes: object) -> Round:
    plain: dict[str, object] = {
        "command": "a comedy", "act": "ask", "item_ids": ("1",), "rank": 0, "hard": 1.0, "soft": 0.5, "facets": 0.5,
        "qualify": 60, "violations": None, "stale": None, "by": "grammar", "seconds": 0.1, "tokens": (0, 0, 0),
        "failed": "",
    }  # fmt: skip
    return Round(**{**plain, **changes})  # type: ignore[arg-type]


def session_of(*rounds: Round, passed: bool = False, case: str = "c", scenario: str = "MR") -> Session:
    return Session(case, "ours", "ours", scenario, "50-200", "visible", "follow", "t", passed, rounds)


PASSED = session_of(round_of(), round_of(rank=1), passed=True)
FAILED = session_of(round_of(item_ids=(), hard=0.0), round_of(violations=2), case="d")


def test_a_failed_session_counts_all_rounds():
    assert values_of([PASSED, FAILED], "rounds").tolist() == [2.0, 5.0]
    assert measure([PASSED, FAILED], "pass").mean == 0.5


def test_rank_one_is_full_ndcg_and_no_rank_is_none():
    assert values_of([PASSED, FAILED], "ndcg@10").tolist() == [1.0, 0.0]
    assert values_of([PASSED, FAILED], "recall@10").tolist() == [1.0, 0.0]


def test_an_empty_slate_counts_only_where_ten_items_qualify():
    few = session_of(round_of(item_ids=(), qualify=9), round_of())
    assert values_of([FAILED, few], "empty").tolist() == [0.5, 0.5]
    assert values_of([FAILED, few], "empty of 10").tolist() == [0.5, 0.0]


def test_violations_are_of_ten_places_and_only_where_something_was_refused():
    assert measure([PASSED, FAILED], "violations").mean == pytest.approx(2 / 10)


def test_recovery_is_the_first_round_after_the_drift_with_nothing_stale_and_every_bound_held():
    before = [round_of(), round_of()]
    second = session_of(*before, round_of(stale=3), round_of(stale=0), scenario="MRID")
    never = session_of(*before, round_of(stale=3), round_of(stale=0, hard=0.9), round_of(stale=1), scenario="MRID")
    assert values_of([second, never, PASSED], "recovery")[:2].tolist() == [2.0, 4.0]
    assert np.isnan(values_of([PASSED], "recovery")[0])


def test_ratios_are_of_the_same_people():
    assert ratio_of([PASSED, PASSED], [PASSED, FAILED]).mean == 2.0
    same = paired_ratio(np.array([1.0, 0.0, 1.0]), np.array([1.0, 0.0, 1.0]), 0)
    assert (same.mean, same.low, same.high) == (1.0, 1.0, 1.0)
    assert paired_ratio(np.array([1.0]), np.array([0.0]), 0).mean == float("inf")


def test_a_stale_item_meets_what_was_dropped_and_nothing_that_is_meant():
    rows = {"old": {"genres": ["Comedy"]}, "both": {"genres": ["Comedy", "Drama"]}, "neither": {"genres": ["War"]}}
    ground = Ground("g", None, Oracle(rows), rows, {}, {})  # type: ignore[arg-type]
    comedy = Wanted(Condition("genre", ("Comedy",)), False, "facet", "Comedy")
    drama = Wanted(Condition("genre", ("Drama",)), False, "facet", "Drama")
    assert stale_items(ground, ["old", "both", "neither"], [drama], [comedy]) == 1


def test_trajectories_come_back_as_they_were_written_and_a_torn_line_is_dropped(tmp_path: Path):
    file = tmp_path / "sessions.jsonl"
    for session in (PASSED, FAILED):
        append_session(file, session)
    with file.open("a") as lines:
        lines.write('{"case_id": "torn')
    assert read_sessions(file) == [PASSED, FAILED]
    assert read_sessions(file) == [PASSED, FAILED]


def test_trajectories_are_filtered_by_outcome():
    found = {outcome: list(filter_sessions([PASSED, FAILED], outcome)) for outcome in ("passed", "empty", "valid")}
    assert found == {"passed": [PASSED], "empty": [FAILED], "valid": [PASSED]}
    assert list(filter_sessions([PASSED, FAILED], "violated")) == [FAILED]
    assert not list(filter_sessions([PASSED], "passed", "hidden"))
    with pytest.raises(BadRequest, match="unheard"):
        list(filter_sessions([PASSED], "unheard"))


def test_a_report_is_json_and_a_figure_of_nothing_is_null_in_it():
    table = Table("films", "MR", 2, {"ours": (PASSED, FAILED)})
    report = json.loads(json.dumps(CommandsReport((table,), 0, "c0ffee", 1.0).json(), allow_nan=False))
    ours = report["tables"][0]["rows"]["ours"]
    assert ours["pass"]["mean"] == 0.5
    assert ours["stale"] == {"mean": None, "low": None, "high": None}
