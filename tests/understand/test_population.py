"""Many people: who comes first, what is announced, what is asked again, what a failure and a spent budget leave."""

import fcntl
import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from intently.cli import app
from intently.config import UnderstandConfig, load_config
from intently.engine import Engine
from intently.engine.store import open_store
from intently.journal import Activity
from intently.language import Budget
from intently.nouns import Event
from intently.understand import gain_per_token, ordered
from tests.stand_in import StandIn
from tests.understand.population_world import NAME, make_store

PEOPLE = 12
NOW = datetime(2026, 11, 20, tzinfo=UTC)
SETTINGS = UnderstandConfig()


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    with StandIn() as one:
        yield one


@pytest.fixture
def world(tmp_path: Path, stand_in: StandIn) -> Iterator[SimpleNamespace]:
    """A store of twelve people, open, whose model is the stand-in with three calls in flight."""
    config = make_store(tmp_path / "home", PEOPLE)
    config = load_config(env={}, home=config.home, language={"url": stand_in.url, "in_flight": 3})
    with Engine(NAME, config=config) as engine:
        yield SimpleNamespace(engine=engine, population=engine.population, config=config)


@pytest.fixture
def run(tmp_path: Path, stand_in: StandIn, monkeypatch: pytest.MonkeyPatch) -> Callable[..., SimpleNamespace]:
    """A function: `intently understand …` on such a store, as a person runs it."""
    config = make_store(tmp_path / "home", PEOPLE)
    monkeypatch.setenv("INTENTLY_HOME", str(config.home))
    monkeypatch.setenv("INTENTLY_LLM_URL", stand_in.url)

    def of(*arguments: str) -> SimpleNamespace:
        done = CliRunner().invoke(app, ["understand", *arguments, "--store", NAME])
        error = getattr(done.exception, "exit_code", None)
        return SimpleNamespace(code=error or done.exit_code, out=done.stdout, err=done.stderr, error=done.exception)

    return of


def _person(user_id: str, events: int, days_ago: float, fresh: int = 0, understood: float | None = None) -> Activity:
    seen = None if understood is None else NOW - timedelta(days=understood)
    return Activity(user_id, events, fresh, NOW - timedelta(days=days_ago), seen)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (_person("a", 40, 2), _person("b", 40, 90)),  # who is still here, before who left
        (_person("a", 40, 2), _person("b", 40, 2, 0, 3)),  # who was never understood, before who was
        (_person("a", 40, 2, 20, 3), _person("b", 40, 2, 1, 3)),  # of whom more is new
        (_person("a", 40, 2, 0, 30), _person("b", 40, 2, 0, 3)),  # whose understanding is older
        (_person("a", 20, 2), _person("b", 3, 2)),  # of whom there is something to say
        (_person("a", 30, 2), _person("b", 30, 2)),  # ties: by id
    ],
)
def test_who_gains_more_for_a_token_comes_first(first: Activity, second: Activity) -> None:
    assert ordered([second, first], "gain", NOW, SETTINGS) == [first, second]


def test_the_gain_of_a_person_who_was_never_understood_is_the_formula_of_the_docs() -> None:
    person = _person("a", 30, 30)
    by_time = SETTINGS.model_copy(update={"pipeline": "v1"})
    assert gain_per_token(person, NOW, by_time) == pytest.approx(0.5 * 1 * (30 / 40) / (800 + 12 * 30))
    assert gain_per_token(person, NOW, SETTINGS) == pytest.approx(0.5 * 1 * (30 / 40) / (800 + 180))  # v2's digest


def test_nobody_gains_from_an_understanding_that_is_new_and_complete() -> None:
    assert gain_per_token(_person("a", 30, 1, 0, 0), NOW, SETTINGS) == 0


def test_the_other_orders_are_by_the_newest_event_and_by_the_length_of_the_history() -> None:
    short, old = _person("short", 5, 1), _person("old", 50, 40)
    assert ordered([old, short], "recent", NOW, SETTINGS) == [short, old]
    assert ordered([short, old], "history", NOW, SETTINGS) == [old, short]


