"""V1's isolated routes and the one plain prompt: the baselines ask what they say and hide no repetition."""

import pytest

from intently.config import load_config
from intently.errors import BadRequest
from intently.language import ScriptedModel, render
from intently.nouns import Cue
from intently.understand.one_prompt import OnePrompt
from intently.understand.pipelines import make_pipeline
from intently.understand.routes import Routes
from intently.understand.run import prepare
from tests.understand.worlds import NOW, snapshot, spec

CUES = (
    Cue(cue_id="c-winter", kind="season", text="winter begins", time=NOW, source="calendar"),
    Cue(cue_id="c-eve", kind="holiday", text="Christmas in 12 days", time=NOW, source="calendar"),
    Cue(cue_id="c-sea", kind="trend", text="many play sea games", time=NOW, source="journal"),
)
SCRIPT = ["sea voyage\njewel theft", "sea voyage\nisland race", "winter inn\njewel theft", "storm crew\nsnow train"]


def _reason(pipeline, script, journal, tmp_path, count=2):
    model = ScriptedModel(script)
    config = load_config(env={}, home=tmp_path, understand={"tags": count})
    world = {"journal": journal, "spec": spec(), "snapshot": snapshot(), "config": config, "as_of": NOW}
    run = prepare("ann", model=model, cues=CUES, **world)
    return model, run, pipeline.reason(run, lambda step: None)


def test_routes_share_all_but_their_question(journal, tmp_path):
    model, _, _ = _reason(Routes(), SCRIPT, journal, tmp_path)
    texts = [prompt.messages[-1].text.splitlines() for prompt in model.prompts]
    assert all(prompt.messages[:-1] == model.prompts[0].messages[:-1] for prompt in model.prompts)
    assert all(text[:-1] == texts[0][:-1] for text in texts)
    assert [text[-1].split(". ")[0] for text in texts] == [
        "Judge by what they did",
        'Judge by what is popular now: "many play sea games"',
        'Judge by the season: "winter begins", "Christmas in 12 days"',
        "Judge by the weather",
    ]


def test_a_route_without_its_cue_is_asked_without_one_and_noted(journal, tmp_path):
    _, _, found = _reason(Routes(), SCRIPT, journal, tmp_path)
    assert found.notes["without_cue"] == ["weather"]


def test_what_several_routes_name_is_merged_and_counted(journal, tmp_path):
    _, _, found = _reason(Routes(), SCRIPT, journal, tmp_path)
    assert [tag.text for tag in found.tags] == [
        "sea voyage", "winter inn", "storm crew", "jewel theft", "island race", "snow train",
    ]  # fmt: skip
    assert (found.notes["named_in_all"], found.notes["repeated"]) == (8, 2)


def test_the_history_is_the_uncompressed_text_unless_the_other_is_asked_for(journal, tmp_path):
    plain, _, _ = _reason(Routes(), SCRIPT, journal, tmp_path)
    short, run, _ = _reason(Routes(compressed=True), SCRIPT, journal, tmp_path)
    assert '"2026-11-16 liked | Game 5"' in plain.prompts[0].messages[-1].text
    assert all(line in short.prompts[0].messages[-1].text for line in run.behaviour.text.splitlines())


def test_the_routes_prompt_is_no_longer_than_the_planners(journal, tmp_path):
    values = {"nouns": "games", "threads": (), "lines": (), "strands": (), "profile": (), "cues": ()}
    planner = render("agents", stage="plan", personas=3, role="", count=0, **values)
    route = render("routes", route="behaviour", nouns="games", lines=(), cues=(), count=30)
    assert len(route.text) <= 1.1 * len(planner.text)


def test_one_prompt_asks_once_for_all(journal, tmp_path):
    model, _, found = _reason(OnePrompt(), ["sea voyage\nsea voyages"], journal, tmp_path)
    assert [tag.text for tag in found.tags] == ["sea voyage"]
    assert "Name 2 short descriptions of" in model.prompts[0].messages[-1].text


def test_estimates_count_every_call_before_it_is_made(journal, tmp_path):
    for pipeline, script in ((Routes(), SCRIPT), (OnePrompt(), SCRIPT[:1])):
        model, run, _ = _reason(pipeline, script, journal, tmp_path)
        estimate, rows = pipeline.estimate(run), model._calls.rows
        assert estimate.calls == len(rows)
        assert estimate.tokens_in >= sum(row.tokens_new for row in rows)
        assert estimate.tokens_out >= sum(row.tokens_out for row in rows)


def test_a_pipeline_that_is_not_there_is_refused_with_those_that_are():
    with pytest.raises(BadRequest, match="choose one of v1, routes, v2, one-prompt"):
        make_pipeline("v3")
