"""Two planners, one contract: a plan that runs, musts kept, the same slate, and why the rules took over."""

import json

import pytest

from intently.errors import ModelTimeout
from intently.feed.planners import RULES, USES, ModelPlanner, kinds_of, planner_of
from intently.feed.replay import replay
from intently.feed.request import recommend
from intently.language.fake import ScriptedModel
from intently.language.planning import ask_chain
from tests.feed.test_tools import full_request, some_world
from tests.feed.worlds import ask, must

WHOLE = ("filter", "match", "attenuate", "search", "aggregate", "diversify")


def world_with(planner):
    from dataclasses import replace

    return replace(some_world(), planner=planner)


def learnt(request, chain):
    planner = ModelPlanner()
    planner.learn(request, lambda tools, kinds: chain)
    return planner


def planned(chain, request):
    return recommend(world_with(learnt(request, chain)), request).trace.plan


@pytest.mark.parametrize("name", ["rules", "model"])
def test_every_planner_plans_at_once_what_runs_and_replays_and_keeps_the_musts(name):
    world = world_with(planner_of(name))
    for request in (ask(), full_request(world), ask(preferences=(must("p1", "year", "at_least", 2000.0),))):
        done = recommend(world, request)
        trace = json.loads(json.dumps(done.trace.to_json()))
        assert replay(world, trace).same
        assert trace["planner"]["by"] == "rules"  # nothing was asked of a model here
        years = [world.snapshot.facets_of(world.snapshot.row_of(item.item_id))["year"] for item in done.slate.items]
        assert min(years) >= (1985 if not request.preferences else 1990)


def test_the_models_chain_is_used_where_it_may_be():
    world = some_world()
    request = full_request(world)
    plan = planned(("filter", "match", "search", "aggregate"), request)
    assert (plan.by, [step.tool for step in plan.steps]) == ("model", ["filter", "match", "search", "aggregate"])
    assert planned(WHOLE, request).steps == RULES.plan(world, request).steps


@pytest.mark.parametrize(
    ("chain", "why"),
    [
        (("match", "attenuate", "aggregate"), "leaves out the filter of a must"),
        (("filter", "aggregate", "match"), "is no plan"),
        (("filter", "match"), "is no plan: a plan has exactly one combining step"),
        (("filter", "match", "match", "aggregate"), "names a tool twice"),
        (("filter", "match", "delete_everything", "aggregate"), "names delete_everything without need"),
    ],
)
def test_a_chain_that_may_not_be_used_leaves_the_rules_and_says_why(chain, why):
    request = full_request(some_world())
    plan = planned(chain, request)
    assert plan.by == "rules"
    assert why in plan.note
    assert plan.steps == RULES.plan(some_world(), request).steps


def test_a_model_that_fails_leaves_the_rules():
    def fail(tools, kinds):
        raise ModelTimeout("too slow")

    planner = ModelPlanner()
    planner.learn(ask(), fail)
    assert not planner.knows(ask())
    assert planner.plan(some_world(), ask()).note == "the model has not planned for this yet"


def test_the_model_is_told_kinds_and_tools_and_nothing_of_the_items():
    request = full_request(some_world())
    model = ScriptedModel(['{"tools":["filter","match","aggregate"]}'])
    answer = ask_chain(model, USES, kinds_of(request)).value
    assert answer.tools == ("filter", "match", "aggregate")
    assert "must be" in model.prompts[0].text
    assert "space" not in model.prompts[0].text
    assert model.requests[0].shape.schema["properties"]["tools"]["items"]["enum"] == list(WHOLE)