def test_the_journal_counts_what_is_new_since_the_last_understanding(world: SimpleNamespace) -> None:
    journal = world.engine.store.journal
    before = {one.user_id: one for one in journal.activities(["rating"], datetime.now(UTC))}
    assert len(before) == PEOPLE
    events = journal.events_of("p003")
    assert before["p003"] == Activity("p003", len(events), len(events), events[-1].time, None)
    world.population.run(world.population.plan(["p003"]))
    now = datetime.now(UTC)
    journal.append([Event(user_id="p003", kind="rating", item_id="1", value=9, time=now)])
    (after,) = [one for one in journal.activities(["rating"], now) if one.user_id == "p003"]
    assert (after.events, after.fresh, after.newest) == (len(events) + 1, 1, now)
    assert after.understood is not None


def test_everybody_is_understood_with_the_calls_in_flight_that_the_settings_allow(
    world: SimpleNamespace, stand_in: StandIn
) -> None:
    stand_in.delay = 0.05
    plan = world.population.plan()
    report = world.population.run(plan)
    assert sorted(report.done) == sorted(plan.user_ids) == [f"p{n:03}" for n in range(PEOPLE)]
    assert stand_in.most == 3
    assert all(world.engine.understanding(user_id).time == plan.as_of for user_id in plan.user_ids)


def test_what_is_announced_for_all_is_counted_on_few_and_is_at_least_what_it_costs(world: SimpleNamespace) -> None:
    exact = world.population.plan()
    budget = Budget()
    world.population.run(exact, budget)
    assert exact.counted == PEOPLE
    assert 0 < budget.spent.tokens_out <= exact.estimate.tokens_out
    assert budget.spent.calls <= exact.estimate.calls * 2  # each may be asked once more
    assert exact.estimate.seconds is None  # nothing is known of this endpoint's speed yet
    world.engine.store.journal.append(
        [Event(user_id=f"p{n:03}", kind="rating", item_id=str(n), value=9, time=datetime.now(UTC)) for n in range(3)]
    )
    again = world.population.plan()
    assert 0 < again.estimate.calls < exact.estimate.calls / 2  # of three people out of twelve
    assert again.estimate.seconds is not None


