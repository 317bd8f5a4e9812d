"""Grounds hold no event of a target; cases are drawn from raw columns and are the same under one seed."""

from pathlib import Path

import pytest

from intently.config import Config
from intently.errors import BadRequest, DataError, NotFound
from intently.evaluate.commands.case import Case, Ground
from intently.evaluate.commands.draw import bucket_of, draw_cases
from intently.evaluate.commands.grounds import Prepared, prepare_ground
from intently.evaluate.commands.run import Asked, run_commands_evaluation
from intently.evaluate.commands.source import source_names
from intently.evaluate.commands.trajectories import read_sessions
from intently.evaluate.commands.wants import POOL_LEAST


@pytest.fixture(scope="module")
def cases(prepared: Prepared, ground: Ground) -> dict[str, list[Case]]:
    return {name: draw_cases(prepared, ground, name, 18, 3) for name in ("SR", "MR", "MRID")}  # type: ignore[arg-type]


def test_no_target_is_in_the_log_of_its_person(prepared: Prepared, ground: Ground):
    journal = ground.engine.store.journal
    for user, targets in list(prepared.held.targets.items())[:50]:
        events = journal.events_of(user, kinds=ground.engine.spec.history_kinds)
        assert not {event.item_id for event in events} & set(targets)
        assert not ground.seen[user] & set(targets)
        assert len(ground.liked[user]) >= 2


def test_times_are_as_they_were_and_averages_of_all_ratings_are_not_there(ground: Ground):
    assert ground.as_of.year == 2013
    assert "rating" not in ground.engine.spec.facets
    assert "year" in ground.engine.spec.facets


def test_every_condition_is_met_by_its_target_and_by_fifty_unseen_items(ground: Ground, cases):
    for case in (case for drawn in cases.values() for case in drawn):
        for goal in case.goals:
            conditions = [want.condition for want in goal.conditions]
            assert not ground.oracle.broken([goal.target], conditions)
            unseen = set(ground.oracle.meeting(*conditions)) - ground.seen[case.user_id]
            assert len(unseen) == goal.pool >= POOL_LEAST


def test_bounds_and_refusals_are_hard_and_wishes_are_not(cases):
    wants = [want for drawn in cases.values() for case in drawn for goal in case.goals for want in goal.conditions]
    for want in wants:
        bound = want.condition.low is not None or want.condition.high is not None
        assert want.hard == (bound or want.condition.avoid)
    assert 0.15 <= sum(want.origin != "facet" for want in wants) / len(wants) <= 0.45


def test_a_drift_leads_to_another_target_that_breaks_the_old_goal(ground: Ground, cases):
    assert len(cases["MRID"]) == 18
    for case in cases["MRID"]:
        old, new = case.goals
        assert old.target != new.target
        assert ground.oracle.broken([new.target], [want.condition for want in old.conditions])


def test_one_seed_draws_the_same_cases_and_a_longer_run_begins_with_them(prepared, ground, cases):
    assert draw_cases(prepared, ground, "MR", 6, 3) == cases["MR"][:6]
    assert draw_cases(prepared, ground, "MR", 6, 4) != cases["MR"][:6]


def test_both_halves_of_the_templates_are_spoken(cases):
    assert {case.split for case in cases["MR"]} == {"visible", "hidden"}
    assert {case.behaviour for case in cases["MR"]} >= {"follow", "waver", "impatient"}


def test_buckets_by_size():
    assert [bucket_of(size) for size in (50, 199, 200, 999, 1000)] == [
        "50-200",
        "50-200",
        "200-1,000",
        "200-1,000",
        "more",
    ]


def test_a_missing_folder_of_data_says_what_to_pass(ground_config: Config, tmp_path: Path):
    with pytest.raises(BadRequest, match="--data FOLDER"):
        prepare_ground("movies-ml100k", None, ground_config)
    with pytest.raises(DataError, match="--data FOLDER"):
        prepare_ground("movies-ml100k", tmp_path, ground_config)
    with pytest.raises(NotFound, match="demo-movies"):
        prepare_ground("nowhere", None, ground_config)
    assert "demo-movies" in source_names()


def test_a_run_plays_every_row_over_the_same_people_and_goes_on_where_it_was(prepared, ground_config, out: Path):
    rows = ("ours", "popularity", "true-random")
    asked = Asked(scenarios=("MR", "MRID"), rows=rows, sessions=5, seed=3)
    report = run_commands_evaluation(asked, out, ground_config)
    assert [(table.scenario, table.n) for table in report.tables] == [("MR", 5), ("MRID", 5)]
    people = [{session.case_id for session in sessions} for sessions in report.tables[0].rows.values()]
    assert people[0] == people[1] == people[2]
    ceiling = [one for session in report.tables[0].rows["true-random"] for one in session.rounds]
    assert all(one.hard in (None, 1.0) and one.soft in (None, 1.0) for one in ceiling)
    lines = {file: file.read_text() for file in out.glob("*.jsonl")}
    again = run_commands_evaluation(asked, out, ground_config)
    assert {file: file.read_text() for file in out.glob("*.jsonl")} == lines
    assert again.tables[0].rows == report.tables[0].rows
    assert len(read_sessions(next(iter(lines)))) == 5


def test_rows_that_ask_the_model_are_refused_without_it(ground_config: Config, out: Path):
    with pytest.raises(BadRequest, match="--model"):
        run_commands_evaluation(Asked(rows=("ours-model",)), out, ground_config)
    with pytest.raises(BadRequest, match="there is no row"):
        run_commands_evaluation(Asked(rows=("theirs",)), out, ground_config)
