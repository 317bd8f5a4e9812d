"""One session: a person and a system alternate until the target is shown, or the rounds or the patience end."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from intently.evaluate.commands.case import Case, Ground, Shown, System, Wanted, wanted_from
from intently.evaluate.commands.draw import bucket_of
from intently.evaluate.commands.people import ROUNDS, Person, Said, Speaker
from intently.evaluate.commands.source import Source
from intently.evaluate.oracle import Condition

__all__ = ["K", "Round", "Session", "play", "session_from", "session_json", "stale_items"]

K = 10


@dataclass(frozen=True, slots=True)
class Round:
    """One command, what came back, and how the oracle judges it. Shares are of 10 places; None: nothing to judge.

    `rank`: of the target, 0 when it is not shown; `qualify`: unseen items that meet everything that is meant;
    `violations`: shown items with something that was refused; `stale`: shown items that meet a dropped condition and
    none that is meant; `meant`: all that the person has said by now and still means.
    """

    command: str
    act: str
    item_ids: tuple[str, ...]
    rank: int
    hard: float | None
    soft: float | None
    facets: float | None  # of the wishes, those about what the catalogue declares
    qualify: int
    violations: int | None
    stale: int | None
    by: str
    seconds: float
    tokens: tuple[int, int, int]
    failed: str
    changes: tuple[Mapping[str, Any], ...] = ()
    notices: tuple[str, ...] = ()
    meant: tuple[Wanted, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """A played case: one line of a trajectory file."""

    case_id: str
    system: str
    kind: str
    scenario: str
    bucket: str
    split: str
    behaviour: str
    target: str
    passed: bool
    rounds: tuple[Round, ...]

    @property
    def length(self) -> int:
        """Rounds, T_max for a failed session."""
        return len(self.rounds) if self.passed else (1 if self.scenario == "SR" else ROUNDS)


def play(case: Case, system: System, ground: Ground, source: Source, person: Speaker | None = None) -> Session:
    """Play one case through one system. person: who plays the case; by default the rules."""
    person = person or Person(case, source, ground.oracle)
    conversation = system.start(ground, case)
    shown = conversation.open()
    rounds: list[Round] = []
    passed = False
    while not passed and (said := person.speak(shown)) is not None:
        shown = conversation.say(said.text, said.truth)
        rounds.append(_judged(case, said, shown, ground, person.target))
        passed = person.content(shown)
    return Session(
        case.case_id, system.name, system.kind, case.scenario, bucket_of(case.goals[-1].pool), case.split,
        case.behaviour, person.target, passed, tuple(rounds),
    )  # fmt: skip


def session_from(body: Mapping[str, Any]) -> Session:
    """A session as it was written to a line."""
    rounds = tuple(
        Round(**{**row, "item_ids": tuple(row["item_ids"]), "tokens": tuple(row["tokens"]),
                 "changes": tuple(row["changes"]), "notices": tuple(row["notices"]),
                 "meant": tuple(wanted_from(want) for want in row.get("meant", ()))})
        for row in body["rounds"]
    )  # fmt: skip
    return Session(**{**body, "rounds": rounds})


def session_json(session: Session) -> dict[str, Any]:
    return asdict(session)


def _judged(case: Case, said: Said, shown: Shown, ground: Ground, target: str) -> Round:
    ids = shown.item_ids[:K]
    meant = said.truth.conditions
    oracle = ground.oracle
    unseen = set(ground.rows) - ground.seen.get(case.user_id, frozenset())
    for want in meant:
        unseen &= oracle.all_meeting(want.condition)
    refused = [want.condition for want in meant if want.condition.avoid]
    return Round(
        command=said.text, act=said.act, item_ids=ids, rank=ids.index(target) + 1 if target in ids else 0,
        hard=_satisfied(ground, ids, [want for want in meant if want.hard]),
        soft=_satisfied(ground, ids, [want for want in meant if not want.hard]),
        facets=_satisfied(ground, ids, [want for want in meant if not want.hard and want.origin == "facet"]),
        qualify=len(unseen),
        violations=sum(any(not oracle.meets(item, one) for one in refused) for item in ids) if refused else None,
        stale=stale_items(ground, ids, meant, said.dropped) if said.dropped else None, by=shown.by,
        seconds=round(shown.seconds, 4), tokens=(shown.tokens_new, shown.tokens_reused, shown.tokens_out),
        failed=shown.failed, changes=shown.changes, notices=shown.notices,
        meant=meant,
    )  # fmt: skip


def stale_items(ground: Ground, ids: Sequence[str], meant: Sequence[Wanted], dropped: Sequence[Wanted]) -> int:
    """Shown items that meet a dropped condition and none that is meant now."""
    return sum(_any(ground, item, dropped) and not _any(ground, item, meant) for item in ids)


def _any(ground: Ground, item: str, wants: Sequence[Wanted]) -> bool:
    return any(ground.oracle.meets(item, want.condition) for want in wants)


def _satisfied(ground: Ground, ids: Sequence[str], wants: Sequence[Wanted]) -> float | None:
    conditions: list[Condition] = [want.condition for want in wants]
    return ground.oracle.satisfied(ids, conditions, K) if conditions else None
