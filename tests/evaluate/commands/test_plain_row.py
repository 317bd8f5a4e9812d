"""The one-prompt parser as a row: what it read bounds and orders the slate; what it could not read changes nothing."""

import json

import pytest

from intently.errors import ModelTimeout
from intently.evaluate.commands.baselines.one_prompt import PlainCondition
from intently.evaluate.commands.baselines.plain_row import PlainParser, catalogue_facets, grounded
from intently.evaluate.commands.case import Case, Ground
from intently.language import ScriptedModel
from tests.evaluate.commands.conftest import NOTHING


def _answer(positive: list[dict[str, object]], negative: list[dict[str, object]] | None = None) -> str:
    return json.dumps({"positive": positive, "negative": negative or [], "forget": []})


def test_bounds_and_negatives_hold_and_positives_come_first(film_ground: Ground, film_case: Case):
    answer = _answer([{"field": "year", "min": 1990, "max": 1999}, {"field": "genre", "value": "comedy"}],
                     [{"field": "genre", "value": "Romances"}])  # fmt: skip
    conversation = PlainParser(ScriptedModel([answer])).start(film_ground, film_case)
    conversation.open()
    shown = conversation.say("a comedy of the 90s, no romance", NOTHING)
    rows = [film_ground.rows[item_id] for item_id in shown.item_ids]
    assert all(1990 <= row["year"] <= 1999 and "Romance" not in row["genres"] for row in rows)
    assert all("Comedy" in row["genres"] for row in rows)
    assert not set(shown.item_ids) & film_ground.seen[film_case.user_id]


def test_the_state_is_kept_from_command_to_command(film_ground: Ground, film_case: Case):
    answers = [_answer([{"field": "genre", "value": "Western"}]), _answer([{"field": "year", "max": 1970}])]
    conversation = PlainParser(ScriptedModel(answers)).start(film_ground, film_case)
    conversation.open()
    conversation.say("a western", NOTHING)
    rows = [film_ground.rows[item_id] for item_id in conversation.say("older than 1971", NOTHING).item_ids]
    assert all(row["year"] <= 1970 for row in rows)
    assert sum("Western" in row["genres"] for row in rows) == 10


def test_a_value_that_no_facet_knows_is_searched_for(film_ground: Ground, film_case: Case):
    answer = _answer([{"field": "text", "value": "Limehouse prizefighting father"}])
    conversation = PlainParser(ScriptedModel([answer])).start(film_ground, film_case)
    conversation.open()
    assert conversation.say("x", NOTHING).item_ids[0] == "1"


def test_a_command_that_the_model_did_not_read_leaves_the_slate_and_says_so(film_ground: Ground, film_case: Case):
    conversation = PlainParser(ScriptedModel([ModelTimeout("too slow")])).start(film_ground, film_case)
    before = conversation.open().item_ids
    shown = conversation.say("no horror", NOTHING)
    assert shown.item_ids == before
    assert "too slow" in shown.failed


@pytest.mark.parametrize(("field", "value"), [("genre", "quantum"), ("text", "Drama"), ("mood", "Drama")])
def test_only_a_value_of_the_named_facet_is_grounded(field: str, value: str, film_ground: Ground):
    snapshot = film_ground.engine.worlds.current.world.snapshot
    assert grounded(snapshot, PlainCondition(field=field, value=value)) is None


def test_the_prompt_is_told_the_most_frequent_values_first(film_ground: Ground):
    facets = {facet.name: facet for facet in catalogue_facets(film_ground)}
    assert facets["genre"].values[:2] == ("Drama", "Comedy")
    assert facets["minutes"].values == ()
    assert facets["minutes"].unit == "minutes"
