"""The command line as programs use it: shapes on stdout, everything else on stderr, exit codes that tell."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from intently.cli import app, main
from intently.config import Config

SLATE = {"feed_id", "as_of", "items", "removed", "relaxations", "notices", "cursor"}
ITEM = {"item_id", "title", "position", "score", "parts", "reason", "source", "channel", "propensity"}
CHANGE = {"op", "target", "polarity", "strength", "facet", "matches", "relation", "value", "scope", "quote"}


@pytest.fixture
def run(demo_config: Callable[..., Config], monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """A function: run `intently` with these arguments on the demo films and give back its stdout."""
    monkeypatch.setenv("INTENTLY_HOME", str(demo_config("films").home))
    monkeypatch.setenv("INTENTLY_LANGUAGE_ENABLED", "false")

    def of(*arguments: str, stdin: str = "") -> str:
        done = CliRunner().invoke(app, list(arguments), input=stdin, catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return done.stdout

    return of


def test_feed_prints_the_slate_of_semantics_1(run: Callable[..., str]) -> None:
    slate = json.loads(run("feed", "--user", "12", "--json"))
    assert set(slate) == SLATE
    assert set(slate["items"][0]) == ITEM
    assert [item["position"] for item in slate["items"]] == list(range(1, 11))


def test_say_prints_changes_memory_version_feed_by_and_notices(run: Callable[..., str]) -> None:
    said = json.loads(run("say", "no horror", "--user", "12", "--json", "--no-model"))
    assert {"changes", "memory", "memory_version", "feed", "by", "notices"} <= set(said)
    assert set(said["changes"][0]) == CHANGE
    assert said["by"] == "grammar"
    assert said["memory_version"] == 1
    assert set(said["feed"]) == SLATE


def test_a_sentence_may_come_from_standard_input(run: Callable[..., str]) -> None:
    said = json.loads(run("say", "-", "--user", "12", "--json", stdin="no horror\n"))
    assert said["memory"][0]["quote"] == "horror"


def test_the_memory_lasts_between_commands_and_undo_takes_the_last_one_back(run: Callable[..., str]) -> None:
    run("say", "no horror", "--user", "12", "--json")
    run("say", "something funny", "--user", "12", "--json")
    assert len(json.loads(run("memory", "--user", "12", "--json"))["memory"]) == 2
    assert len(json.loads(run("undo", "--user", "12", "--json"))["memory"]) == 1
    assert len(json.loads(run("restore", "2", "--user", "12", "--json"))["memory"]) == 2


def test_a_preference_is_revised_dropped_and_every_version_is_listed_and_looked_at(run: Callable[..., str]) -> None:
    run("say", "under 100 minutes", "--user", "12", "--json")
    (held,) = json.loads(run("memory", "--user", "12", "--json"))["memory"]
    (moved,) = json.loads(run("revise", held["id"], "--user", "12", "--value", "90", "--scope", "always", "--json"))[
        "memory"
    ]
    assert (moved["value"], moved["scope"]["kind"]) == (90, "always")
    assert json.loads(run("drop", held["id"], "--user", "12", "--seen", "2", "--json"))["memory"] == []
    versions = json.loads(run("memory", "--user", "12", "--versions"))
    assert [(row["version"], row["made_by"]) for row in versions] == [(3, "delete"), (2, "revise"), (1, "command")]
    assert versions[2]["text"] == "under 100 minutes"
    assert json.loads(run("memory", "--user", "12", "--version", "2", "--json"))["memory"] == [moved]
    run("undo", "--user", "12", "--json")
    assert json.loads(run("reset", "--user", "12", "--seen", "4", "--json"))["memory"] == []


def test_a_preview_tells_people_and_programs_what_would_change(run: Callable[..., str]) -> None:
    would = json.loads(run("say", "no horror", "--user", "12", "--preview", "--json"))["would"]
    assert [held["quote"] for held in would["come"]] == ["horror"]
    assert set(would) == {"come", "go", "items_come", "items_leave"}
    assert "+ avoid “horror”" in run("say", "no horror", "--user", "12", "--preview")
    assert json.loads(run("memory", "--user", "12", "--json"))["version"] == 0


def test_nothing_is_proposed_to_who_put_nothing_away(run: Callable[..., str]) -> None:
    assert json.loads(run("proposals", "--user", "12", "--json")) == {"proposals": []}


def parsed(run: Callable[..., str], *lines: dict[str, Any] | str) -> list[dict[str, Any]]:
    stdin = "\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines) + "\n"
    return [json.loads(line) for line in run("parse", "--json", "--no-model", stdin=stdin).splitlines()]


def test_parse_answers_line_by_line_and_stores_nothing(run: Callable[..., str]) -> None:
    answers = parsed(run, {"command": "no horror"}, {"command": "under 100 minutes"})
    assert [set(answer) >= {"changes", "by", "seconds"} for answer in answers] == [True, True]
    assert [answer["changes"][0]["facet"] for answer in answers] == ["genre", "minutes"]
    assert json.loads(run("memory", "--user", "12", "--json")) == {"version": 0, "memory": []}


def test_parse_reads_against_the_memory_and_slate_of_the_line(run: Callable[..., str]) -> None:
    kept = {
        "id": "p1", "polarity": "want", "strength": "must", "facet": "minutes", "relation": "at_most", "value": 100,
        "quote": "under 100 minutes", "command_id": "c1",
    }  # fmt: skip
    slate = [{"item_id": "931", "title": "Pulp Fiction"}, {"item_id": "2", "title": "The Kid"}]
    forget, like = parsed(
        run,
        {"command": "forget the running time", "memory": [kept]},
        {"command": "more like the second one", "slate": slate},
    )
    assert (forget["changes"][0]["op"], forget["changes"][0]["facet"]) == ("retract", "minutes")
    assert like["changes"][0]["value"] == {"item_id": "2"}


def test_parse_says_what_is_wrong_with_a_line_and_goes_on(run: Callable[..., str]) -> None:
    answers = parsed(run, "not json", {"memory": []}, {"command": ""}, {"command": "no horror"})
    assert ["error" in answer for answer in answers] == [True, True, True, False]
    assert "line 1" in answers[0]["error"]


def test_why_not_and_similar_answer_for_an_item(run: Callable[..., str]) -> None:
    run("say", "no horror", "--user", "12", "--json")
    answer = json.loads(run("why-not", "3173", "--user", "12", "--json"))
    assert answer["outcome"] == "removed"
    assert len(json.loads(run("similar", "3173", "--json"))["items"]) == 10


def test_a_feed_is_replayed(run: Callable[..., str]) -> None:
    feed_id = json.loads(run("feed", "--user", "12", "--json"))["feed_id"]
    assert json.loads(run("replay", feed_id, "--json"))["same"] is True


def test_export_and_erase_reach_everything(run: Callable[..., str]) -> None:
    run("say", "something cosy", "--user", "new", "--json")
    assert "something cosy" in run("export", "--user", "new")
    assert json.loads(run("erase", "--user", "new", "--yes"))["counts"]
    assert "something cosy" not in run("export", "--user", "new")


def test_init_and_import_make_a_store_of_anybodys_files(run: Callable[..., str], tmp_path: Path) -> None:
    items, events, catalog = tmp_path / "items.csv", tmp_path / "events.csv", tmp_path / "catalog.toml"
    items.write_text("sku,name,price,colour\n1,Tea mug,4.50,blue\n2,Coffee mug,5.50,red\n3,Plate,3.00,blue\n", "utf-8")
    events.write_text("user,sku,date\n7,1,2026-01-05T10:00:00Z\n7,2,2026-01-06T10:00:00Z\n", "utf-8")
    run("init", str(items), str(events), "--out", str(catalog))
    done = json.loads(run("import", str(catalog), "--store", "mine", "--json"))
    assert (done["items"], done["events"], done["already_imported"]) == (3, 2, False)
    assert json.loads(run("import", str(catalog), "--store", "mine", "--json"))["already_imported"] is True
    said = json.loads(run("say", "something blue under 4", "--user", "9", "--store", "mine", "--json"))
    assert [item["item_id"] for item in said["feed"]["items"]] == ["3"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["feed", "--user", "1", "--store", "nowhere"], 3, "intently import"),
        (["import", "no-such.toml", "--store", "mine"], 2, "intently init"),
        (["import", "no-such.toml", "--store", "UP"], 2, "cannot"),
        (["say", "x " * 3000, "--user", "12"], 2, "characters"),
        (["why-not", "no such item", "--user", "12"], 3, "no such item"),
        (["replay", "no-such-feed"], 3, "trace"),
    ],
)
def test_our_errors_are_one_line_on_stderr_and_an_exit_code(
    run: Callable[..., str], arguments: list[str], code: int, words: str,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr("sys.argv", ["intently", *arguments])
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    with pytest.raises(SystemExit) as ended:
        main()
    captured = capsys.readouterr()
    assert ended.value.code == code
    assert captured.err.startswith("intently: ")
    assert words in captured.err
    assert "Traceback" not in captured.err
    assert captured.out == ""
