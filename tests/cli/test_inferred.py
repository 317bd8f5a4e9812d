"""Verbs about what was inferred, and the reports over all people: what they print, and the mend that errors tell.

A real store and its real engine; a scripted model understood ann before, and no verb here asks one.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from intently.cli import app
from intently.config import Config
from intently.engine import Engine
from intently.errors import IntentlyError
from tests.engine.inferred_world import NAME, make_films, opened

Run = Callable[..., tuple[str, str]]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Films that ann rated, and nobody understood yet."""
    return make_films(tmp_path / "files", personas=2, tags=4)


@pytest.fixture
def run(config: Config) -> Run:
    """A function: run `intently` with these arguments, which must end with this code; its stdout and stderr."""

    def of(*arguments: str, code: int = 0) -> tuple[str, str]:
        env = {"INTENTLY_HOME": str(config.home), "COLUMNS": "200", "NO_COLOR": "1"}
        done = CliRunner().invoke(app, [*arguments, "--store", NAME], env=env)
        error = done.exception
        found, said = done.exit_code, done.stderr
        if isinstance(error, IntentlyError):
            found, said = error.exit_code, said + str(error)
        assert found == code, f"{done.stdout[-1000:]} {said[-2000:]} {error!r}"
        return done.stdout, said

    return of


@pytest.fixture
def understood(config: Config) -> None:
    with opened(config) as (engine, _):
        engine.understand("ann")


def _places(text: str, *told: str) -> list[int]:
    places = [text.find(one) for one in told]
    assert -1 not in places, (told[places.index(-1)], text)
    return places


@pytest.mark.usefixtures("understood")
def test_show_leads_from_events_over_personas_to_tags_the_calls_and_what_was_left_out(run: Run) -> None:
    out, error = run("show", "ann")
    places = _places(
        out, "by v2", "persona solver of cases", "rating 9  Picture 6", "tag museum jewel theft", "tag Heist",
        "persona trader at sea", "rating 9  Picture 2", "tag polar voyage", "calls of the model", "left out",
        "'lighthouse crew': there are enough without it",
    )  # fmt: skip
    assert places == sorted(places)
    assert error == ""
    assert "p-" not in out


@pytest.mark.usefixtures("understood")
def test_show_says_who_named_a_strand_who_shares_it_and_who_checked_it(run: Run, config: Config) -> None:
    with Engine(NAME, config=config, model=False) as engine:
        row = engine.understanding("ann")
        labels = {"spontaneous": "code", "strong": "nobody"}
        shared = row.interests[0].model_copy(update={"text": "old cases", "listed": True, "verdicts": labels})
        notes = {**row.notes, "personas_by_code": ["trader at sea"]}
        made = replace(row, interests=(shared,), notes=notes, time=datetime.now(UTC))
        engine.store.journal.put_understanding(made)
    out, _ = run("show", "ann")
    assert "persona trader at sea  named by code\n" in out
    assert "interest old cases  shared with other people, spontaneous (by code), strong (by nobody)\n" in out
    assert "persona solver of cases\n" in out


@pytest.mark.usefixtures("understood")
def test_show_of_a_call_prints_the_history_that_was_told_and_the_answer(run: Run) -> None:
    trace = json.loads(run("show", "ann", "--json")[0])
    assert [strand["text"] for strand in trace["strands"]] == ["solver of cases", "trader at sea"]
    told, _, answer = run("show", "ann", "--call", trace["asked"][0]["call_hash"][:12])[0].partition("\n\n")
    assert told.splitlines()[:2] == [
        "Heist | Picture 6; Picture 5; Picture 4",
        "Sea | Picture 2; Picture 1; Picture 0",
    ]
    assert answer == "a: solver of cases\nb: trader at sea\n"


@pytest.mark.usefixtures("understood")
def test_show_of_a_call_says_so_where_the_history_cannot_be_shown_as_it_was(run: Run, config: Config) -> None:
    with Engine(NAME, config=config, model=False) as engine:
        item = engine.item("f6")
        engine.put_item(item.model_copy(update={"title": "Another title"}))
    call = json.loads(run("show", "ann", "--json")[0])["asked"][0]["call_hash"]
    out, _ = run("show", "ann", "--call", call)
    assert out.startswith("The history cannot be shown as it was told")
    assert "Another title" not in out
    assert json.loads(run("show", "ann", "--call", call, "--json")[0])["history"] == ""


def test_show_of_who_was_not_understood_says_how_to_ask_for_it(run: Run) -> None:
    assert "Nothing was inferred about this person yet. Ask for it: intently understand" in run("show", "ann")[0]


