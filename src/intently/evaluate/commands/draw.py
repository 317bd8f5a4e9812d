"""Drawing cases: who plays, for which target, under which conditions (SEMANTICS 7). One seed gives one list of cases.

Conditions are added in random order as long as enough unseen items meet all of them, until the pool lies in the bucket
that the case was drawn for. A third of them come from the text or from columns that the catalogue does not declare.
"""

from collections.abc import Iterator, Sequence
from itertools import cycle

import numpy as np

from intently.evaluate.commands.case import Case, Goal, Ground, Scenario, Wanted
from intently.evaluate.commands.grounds import Prepared
from intently.evaluate.commands.wants import POOL_LEAST, possible_wants

__all__ = ["BEHAVIOURS", "BUCKETS", "bucket_of", "draw_cases"]

BEHAVIOURS = ("follow", "follow", "follow", "ignore", "overstate", "waver", "impatient")  # follow: three of seven
BUCKETS = ((POOL_LEAST, 200), (200, 1000), (1000, 10**9))
NAMES = ("50-200", "200-1,000", "more")
TEXT_CHANCES = (
    0.9,
    0.6,
    0.25,
)  # that the first, second, later pick is of the text: a third of all are, since many fail
MOST = 5  # conditions of a goal
TRIES = 12  # drawings for one person before the next is taken


def bucket_of(pool: int) -> str:
    """The name of the bucket that a pool of this size belongs to."""
    return NAMES[sum(pool >= high for _, high in BUCKETS)]


def draw_cases(prepared: Prepared, ground: Ground, scenario: Scenario, sessions: int, seed: int) -> list[Case]:
    """At most `sessions` cases of one scenario; fewer where the people do not suffice. Half of them speak in hidden
    templates; behaviours and buckets take turns."""
    rng = np.random.default_rng([seed, ("SR", "MR", "MRID").index(scenario)])
    people = sorted(prepared.held.targets)
    order = rng.permutation(len(people))
    turns = cycle([(bucket, split) for split in ("visible", "hidden") for bucket in BUCKETS])
    behaviours = cycle(["follow"] if scenario == "SR" else BEHAVIOURS)
    cases: list[Case] = []
    for at in order.tolist():
        if len(cases) == sessions:
            break
        bucket, split = next(turns)
        goals = _goals(prepared, ground, people[at], scenario, bucket, rng)
        if goals:
            name = f"{prepared.name}/{scenario}/{people[at]}"
            behaviour = next(behaviours)
            cases.append(Case(name, people[at], scenario, goals, behaviour, int(rng.integers(2**31)), split))
    return cases


def _goals(
    prepared: Prepared, ground: Ground, user: str, scenario: Scenario, bucket: tuple[int, int], rng: np.random.Generator
) -> tuple[Goal, ...]:
    before, last = prepared.held.targets[user]
    shown = [item.item_id for item in ground.engine.feed(user, client="draw", as_of=ground.as_of).items]
    for _ in range(TRIES):
        second = _goal(prepared, ground, user, last, shown, bucket, rng)
        if second is None:
            return ()
        if scenario != "MRID":
            return (second,)
        first = _goal(prepared, ground, user, before, shown, bucket, rng)
        if first is not None and _differ(ground, first, second):
            return (first, second)
    return ()


def _differ(ground: Ground, first: Goal, second: Goal) -> bool:
    """At least two fields are asked for otherwise, and the new target breaks something of the old goal."""
    old = {want.condition for want in first.conditions}
    new = {want.condition for want in second.conditions}
    fields = {condition.field for condition in old ^ new}
    return len(fields) >= 2 and any(not ground.oracle.meets(second.target, condition) for condition in old)


def _goal(
    prepared: Prepared,
    ground: Ground,
    user: str,
    target: str,
    shown: Sequence[str],
    bucket: tuple[int, int],
    rng: np.random.Generator,
) -> Goal | None:
    """Conditions whose pool lies in the bucket if that can be had, else in any; None with fewer than two."""
    wants = possible_wants(prepared.source, ground, target, shown)
    pool = set(ground.rows) - ground.seen.get(user, frozenset())
    chosen: list[Wanted] = []
    for want in _shuffled(wants, rng):
        left = pool & ground.oracle.all_meeting(want.condition)
        if len(left) < max(POOL_LEAST, bucket[0]) or _repeats(want, chosen):
            continue
        if len(left) == len(pool) and not want.condition.avoid:
            continue
        pool = left
        chosen.append(want)
        if len(chosen) == MOST or (len(chosen) >= 3 and len(pool) < bucket[1]):
            break
    grounded = any(want.origin == "facet" for want in chosen)
    return Goal(target, tuple(chosen), len(pool)) if len(chosen) >= 2 and grounded else None


def _shuffled(wants: Sequence[Wanted], rng: np.random.Generator) -> Iterator[Wanted]:
    """In random order: each time from the text with the share that is meant, and fields alike however many values."""
    left = [wants[at] for at in rng.permutation(len(wants)).tolist()]
    picks = 0
    while left:
        texts = [want for want in left if want.origin != "facet"]
        facets = [want for want in left if want.origin == "facet"]
        some = texts if texts and (not facets or rng.random() < TEXT_CHANCES[min(picks, 2)]) else facets
        picks += 1
        kinds = sorted({(want.condition.field, want.condition.avoid) for want in some})
        kind = kinds[int(rng.integers(len(kinds)))]
        pick = next(want for want in some if (want.condition.field, want.condition.avoid) == kind)
        left.remove(pick)
        yield pick


def _repeats(want: Wanted, chosen: Sequence[Wanted]) -> bool:
    """Whether this was asked for before: a field is wanted or bounded once, words of the text twice, and one thing is
    avoided, or two where much is asked."""
    same = [other for other in chosen if other.condition.field == want.condition.field]
    avoids = [other for other in chosen if other.condition.avoid]
    if want.condition.avoid:
        return len(avoids) >= (2 if len(chosen) > 3 else 1)
    return sum(not other.condition.avoid for other in same) >= (2 if want.origin != "facet" else 1)
