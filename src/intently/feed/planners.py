"""Two planners behind one seam: the rule table, and chains that the language model chose.

A feed never waits for the model: `ModelPlanner.learn` asks it beside a command, once for each set of kinds of
preference, and `plan` uses what was answered. What the model's chain may not do is decided in code: it is used when
every tool in it is wanted, no must is left without its Filter, and `check_plan` agrees; else the rules plan, and the
plan says why. Eligibility keeps every must whatever the plan.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Literal

from intently.errors import BadRequest, ModelError
from intently.feed.plan import Plan, Step, check_plan, make_plan
from intently.feed.world import FeedRequest, Planner, World

__all__ = ["RULES", "USES", "ModelPlanner", "RulePlanner", "kinds_of", "planner_of"]

log = logging.getLogger(__name__)
USES: Mapping[str, str] = {
    "filter": "keeps only items that meet what must or must not be",
    "match": "scores items by what is wanted and by the person's taste; always needed",
    "attenuate": "lowers items that are near to what should be avoided",
    "search": "lifts what is trending or new",
    "aggregate": "adds the scores and orders the items; always needed, once, after the scores",
    "diversify": "keeps items that are alike apart, last",
}
Ask = Callable[[Mapping[str, str], Sequence[str]], Sequence[str]]  # tools with their use, kinds -> names in order


def kinds_of(request: FeedRequest) -> tuple[str, ...]:
    """The kinds of what holds, in words: all that the model is told of the memory, so that few answers serve all."""
    found = {_kind(p.polarity, p.strength, p.relation) for p in request.preferences}
    asked = [f"asks what is {request.search}"] if request.search else []
    return tuple(sorted(found)) + tuple(asked + (["asks for more variety"] if request.diversify else []))


def _kind(polarity: str, strength: str, relation: str) -> str:
    said = "must not be" if polarity == "avoid" else "must be"
    if strength == "must":
        return said
    said = "wishes to avoid" if polarity == "avoid" else "wishes for"
    return f"{said} by meaning" if relation == "like" else f"{said} by facet"


class RulePlanner:
    """The rule table of `feed.plan`."""

    name = "rules"

    def plan(self, world: World, request: FeedRequest) -> Plan:
        return make_plan(world, request)


class ModelPlanner:
    """The model's chains by kinds of preference; the rules where it has none that may be used."""

    name = "model"

    def __init__(self) -> None:
        self._chains: dict[tuple[str, ...], tuple[str, ...]] = {}

    def knows(self, request: FeedRequest) -> bool:
        return kinds_of(request) in self._chains

    def learn(self, request: FeedRequest, ask: Ask) -> None:
        """Ask for the chain of such requests and keep it; a model that fails leaves the rules in place."""
        kinds = kinds_of(request)
        try:
            self._chains[kinds] = tuple(ask(USES, kinds))
        except ModelError as error:
            log.info("chain_not_planned", extra={"why": str(error)})

    def plan(self, world: World, request: FeedRequest) -> Plan:
        rules = make_plan(world, request)
        chain = self._chains.get(kinds_of(request))
        if chain is None:
            return replace(rules, note="the model has not planned for this yet")
        steps = {step.tool: step for step in rules.steps}
        unwanted = [name for name in chain if name not in steps]
        if unwanted or len(set(chain)) != len(chain):
            return replace(rules, note=f"the model's chain names {', '.join(unwanted) or 'a tool twice'} without need")
        if "filter" in steps and "filter" not in chain:
            return replace(rules, note="the model's chain leaves out the filter of a must")
        others = [step for step in rules.steps if step.tool not in USES]  # of third parties: always where they belong
        try:
            return check_plan(Plan(_placed([steps[name] for name in chain], others, rules), "model"))
        except BadRequest as error:
            return replace(rules, note=f"the model's chain is no plan: {error}")


def _placed(chosen: list[Step], others: list[Step], rules: Plan) -> tuple[Step, ...]:
    """The chosen steps in their order; with tools of third parties among them, in the order of the rules."""
    kept = [step for step in rules.steps if step in chosen or step in others]
    return tuple(kept) if others else tuple(chosen)


RULES = RulePlanner()


def planner_of(name: Literal["rules", "model"]) -> Planner:
    """The planner that the setting `feed.planner` names."""
    return RULES if name == "rules" else ModelPlanner()
