"""The contract of tools: all of ours keep it, and every way to break it is named with its mend."""

from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from intently.config import AllocateConfig, Config
from intently.errors import ContractBroken
from intently.feed.tools import TOOLS
from intently.testing import Case, check_tool, plain_cases


@pytest.mark.parametrize("name", sorted(TOOLS))
def test_every_tool_of_ours_keeps_the_contract(name):
    on = Config(allocate=AllocateConfig(least=1, most=2, explore=2))  # what is off by default
    cases = [Case(replace(case.world, config=on), case.request) for case in plain_cases()]
    assert check_tool(TOOLS[name], cases) >= 1


ASKED = count()


class Cheap:
    """A good tool: lifts what costs less than the median."""

    name = "cheap"
    stage = "score"

    def wanted(self, world, request):
        return "cheaper things first", {"weight": 0.2}

    def measure(self, scene, pool):
        prices = scene.world.snapshot.numbers["price"].amounts[scene.rows]
        return {"cheap:low": (prices < 50).astype(np.float32)}

    def apply(self, pool, arguments):
        return pool.with_part("cheap", arguments["weight"] * pool.column("cheap:low"))


def test_a_good_tool_of_a_third_party_passes_in_every_case():
    assert check_tool(Cheap()) == len(plain_cases())


def broken(**changes):
    return type("Other", (Cheap,), changes)()


def in_place(self, pool, arguments):
    pool.measured["base"][:] = 0
    return pool.with_part("cheap", pool.column("cheap:low"))


def by_chance(self, pool, arguments):
    return pool.with_part("cheap", np.random.default_rng().random(len(pool.ids)))


def by_place(self, pool, arguments):
    return pool.with_part("cheap", np.arange(len(pool.ids), dtype=np.float64))


def over_others(self, pool, arguments):
    return replace(pool, parts={**pool.parts, "match": pool.parts["match"] * 2, "cheap": pool.parts["match"]})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "My Tool"}, "its name is 'My Tool'.*lower case"),
        ({"name": "match"}, "own tools has this name"),
        ({"stage": "rank"}, "its stage is 'rank'. Mend: one of filter, score, combine, order"),
        ({"wanted": lambda self, world, request: None}, "wanted in no case"),
        ({"wanted": lambda self, world, request: ("", {})}, "its reason is ''"),
        ({"wanted": lambda self, world, request: ("x", {"w": np.float32(1)})}, "arguments are no JSON"),
        ({"wanted": lambda self, world, request: ("x", {"w": float("nan")})}, "arguments are no JSON"),
        ({"wanted": lambda self, world, request: ("x", {"w": (1, 2)})}, "come back from JSON"),
        ({"wanted": lambda self, world, request: (f"asked {next(ASKED)} times", {})}, "differently when asked twice"),
        ({"measure": lambda self, scene, pool: {"prices": np.zeros(3)}}, "call it 'cheap'"),
        ({"measure": lambda self, scene, pool: {"cheap:low": np.full(len(scene.rows), np.nan)}}, "cheap"),
        (
            {"measure": lambda self, scene, pool: {"cheap:low": np.array(["a"] * len(scene.rows))}},
            "no array of numbers",
        ),
        ({"apply": lambda self, pool, arguments: pool}, "adds a part of its own name"),
        ({"apply": by_chance}, "differs|differently"),
        ({"apply": by_place}, "candidates in another order"),
        ({"apply": in_place}, "it changed 'base' in place"),
        ({"apply": over_others}, "changed a part that another tool made"),
    ],
)
def test_every_breach_is_named_with_its_mend(changes, said):
    with pytest.raises(ContractBroken, match=said):
        check_tool(broken(**changes))


def test_a_case_of_the_authors_own_is_used():
    case = plain_cases()[0]
    only = broken(wanted=lambda self, world, request: ("x", {"weight": 1.0}) if request.user_id == "bob" else None)
    assert check_tool(only, [case, Case(case.world, replace(case.request, user_id="bob"))]) == 1
