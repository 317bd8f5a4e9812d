"""Understanding many people: who, in which order, as of when, and at what cost; then the batch itself.

A batch has one moment as of which everybody is understood. One that was killed or stopped goes on with the moment at
which it began (for at most a day), so that what it paid for already answers the same questions again.
"""

import fcntl
import hashlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from intently.config import Config
from intently.engine.store import Store
from intently.engine.understanding import Understander
from intently.errors import IntentlyError, NotFound, Refused
from intently.language.budget import Budget, Estimate
from intently.understand import BatchReport, Order, Progress, Standing, ordered, understand_users
from intently.understand.run import LEAST_ITEMS

__all__ = ["Plan", "Population"]

COUNTED = 40  # people whose texts are counted for the announcement
BEGUN = "understanding_begun"  # note of the store about a batch that has not ended
GOES_ON = timedelta(days=1)
SPEED_CALLS = 100  # newest calls that the speed is taken from


@dataclass(frozen=True, slots=True)
class Plan:
    """Whom a batch reasons about, in order, and what it costs at most.

    `counted`: people whose texts were counted; the others are taken to cost as much in the mean. `goes_on`: it is the
    rest of a batch that did not end. `asked`: what was asked for, to know it again.
    """

    user_ids: tuple[str, ...]
    estimate: Estimate
    counted: int
    as_of: datetime
    goes_on: bool = False
    asked: str = ""

    def __str__(self) -> str:
        people = f"{len(self.user_ids):,} people" if len(self.user_ids) != 1 else "1 person"
        rest = f"the rest of a batch begun at {self.as_of:%Y-%m-%d %H:%M} UTC: " if self.goes_on else ""
        sample = f" (taken from {self.counted} of them)" if self.counted < len(self.user_ids) else ""
        return f"{rest}{people}, {self.estimate}{sample}"


class Population:
    def __init__(self, store: Store, understander: Understander, config: Config) -> None:
        self._store, self._understander, self._config = store, understander, config

    def plan(
        self, user_ids: Sequence[str] | None = None, *, sample: int | None = None, order: Order = "gain", seed: int = 0
    ) -> Plan:
        """Whom to reason about and what it will cost; asks no model.

        user_ids: None means everybody with enough history. sample: so many of them, drawn by the seed. Raises NotFound
        for an id that nobody has.
        """
        asked = "" if user_ids is not None else _hash([sample, seed, self._config.understand.pipeline])
        begun = self._begun(asked)
        as_of = begun or datetime.now(UTC)
        chosen = self._chosen(user_ids, sample, order, seed, as_of)
        estimate, counted = self._estimate(chosen, as_of)
        return Plan(chosen, estimate, counted, as_of, begun is not None, asked)

    def run(
        self, plan: Plan, budget: Budget | None = None, tell: Callable[[Standing], None] = lambda standing: None
    ) -> BatchReport:
        """Reason about everybody of the plan, several at once where the model takes several calls.

        Raises Refused when another batch of this store runs, and ModelUnavailable when no model is there at all.
        """
        model = self._understander.ready_model()
        with self._alone():
            if plan.asked:
                self._note(plan.asked, plan.as_of)
            report = understand_users(
                plan.user_ids, lambda user_id: self._understand(user_id, plan.as_of, budget), tell=tell,
                in_flight=model.in_flight, record=self._record,
            )  # fmt: skip
            if plan.asked and not report.left:
                self._note("", plan.as_of)
        return report

    def _chosen(
        self, user_ids: Sequence[str] | None, sample: int | None, order: Order, seed: int, as_of: datetime
    ) -> tuple[str, ...]:
        people = self._store.journal.activities(self._store.spec.reliable, as_of)
        if user_ids is None:
            people = [person for person in people if person.events >= LEAST_ITEMS]
        else:
            known = {person.user_id: person for person in people}
            unknown = next((user_id for user_id in user_ids if user_id not in known), None)
            if unknown is not None:
                raise NotFound(f"{unknown!r} has done nothing that says something about taste; check the id")
            people = [known[user_id] for user_id in dict.fromkeys(user_ids)]
        if sample is not None:
            people = random.Random(seed).sample(people, min(sample, len(people)))
        return tuple(person.user_id for person in ordered(people, order, as_of, self._config.understand))

    def _estimate(self, user_ids: Sequence[str], as_of: datetime) -> tuple[Estimate, int]:
        """What all of them cost, and how many were counted."""
        few = user_ids
        if len(user_ids) > COUNTED:
            few = random.Random(0).sample(user_ids, COUNTED)
        model = self._understander.counting_model(SPEED_CALLS)
        total = model.estimate([], 0)
        for user_id in few:
            try:
                total += self._understander.estimate(user_id, as_of=as_of, model=model)
            except NotFound:
                continue  # too little history costs nothing
        at_once = 1 if model.embedded else model.in_flight
        return total.times(len(user_ids) / max(1, len(few)), at_once), len(few)

    def _understand(self, user_id: str, as_of: datetime, budget: Budget | None) -> bool:
        """Whether anything had to be asked or looked up."""
        asked = False

        def hear(step: Progress) -> None:
            nonlocal asked
            asked = asked or step.stage != "done"

        self._understander.understand(user_id, hear, as_of=as_of, budget=budget)
        return asked

    def _record(self, user_id: str, error: Exception) -> None:
        if not isinstance(error, IntentlyError):  # those have a row already
            self._store.journal.put_failure(user_id, "understand", type(error).__name__, str(error))

    def _begun(self, asked: str) -> datetime | None:
        """The moment of a batch that was asked for in the same way and has not ended."""
        noted = json.loads(self._store.journal.get_meta(BEGUN) or "{}")
        if not asked or noted.get("asked") != asked:
            return None
        as_of = datetime.fromisoformat(noted["as_of"])
        return as_of if datetime.now(UTC) - as_of < GOES_ON else None

    def _note(self, asked: str, as_of: datetime) -> None:
        self._store.journal.set_meta(BEGUN, json.dumps({"asked": asked, "as_of": as_of.isoformat()}))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One batch of a store at a time: two would pay for the same people twice."""
        with open(self._store.folder / "understanding.lock", "a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Refused(f"another batch understands people of {self._store.name!r} now; wait for it") from error
            yield


def _hash(parts: Sequence[object]) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