@pytest.mark.usefixtures("understood")
def test_what_is_disowned_is_printed_gone_from_show_and_reclaimed_by_its_id(run: Run) -> None:
    strand = next(
        one for one in json.loads(run("show", "ann", "--json")[0])["strands"] if one["text"] == "trader at sea"
    )
    assert strand["strand_id"] in run("show", "ann", "--ids")[0]
    said, _ = run("disown", "persona", strand["strand_id"], "--user", "ann")
    disowned_id, _, text = said.partition("  ")
    assert text == "not them: trader at sea\n"
    gone, _ = run("show", "ann")
    assert "persona trader at sea" not in gone
    assert f"{disowned_id}  trader at sea" in gone
    assert "'polar voyage': you said that 'trader at sea' is not you" in gone
    assert run("reclaim", disowned_id, "--user", "ann")[0] == ""
    assert "persona trader at sea" in run("show", "ann")[0]


@pytest.mark.usefixtures("understood")
def test_a_tag_is_disowned_alone_and_json_lists_all_that_is(run: Run) -> None:
    tag = json.loads(run("show", "ann", "--json")[0])["strands"][0]["wants"][0]
    (kept,) = json.loads(run("disown", "tag", tag["tag_id"], "--user", "ann", "--json")[0])
    assert kept["text"] == tag["text"] == "museum jewel theft"
    assert json.loads(run("reclaim", kept["disowned_id"], "--user", "ann", "--json")[0]) == []


@pytest.mark.usefixtures("understood")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("show", "ann", "--call", "0123456789abcdef"), 3, "see what was asked"),
        (("disown", "persona", "p-nobody", "--user", "ann"), 3, "look at what was inferred"),
        (("disown", "tag", "t-nothing", "--user", "ben"), 3, "no tag 't-nothing' is in force for this person"),
        (("disown", "mood", "x", "--user", "ann"), 2, "'mood' is not one of"),
        (("disown", "tag", "x"), 2, "Missing option '--user'"),
        (("reclaim", "d-nothing", "--user", "ann"), 3, "the list of what was inferred has the ids"),
        (("report", "unmet", "--least-people", "0"), 2, "--least-people"),
    ],
)
def test_what_is_not_there_ends_with_its_code_and_the_mend(
    run: Run, arguments: tuple[str, ...], code: int, said: str
) -> None:
    out, error = run(*arguments, code=code)
    assert said in " ".join(error.replace("│", " ").split())
    assert out == ""


def test_a_report_of_a_store_in_which_nobody_was_understood_says_so(run: Run) -> None:
    assert run("report", "understood")[0] == "0 people are understood\n"
    assert "nobody was understood yet: intently understand" in run("report", "unmet")[0]
    assert json.loads(run("report", "unmet", "--json")[0]) == {"unmet": []}


@pytest.mark.usefixtures("understood")
def test_report_understood_counts_people_pipelines_what_is_due_and_how_much_there_is(run: Run, config: Config) -> None:
    _understand_ben(config, days_ago=20)
    out, _ = run("report", "understood")
    assert out.splitlines() == [
        "2 people are understood: 1 by v2, 1 by v1",
        "1 of them 14 days ago or more, and due at the next batch",
        "interests  1.0 a person, 0 to 2, median 1; 0% of them shared by others",
        "personas   1.0 a person, 0 to 2, median 1",
        "tags       2.5 a person, 1 to 4, median 2.5; 33% of them find an item",
    ]
    told: dict[str, Any] = json.loads(run("report", "understood", "--json")[0])
    assert (told["people"], told["due"], told["pipelines"]) == (2, 1, {"v1": 1, "v2": 1})


@pytest.mark.usefixtures("understood")
def test_report_unmet_prints_what_most_people_want_first_and_leaves_out_wants_of_few(run: Run, config: Config) -> None:
    _understand_ben(config)
    lines = run("report", "unmet")[0].splitlines()
    assert lines == ["   2 people  polar voyage  (nearest item 0.31; also: the polar voyages)"]
    assert json.loads(run("report", "unmet", "--json")[0])["unmet"][0]["wordings"] == [
        "polar voyage",
        "the polar voyages",
    ]
    nobody, _ = run("report", "unmet", "--least-people", "3")
    assert nobody.startswith("every tag of everybody finds an item")


def _understand_ben(config: Config, days_ago: float = 0) -> None:
    """Ben wants one of ann's tags in other words; it was looked up and finds nothing; another of ann's does."""
    with Engine(NAME, config=config, model=False) as engine:
        journal = engine.store.journal
        row = engine.understanding("ann")
        assert row is not None
        looked_up = {"polar voyage": (0, 0.21), "museum jewel theft": (3, 0.6)}
        tags = [
            tag.model_copy(
                update=dict(zip(("found", "best_similarity"), looked_up.get(tag.text, (0, 0.0)), strict=True))
            )
            for tag in row.tags
        ]
        journal.put_understanding(replace(row, tags=tuple(tags), time=datetime.now(UTC)))
        polar = next(tag for tag in tags if tag.text == "polar voyage")
        other = polar.model_copy(update={"tag_id": "t-2", "text": "the polar voyages", "best_similarity": 0.31})
        at = datetime.now(UTC) - timedelta(days=days_ago)
        journal.put_understanding(
            replace(row, user_id="ben", pipeline="v1", interests=(), personas=(), tags=(other,), time=at)
        )