def test_of_many_people_a_sample_is_counted(world: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = world.population.plan().estimate
    monkeypatch.setattr("intently.engine.population.COUNTED", 6)
    plan = world.population.plan()
    assert plan.counted == 6
    assert plan.estimate.calls == pytest.approx(whole.calls, rel=0.2)
    assert plan.estimate.tokens_in == pytest.approx(whole.tokens_in, rel=0.2)
    assert "taken from 6 of them" in str(plan)


def test_only_who_changed_is_asked_about_again_and_all_when_it_is_time(
    world: SimpleNamespace, stand_in: StandIn
) -> None:
    world.population.run(world.population.plan())
    asked = stand_in.answered
    report = world.population.run(world.population.plan())
    assert len(report.unchanged) == PEOPLE
    assert stand_in.answered == asked
    event = Event(user_id="p005", kind="rating", item_id="2", value=10, time=datetime.now(UTC))
    world.engine.store.journal.append([event])
    plan = world.population.plan()
    assert plan.user_ids[0] == "p005"
    assert world.population.run(plan).done == ("p005",)
    settings = world.config.understand.model_copy(update={"refresh_days": 1e-9})
    with Engine(NAME, config=world.config.model_copy(update={"understand": settings})) as engine:
        assert len(engine.population.run(engine.population.plan()).done) == PEOPLE


def test_a_person_with_too_little_history_is_neither_tried_nor_a_failure(world: SimpleNamespace) -> None:
    now = datetime.now(UTC)
    journal = world.engine.store.journal
    journal.append([Event(user_id="new", kind="rating", item_id=str(n), value=9, time=now) for n in range(2)])
    journal.append([Event(user_id="sour", kind="rating", item_id=str(n), value=2, time=now) for n in range(5)])
    report = world.population.run(world.population.plan())
    assert report.thin == ("sour",)
    assert (len(report.done), report.failed) == (PEOPLE, ())


def test_a_budget_ends_the_batch_with_what_is_done_and_the_next_run_goes_on(run, stand_in: StandIn) -> None:
    some = run("--all", "--tokens", "12000", "--yes", "--json")
    report = json.loads(some.out)
    assert some.code == 0
    assert "12,000 tokens is used up" in report["stopped"]
    assert 0 < len(report["understood"]) < PEOPLE
    assert report["left"] == PEOPLE - len(report["understood"])
    assert report["failed"] == {}
    first = stand_in.answered
    rest = run("--all", "--yes", "--json")
    assert "the rest of a batch begun at" in rest.err
    second = json.loads(rest.out)
    assert second["as_of"] == report["as_of"]
    assert sorted(second["understood"] + report["understood"]) == [f"p{n:03}" for n in range(PEOPLE)]
    assert stand_in.answered == len(stand_in.asked) > first  # nothing twice


def test_a_named_person_in_between_does_not_end_the_batch_that_waits_to_go_on(run) -> None:
    begun = json.loads(run("--all", "--tokens", "12000", "--yes", "--json").out)
    run("p001", "p002", "--yes")
    assert json.loads(run("--all", "--yes", "--json").out)["as_of"] == begun["as_of"]


def test_a_failure_is_a_row_and_the_exit_code_says_so(run, stand_in: StandIn, tmp_path: Path) -> None:
    stand_in.refusals = [(400, None)]
    done = run("--all", "--yes", "--in-flight", "1")
    assert done.code == 1
    assert "11 understood, 1 failed" in done.out
    (failed,) = [line for line in done.err.splitlines() if line.startswith("failed: ")]
    assert "refused the call (400" in failed
    journal = open_store(load_config(env={}, home=tmp_path / "home"), NAME).journal
    (row,) = [row for row in journal.failures() if row.stage == "understand"]
    journal.close()
    assert row.user_id == failed.split(": ")[1]
    assert row.error_type == "ModelError"


def test_a_batch_ends_when_no_model_answers_any_more(world: SimpleNamespace, stand_in: StandIn, monkeypatch) -> None:
    monkeypatch.setattr("intently.language.backoff.TRIES", 1)
    stand_in.refusals = [(503, None)] * 1000
    report = world.population.run(world.population.plan())
    assert "no model answered for 5 people in a row" in report.stopped
    assert len(report.failed) < PEOPLE
    assert report.left == PEOPLE - len(report.failed)


def test_an_unforeseen_error_of_one_person_is_a_row_too(world: SimpleNamespace, monkeypatch) -> None:
    before = world.engine.understander.understand

    def understand(user_id, progress, **more):
        if user_id == "p004":
            raise KeyError("a bug")
        return before(user_id, progress, **more)

    monkeypatch.setattr(world.engine.understander, "understand", understand)
    report = world.population.run(world.population.plan())
    assert (report.failed, len(report.done)) == (("p004",), PEOPLE - 1)
    (row,) = [row for row in world.engine.store.journal.failures() if row.user_id == "p004"]
    assert row.error_type == "KeyError"


def test_progress_is_said_in_lines_where_there_is_no_terminal_and_a_summary_at_the_end(run) -> None:
    done = run("--sample", "5", "--yes")
    announced, *lines = done.err.splitlines()
    assert re.match(r"5 people, \d\d calls, about ", announced)
    assert lines[-1].startswith("5 of 5 people, ")
    summary = done.out.splitlines()
    assert summary[0] == "5 understood"
    assert "tokens/s" in summary[1]


def test_progress_on_a_terminal_is_a_bar_that_is_gone_at_the_end(run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # for rich: there is a terminal
    monkeypatch.setattr("intently.understand.batch.TICK_SECONDS", 0.05)
    done = run("--sample", "5", "--yes")
    assert done.code == 0
    assert "5 of 5 people" in done.err
    assert "tokens/s" in done.err
    assert done.out.startswith("5 understood")


def test_one_person_is_shown_with_what_was_found(run) -> None:
    done = run("p001", "--yes")
    assert done.code == 0
    assert "interest  " in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 2, "say whom"),
        (["p001", "--all"], 2, "say whom"),
        (["--all", "--order", "luck"], 2, "it may be gain, recent, history"),
        (["nobody"], 3, "'nobody' has done nothing"),
    ],
)
def test_what_cannot_be_done_is_said_with_the_mend(run, arguments: list[str], code: int, said: str) -> None:
    done = run(*arguments)
    assert done.code == code
    assert said in str(done.error)


def test_two_batches_of_one_store_do_not_run_at_once(run, tmp_path: Path) -> None:
    with open(tmp_path / "home" / NAME / "understanding.lock", "a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run("--all", "--yes")
    assert done.code == 5
    assert "another batch understands people" in str(done.error)
