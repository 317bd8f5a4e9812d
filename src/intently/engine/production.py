"""Lines for many people's interests at once: pairs by shared categories, announced, budgeted, resumable.

RecGPT V1 section 6. All people's nearest items come first, so that a budget that runs out leaves everybody something.
"""

import fcntl
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import zip_longest

from intently.engine.store import Store
from intently.engine.understanding import Understander
from intently.engine.understood import newest_understood
from intently.engine.worlds import WorldKeeper
from intently.engine.writing import LineJob, LineWriter
from intently.errors import BadRequest, Refused
from intently.explain.liking import Strand, strands_of
from intently.explain.pairing import Wanted, pair_items
from intently.explain.situation import Situation
from intently.journal import ReasonRow
from intently.language import Budget, Estimate
from intently.understand import BatchReport, Standing, understand_users

__all__ = ["LinePlan", "Production"]

COUNTED = 40  # lines whose prompts are counted for the announcement
SPEED_CALLS = 100  # newest calls that the speed is taken from


@dataclass(frozen=True)
class LinePlan:
    """`jobs`: lines that are missing, in order; `kept`: pairs that have theirs already; `people`: whose they are."""

    jobs: tuple[LineJob, ...]
    kept: int
    people: int
    situation: Situation
    as_of: datetime
    estimate: Estimate

    def __str__(self) -> str:
        had = f" ({self.kept:,} are there already)" if self.kept else ""
        return f"{len(self.jobs):,} lines for {self.people:,} people, {self.situation.key}{had}: {self.estimate}"


class Production:
    """Batches of one store."""

    def __init__(self, store: Store, worlds: WorldKeeper, understander: Understander, writer: LineWriter) -> None:
        self._store, self._worlds, self._understander, self._writer = store, worlds, understander, writer

    def plan(
        self, user_ids: Sequence[str] | None = None, *, sample: int | None = None, items: int = 10, seed: int = 0
    ) -> LinePlan:
        """Whose interests get lines for which items, and what that costs at most; asks no model.

        user_ids: None means everybody who was understood. sample: so many of them, drawn by the seed. items: for each
        interest, at most. Raises NotFound for who was not understood, BadRequest without the text encoder and for a
        language whose lines cannot be checked.
        """
        self._writer.need_checker()  # before any cost is announced, not once a line
        as_of = datetime.now(UTC)
        situation = self._writer.situation(as_of)
        strands = self._strands(user_ids, sample, seed)
        jobs = self._jobs(strands, items)
        missing = self._writer.missing(jobs, situation, as_of)
        estimate = self._estimate(missing, situation, as_of)
        return LinePlan(tuple(missing), len(jobs) - len(missing), len(strands), situation, as_of, estimate)

    def run(
        self,
        plan: LinePlan,
        budget: Budget | None = None,
        tell: Callable[[Standing], None] = lambda standing: None,
        hear: Callable[[ReasonRow], None] = lambda row: None,
    ) -> BatchReport:
        """Write the lines of the plan; hear: each as it is kept. Raises Refused when another batch of this store runs,
        ModelUnavailable when no model is there."""
        model = self._understander.ready_model()
        self._store.journal.reasons.prune(plan.as_of)
        jobs = {f"{job.user_id}, {job.strand.text}, {job.item_id}": job for job in plan.jobs}

        def write(name: str) -> None:
            hear(self._writer.write(jobs[name], plan.situation, plan.as_of, model, budget))

        def record(name: str, error: Exception) -> None:
            self._store.journal.put_failure(jobs[name].owner, "reason", type(error).__name__, str(error))

        with self._alone():
            return understand_users(jobs, write, in_flight=model.in_flight, tell=tell, record=record)

    def _strands(self, user_ids: Sequence[str] | None, sample: int | None, seed: int) -> dict[str, tuple[Strand, ...]]:
        if user_ids is not None:
            return {user_id: self._writer.strands(user_id) for user_id in dict.fromkeys(user_ids)}
        rows = newest_understood(self._store.journal)
        if sample is not None:
            rows = random.Random(seed).sample(rows, min(sample, len(rows)))
        found = {row.user_id: strands_of(row.interests, row.personas, row.tags) for row in rows}
        return {user_id: strands for user_id, strands in found.items() if strands}

    def _jobs(self, strands: dict[str, tuple[Strand, ...]], items: int) -> list[LineJob]:
        """The nearest pair of every person, then every second one, and so on."""
        columns = [self._pairs(user_id, mine, items) for user_id, mine in strands.items()]
        return [job for row in zip_longest(*columns) for job in row if job is not None]

    def _pairs(self, user_id: str, strands: Sequence[Strand], items: int) -> list[LineJob]:
        world = self._worlds.current.world
        if world.encode is None:
            raise BadRequest("pairing interests and items needs the text encoder; fetch it: intently model get")
        wanted = [Wanted(one.key, one.text, tuple(text for _, text in one.tags)) for one in strands]
        by_key = {one.key: one for one in strands}
        jobs = []
        for pair in pair_items(wanted, world.spec, world.snapshot, world.encode, items, self._had(user_id)):
            strand = by_key[pair.interest_id]
            told = replace(strand, tags=strand.tags[pair.tag : pair.tag + 1])
            owner = None if strand.shared else user_id
            jobs.append(LineJob(user_id, owner, told, world.snapshot.item_ids[pair.item_row], round(pair.near, 4)))
        return jobs

    def _had(self, user_id: str) -> list[int]:
        """Rows that do not come back to the person."""
        world = self._worlds.current.world
        if world.spec.repeat == "always":
            return []
        events = self._store.journal.events_of(user_id, kinds=world.spec.history_kinds)
        rows = [world.snapshot.row_of(event.item_id) for event in events if event.item_id is not None]
        return [row for row in rows if row is not None]

    def _estimate(self, jobs: Sequence[LineJob], situation: Situation, as_of: datetime) -> Estimate:
        """Of all, taken from a few."""
        few = jobs if len(jobs) <= COUNTED else random.Random(0).sample(jobs, COUNTED)
        model = self._understander.counting_model(SPEED_CALLS)
        total = self._writer.estimate(few, situation, as_of, model)
        return total.times(len(jobs) / max(1, len(few)), 1 if model.embedded else model.in_flight)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """One batch of a store at a time: two would pay for the same lines twice."""
        with open(self._store.folder / "reason.lock", "a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise Refused(f"another batch writes lines for {self._store.name!r} now; wait for it") from error
            yield
