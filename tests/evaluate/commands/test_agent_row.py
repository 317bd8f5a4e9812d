"""The agent: one plan a turn, SQL that can only read, a profile in which a new like cancels an old dislike."""

import json
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.errors import BadRequest, ModelTimeout
from intently.evaluate.commands.baselines import sql_filter
from intently.evaluate.commands.baselines.agent import MAX_TURNS, Agent
from intently.evaluate.commands.baselines.profile import Profile
from intently.evaluate.commands.baselines.sql_filter import SqlTable
from intently.evaluate.commands.case import Case, Ground
from intently.language import ScriptedModel
from tests.evaluate.commands.conftest import NOTHING

ROWS = {
    "a": {"title": "Moss", "year": 1994, "genres": ["Drama", "War"], "avg_rating": 9.1},
    "b": {"title": "Kite", "year": 2004, "genres": ["Comedy"], "avg_rating": 2.0},
    "c": {"title": "Fog", "year": None, "genres": [], "avg_rating": 5.0},
}


@pytest.fixture
def table() -> Iterator[SqlTable]:
    table = SqlTable(ROWS)
    yield table
    table.close()


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("year >= 2000", ["b"]),
        ("genres LIKE '%war%' AND year BETWEEN 1990 AND 1999", ["a"]),
        ("genres NOT LIKE '%War%'", ["b", "c"]),
        ("length(title) = 3", ["c"]),
        ("year IS NULL -- a comment", ["c"]),
    ],
)
def test_sql_selects_items_by_their_raw_columns(table: SqlTable, condition: str, found: list[str]):
    assert table.select(condition) == found


@pytest.mark.parametrize(
    "condition",
    [
        "1=1); DELETE FROM items WHERE (1=1",
        "1=1); DROP TABLE items; SELECT (1",
        "1=1) UNION SELECT name FROM sqlite_master WHERE (1=1",
        "item_id IN (SELECT name FROM sqlite_master)",
        "(SELECT load_extension('x'))",
        "1=1); PRAGMA query_only = OFF; SELECT (1",
        "1=1); ATTACH DATABASE '/tmp/intently-sql.db' AS other; SELECT (1",
        "hex(zeroblob(100000000)) = 'a'",
        "avg_rating > 3",
        "nonsense ~~ 3",
        "x" * 2000,
        "title = '\0'",
    ],
)
def test_sql_that_is_no_reading_of_this_table_is_refused_and_changes_nothing(table: SqlTable, condition: str):
    with pytest.raises(BadRequest):
        table.select(condition)
    assert table.select("1=1") == ["a", "b", "c"]


def test_the_connection_itself_cannot_write(table: SqlTable):
    with pytest.raises(Exception, match=r"readonly|not authorized|prohibited"):
        table._connection.execute("DELETE FROM items")


def test_sql_that_does_not_end_is_stopped(table: SqlTable, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sql_filter, "TIMEOUT_SECONDS", 0.2)
    endless = " AND ".join(f"EXISTS (SELECT 1 FROM items x{i}, items y{i}, items z{i} WHERE x{i}.year > y{i}.year)"
                           for i in range(2))  # fmt: skip
    deep = "(SELECT count(*) FROM " + ", ".join(f"items t{i}" for i in range(24)) + ") > 1"
    assert table.select(endless) == ["a", "b", "c"]
    began = time.monotonic()
    with pytest.raises(BadRequest, match="took longer than"):
        table.select(deep)
    assert time.monotonic() - began < 5


def test_columns_that_are_averages_or_ids_are_not_in_the_table(table: SqlTable):
    assert [column.name for column in table.columns] == ["title", "year", "genres"]


IDS = st.lists(st.sampled_from("abcd"), max_size=4)


@given(IDS, IDS, IDS, IDS)
def test_an_item_is_never_both_liked_and_unwanted(
    like: list[str], unwanted: list[str], more: list[str], fewer: list[str]
):
    profile = Profile(history=("h",)).updated(like, unwanted).updated(more, fewer)
    assert not set(profile.like) & set(profile.unwanted)
    assert set(fewer) <= set(profile.unwanted)
    assert profile.history == ("h",)


def test_a_new_like_cancels_an_old_dislike_and_the_reverse():
    profile = Profile().updated((), ("a", "b")).updated(("a",), ())
    assert profile == Profile(like=("a",), unwanted=("b",))
    assert profile.updated((), ("a",)) == Profile(unwanted=("b", "a"))


