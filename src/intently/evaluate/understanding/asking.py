"""Rows with a model: what a pipeline's tags find, what it repeats, what its rules refused, and what it cost.

Rows take turns by blocks of people: within a block a row asks person after person, as a batch of that pipeline alone
would, so that what the server counts as reused is what such a batch would reuse, and not what another row read of the
same person.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace

from intently.errors import BudgetSpent, IntentlyError, ModelTimeout, ModelUnavailable
from intently.evaluate.understanding.answers import Answers, spent_on
from intently.evaluate.understanding.cases import Case
from intently.evaluate.understanding.found import ROUTE_DEPTH, Found, Told, new_items, of_tags, repeats, retrieved
from intently.evaluate.understanding.ground import Ground
from intently.evaluate.understanding.mapping import Mapped
from intently.evaluate.understanding.reasoning import Reasoner
from intently.language import Model
from intently.nouns import Tag
from intently.understand import Reasoned

__all__ = ["Asking"]

JUDGED = {"tags": "tag", "interests": "interest", "planner": "persona"}  # what a stage's rules look at


@dataclass(frozen=True)
class Asking:
    """Asks pipelines by name. `model`: with its rows in `answers`."""

    ground: Ground
    phi: Mapped
    reasoner: Reasoner
    model: Model
    answers: Answers

    def ask(self, row: str, case: Case) -> Found:
        """What the pipeline finds. Its own failure is a result (no tags, `failed`); raises ModelUnavailable,
        ModelTimeout and BudgetSpent, which are no fault of the row's."""
        failed = ""
        with self.answers.counted() as calls:
            try:
                reasoned = self.reasoner.reason(row, case, self.model)
            except (ModelUnavailable, ModelTimeout, BudgetSpent):
                raise
            except IntentlyError as error:
                reasoned, failed = Reasoned(), type(error).__name__
        return replace(self._found(reasoned, case), spent=spent_on(calls), failed=failed)

    def _found(self, reasoned: Reasoned, case: Case) -> Found:
        named: dict[str, list[str]] = reasoned.notes.get("named", {})
        kinds = set(reasoned.notes.get("kinds", ()))
        tags = [Told(tag.text, "" if tag.text in kinds else _route(tag, named)) for tag in reasoned.tags]
        ground = self.ground
        found = of_tags(tags, ground, case, self.phi)
        pool = tuple(Told(text, route) for route, texts in named.items() for text in texts)
        refused = _refused(reasoned)
        found = replace(found, pool=pool, proposed=_proposed(reasoned, len(pool), refused), refused=dict(refused))
        if not pool:
            return found
        vectors = ground.encode([one.text for one in pool])
        near = vectors @ ground.snapshot.vectors.T
        allowed = new_items(ground, case)
        places = {route: [at for at, one in enumerate(pool) if one.route == route] for route in named}
        return replace(
            found,
            routes={route: items for route, items in found.routes.items() if route not in named}  # kinds, made by code
            | {route: retrieved(near[rows], allowed, ROUTE_DEPTH) for route, rows in places.items() if rows},
            pool_repeated=repeats(vectors, [one.text for one in pool]),
        )


def _route(tag: Tag, named: dict[str, list[str]]) -> str:
    """What gave the tag: its persona or interest, else the first route that named it."""
    own = tag.persona_id or tag.interest_id
    if own:
        return own
    return next((route for route, texts in named.items() if tag.text in (text.lower() for text in texts)), "")


def _refused(reasoned: Reasoned) -> Counter[str]:
    """How many each rule left out of what the model named: in the stages, by code or by the six labels, and by the
    arbiter. Kinds are not the model's."""
    refused = [(stage, fault) for stage, fault in reasoned.notes.get("refused", ()) if stage != "kinds"]
    faults = [(JUDGED.get(stage, stage), fault) for stage, fault in refused]
    faults += [("tag", why) for _, why in reasoned.notes.get("left_out", ())]
    return Counter(f"{kind}: {_rule(fault)}" for kind, fault in faults)


def _proposed(reasoned: Reasoned, named: int, refused: Counter[str]) -> dict[str, int]:
    """What the shares are of. named: tags in the pool; without one, what stands and what does not."""
    out = Counter[str]()
    for rule, n in refused.items():
        out[rule.partition(":")[0]] += n
    lines = len(reasoned.notes.get("planner", {}).get("lines", ())) - len(reasoned.notes.get("personas_by_code", ()))
    interests = 0 if reasoned.personas else len(reasoned.interests) + out["interest"]
    return {"tag": named or len(reasoned.tags) + out["tag"], "interest": interests, "persona": lines}


def _rule(fault: str) -> str:
    """The rule of a fault, `'dark drama': it repeats another` -> "it repeats another": without what it quotes."""
    told = re.sub(r"""^(['"]).*?\1: """, "", fault, count=1)
    return re.sub(r"""(['"]).*?\1""", "…", re.sub(r"-?\d+(\.\d+)?", "n", told))
