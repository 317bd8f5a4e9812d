"""What no pipeline names: what the person disowned, whose place theirs gets; what they had lately; makers."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from intently.catalog.schema import parse_spec
from intently.config import load_config
from intently.journal import Journal
from intently.language import ScriptedModel
from intently.nouns import Event
from intently.understand import understand_user
from intently.understand.kinds import kind_tags
from intently.understand.pipelines import make_pipeline
from intently.understand.pool import Pool
from intently.understand.run import Run, prepare
from tests.understand.worlds import NOW, TOML, ByWord, snapshot, spec

INTERESTS = json.dumps(
    {"interests": [{"items": [3, 4], "interest": "locked-room murder"}, {"items": [1, 2], "interest": "trade at sea"}]}
)
FOUR = json.dumps({"tags": [{"interest": 1, "tags": ["polar voyage", "pirate race", "lost harbour", "reef dive"]}]})
MIXED = "polar voyage\nisland race\nsnow train\nstorm crew"
SAID = "the person said that it is not them"


@pytest.fixture(autouse=True)
def _one_call_after_the_other(monkeypatch) -> None:
    monkeypatch.setattr(ScriptedModel, "embedded", property(lambda self: True))


def _disown(journal: Journal, *texts: str) -> None:
    journal.append([Event(user_id="ann", kind="disown", query=text, time=NOW - timedelta(hours=1)) for text in texts])


def _world(journal: Journal, tmp_path: Path, **settings):
    settings = {"pipeline": "v1", "interests": 2, "tags": 4, "personas": 2, "spare": 1, "kinds": 0, **settings}
    config = load_config(env={}, home=tmp_path, understand=settings)
    return {"journal": journal, "spec": spec(), "snapshot": snapshot(), "config": config, "as_of": NOW}


def _run(journal: Journal, tmp_path: Path, script=(), **settings) -> Run:
    return prepare("ann", model=ScriptedModel(script), **_world(journal, tmp_path, **settings))


def test_a_disowned_interest_gets_no_tags_asked_and_the_others_get_its_places(journal, tmp_path):
    _disown(journal, "murders in a locked room")
    model = ScriptedModel([INTERESTS, FOUR])
    row = understand_user("ann", model=model, encoder=ByWord(), **_world(journal, tmp_path))
    assert [one.text for one in row.interests] == ["trade at sea"]
    assert row.notes["refused"] == [["interests", f"'locked-room murder': {SAID}"]]
    assert "Name 4 tags for each" in model.prompts[1].messages[-1].text
    assert len(row.tags) == 4


def test_an_understanding_is_made_anew_when_something_was_disowned_and_when_it_was_taken_back(journal, tmp_path):
    world = _world(journal, tmp_path)
    tags = json.dumps({"tags": [{"interest": 1, "tags": ["manor murder", "jewel theft"]},
                                {"interest": 2, "tags": ["polar voyage", "pirate race"]}]})  # fmt: skip
    first = understand_user("ann", model=ScriptedModel([INTERESTS, tags]), encoder=None, **world)
    later = [NOW + timedelta(hours=hours) for hours in (1, 2, 3)]
    journal.append([Event(user_id="ann", kind="disown", query="locked-room murder", time=later[0])])
    model = ScriptedModel([FOUR])  # the interests are known: only tags in place of the others are asked for
    second = understand_user("ann", model=model, encoder=None, **world | {"as_of": later[1]})
    assert [tag.text for tag in second.tags] == ["polar voyage", "pirate race", "lost harbour", "reef dive"]
    journal.append([Event(user_id="ann", kind="reclaim", query="locked-room murder", time=later[1])])
    third = understand_user("ann", model=ScriptedModel([]), encoder=None, **world | {"as_of": later[2]})
    assert [tag.text for tag in third.tags] == [tag.text for tag in first.tags]


def test_tags_that_served_what_was_disowned_are_not_named_for_something_else(journal, tmp_path):
    world = _world(journal, tmp_path) | {"as_of": NOW - timedelta(hours=2)}
    tags = json.dumps({"tags": [{"interest": 1, "tags": ["manor murder", "jewel theft"]},
                                {"interest": 2, "tags": ["polar voyage", "pirate race"]}]})  # fmt: skip
    understand_user("ann", model=ScriptedModel([INTERESTS, tags]), encoder=None, **world)
    _disown(journal, "locked-room murder")
    run = _run(journal, tmp_path, ["the jewel theft\npolar voyage\nisland race\nsnow train"])
    assert [tag.text for tag in make_pipeline("one-prompt").reason(run, lambda step: None).tags] == [
        "polar voyage", "island race", "snow train",
    ]  # fmt: skip


EVERY = pytest.mark.parametrize(
    ("pipeline", "script"),
    [("one-prompt", [MIXED]), ("routes", [MIXED] * 4), ("v2-no-planner", [MIXED]),
     ("v2", ["b: trader at sea\na: solver of cases", "polar voyage\nisland race", "snow train\nstorm crew"]),
     ("v1", [INTERESTS, FOUR.replace("reef dive", "island race"), FOUR.replace("polar voyage", "far islands")])],
)  # fmt: skip


@EVERY
def test_no_pipeline_names_a_disowned_tag_in_whatever_words(journal, tmp_path, pipeline, script):
    _disown(journal, "islands race")
    run = _run(journal, tmp_path, script)
    tags = [tag.text for tag in make_pipeline(pipeline).reason(run, lambda step: None).tags]
    assert "polar voyage" in tags
    assert "island race" not in tags
    assert ("tags", f"'island race': {SAID}") in run.refused


@EVERY
def test_no_pipeline_names_what_the_person_had_in_the_past_month(journal, tmp_path, pipeline, script):
    asked = {"island race": timedelta(days=3), "polar voyages": timedelta(days=31)}
    journal.append([Event(user_id="ann", kind="search", query=text, time=NOW - ago) for text, ago in asked.items()])
    run = _run(journal, tmp_path, script)
    tags = [tag.text for tag in make_pipeline(pipeline).reason(run, lambda step: None).tags]
    assert "polar voyage" in tags  # a month ago is long ago
    assert "island race" not in tags
    assert ("tags", "'island race': the person had it in the past month") in run.refused


BRANDED = parse_spec(TOML.replace('column = "kind"', 'column = "kind"\nnames = true'), "t")


@EVERY
def test_no_pipeline_names_a_maker(journal, tmp_path, pipeline, script):
    run = _run(journal, tmp_path, [answer.replace("island race", "sea race") for answer in script])
    tags = [tag.text for tag in make_pipeline(pipeline).reason(replace(run, spec=BRANDED), lambda step: None).tags]
    assert "polar voyage" in tags
    assert "sea race" not in tags
    assert ("tags", "'sea race': it names a maker or brand (sea)") in run.refused


@EVERY
def test_in_every_pipeline_the_model_is_held_back_from_tags_that_it_named_before(journal, tmp_path, pipeline, script):
    run = _run(journal, tmp_path, script)
    make_pipeline(pipeline).reason(run, lambda step: None)
    assert run.model.requests[-1].shape.fresh_after == ("¶",)


def test_no_kind_is_a_maker(journal, tmp_path):
    run = _run(journal, tmp_path)
    assert kind_tags(run, 4)
    assert kind_tags(replace(run, spec=BRANDED), 4) == ()


def test_the_planner_is_asked_again_for_a_disowned_persona_and_code_makes_none_of_it(journal, tmp_path):
    _disown(journal, "Traders at sea", "lover of the sea")
    plan = "b: trader at sea\na: solver of cases"
    run = _run(journal, tmp_path, [plan, plan, MIXED])
    found = make_pipeline("v2").reason(run, lambda step: None)
    assert f"'b: trader at sea': {SAID}" in run.model.prompts[1].messages[-1].text
    assert [persona.role for persona in found.personas] == ["solver of cases"]
    assert len(found.tags) == 4


def test_no_kind_and_no_interest_of_the_pool_is_offered_that_was_disowned(journal, tmp_path):
    run = _run(journal, tmp_path)
    pool = Pool(("trade at sea", "slow cases"), np.array([[0, 1, 0], [1, 0, 0]], np.float32))
    assert {tag.text for tag in kind_tags(run, 4)} == {"sea", "detective"}
    assert set(replace(run, pool=pool).matched_pool()) == {"trade at sea", "slow cases"}
    _disown(journal, "Sea", "trade at the sea")
    run = _run(journal, tmp_path)
    assert [tag.text for tag in kind_tags(run, 4)] == ["detective"]
    assert replace(run, pool=pool).matched_pool() == ("slow cases",)