def _plan(**keys: object) -> str:
    return json.dumps({"filter": "", "like": [], "unwanted": [], "rank": "", "less": "", **keys})


def test_the_filter_of_a_plan_bounds_the_slate_and_seen_items_stay_out(film_ground: Ground, film_case: Case):
    agent = Agent(ScriptedModel([_plan(filter="year BETWEEN 1990 AND 1999 AND genres LIKE '%Comedy%'")]))
    conversation = agent.start(film_ground, film_case)
    conversation.open()
    shown = conversation.say("a comedy from the 90s", NOTHING)
    rows = [film_ground.rows[item_id] for item_id in shown.item_ids]
    assert all(1990 <= row["year"] <= 1999 and "Comedy" in row["genres"] for row in rows)
    assert not set(shown.item_ids) & film_ground.seen[film_case.user_id]
    assert shown.tokens_out > 0
    assert shown.failed == ""


def test_a_plan_ranks_by_words_and_lets_others_sink(film_ground: Ground, film_case: Case):
    conversation = Agent(ScriptedModel([_plan(rank="Limehouse prizefighting father")])).start(film_ground, film_case)
    conversation.open()
    assert conversation.say("x", NOTHING).item_ids[0] == "1"


def test_a_broken_filter_is_sent_back_once_with_the_error_then_left_out_and_counted(
    film_ground: Ground, film_case: Case
):
    model = ScriptedModel([_plan(filter="colour = 'red'"), _plan(filter="colour = 'blue'")])
    agent = Agent(model)
    conversation = agent.start(film_ground, film_case)
    before = conversation.open().item_ids
    shown = conversation.say("red", NOTHING)
    assert "no such column: colour" in model.prompts[1].messages[-1].text
    assert shown.item_ids == before
    assert agent.counts == {"plans": 1, "conditions left out": 1}


def test_a_mended_filter_is_used_and_counted(film_ground: Ground, film_case: Case):
    agent = Agent(ScriptedModel([_plan(filter="colour = 'red'"), _plan(filter="year = 1994")]))
    conversation = agent.start(film_ground, film_case)
    conversation.open()
    shown = conversation.say("1994", NOTHING)
    assert {film_ground.rows[item_id]["year"] for item_id in shown.item_ids} == {1994}
    assert agent.counts == {"plans": 1, "conditions mended": 1}


@pytest.mark.parametrize("answers", [["Certainly!", "Sure!"], [ModelTimeout("too slow")]])
def test_a_plan_that_is_none_leaves_the_slate_and_is_counted(
    answers: list[str | ModelTimeout], film_ground: Ground, film_case: Case
):
    agent = Agent(ScriptedModel(answers))
    conversation = agent.start(film_ground, film_case)
    before = conversation.open().item_ids
    shown = conversation.say("anything", NOTHING)
    assert shown.item_ids == before
    assert shown.failed
    assert agent.counts == {"plans": 1, "plans broken": 1}


def test_a_buffer_too_small_is_filled_with_the_best_others_and_counted(film_ground: Ground, film_case: Case):
    agent = Agent(ScriptedModel([_plan(filter="title = 'Broken Blossoms'")]))
    conversation = agent.start(film_ground, film_case)
    conversation.open()
    shown = conversation.say("Broken Blossoms", NOTHING).item_ids
    assert shown[0] == "1"
    assert len(set(shown)) == 10
    assert agent.counts["buffers too small"] == 1


def test_the_agent_is_asked_five_times_and_no_more(film_ground: Ground, film_case: Case):
    model = ScriptedModel([_plan(rank=f"word {turn}") for turn in range(MAX_TURNS)])
    conversation = Agent(model).start(film_ground, film_case)
    conversation.open()
    shown = [conversation.say(f"say {turn}", NOTHING) for turn in range(MAX_TURNS + 1)]
    assert len(model.prompts) == MAX_TURNS
    assert shown[-1] == shown[-2]


def test_the_next_prompt_names_the_earlier_commands_and_the_filter_in_force(film_ground: Ground, film_case: Case):
    model = ScriptedModel([_plan(filter="year > 1990", rank="dogs"), _plan()])
    conversation = Agent(model).start(film_ground, film_case)
    conversation.open()
    conversation.say("newer than 1990, with dogs", NOTHING)
    conversation.say("hm", NOTHING)
    last = model.prompts[1].messages[-1].text
    assert 'Earlier: "newer than 1990, with dogs"\nFilter in force: "year > 1990"\nRanked by: "dogs"\nShown: [' in last
