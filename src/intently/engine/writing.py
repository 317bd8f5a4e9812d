"""Lines written with the language model: for a batch of interests and items, and afresh for what a page shows.

What a line is made from has a hash: a stored line of the same hash that still holds is not asked for again. A line of
which nothing stands is kept empty, so that the template speaks and nobody asks again.
"""

import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from intently.catalog.snapshot import Snapshot
from intently.config import Config
from intently.engine.lines import item_state, key_of
from intently.engine.store import Store
from intently.engine.understanding import Understander
from intently.engine.understood import understood
from intently.engine.worlds import WorldKeeper
from intently.errors import AnswerInvalid, BadRequest, NotFound
from intently.explain import PastItem
from intently.explain.choice import Choice, choose
from intently.explain.clauses import Checker
from intently.explain.diversity import MEMORY, Recent
from intently.explain.evidence import Evidence, Liking, evidence_of
from intently.explain.liking import Strand, strands_of
from intently.explain.pairing import NEAR
from intently.explain.situation import Situation, situation_of
from intently.explain.writers import Telling, Writer, Written, make_writer
from intently.journal import ReasonRow
from intently.language import Budget, Estimate, Model
from intently.nouns import Event, Item, SlateItem

__all__ = ["LineJob", "LineWriter", "says_liked"]

PAST_TOLD = 2  # items of the history that a line may name
STYLES_APART = 3  # earlier lines of an item whose tone and build are not taken again


@dataclass(frozen=True)
class LineJob:
    """One line to be written. `owner`: whose it is; None: nobody's, of an interest that several share."""

    user_id: str
    owner: str | None
    strand: Strand
    item_id: str
    near: float = 0.0
    wishes: tuple[tuple[str, str], ...] = ()


class LineWriter:
    """Writes the lines of one store."""

    def __init__(self, store: Store, worlds: WorldKeeper, understander: Understander, config: Config) -> None:
        self._store, self._worlds, self._understander, self._config = store, worlds, understander, config
        self.writer: Writer = make_writer(config.explain.writer)
        self._recent: Recent | None = None
        self._lock = threading.Lock()
        self._checker = Checker.of(store.spec.line_language, store.spec.noun, store.spec.nouns)

    def need_checker(self) -> Checker:
        """Raises BadRequest for a language whose lines cannot be checked yet."""
        if self._checker is None:
            raise BadRequest(
                f"lines are checked in English only, and those of this catalogue are in "
                f"{self._store.spec.line_language!r} (`reasons.language` of its TOML, else `language`): the template "
                "writes them"
            )
        return self._checker

    @property
    def wanted(self) -> bool:
        """Whether pages get fresh lines: the settings say so, and this catalogue's language can be checked."""
        return self._config.explain.fresh and self._checker is not None

    def situation(self, as_of: datetime) -> Situation:
        cues = self._understander.cues(as_of)
        return situation_of(cues, as_of, self._store.spec.zone, self._config.explain.days)

    def strands(self, user_id: str, as_of: datetime | None = None) -> tuple[Strand, ...]:
        """What the person is understood to like. Raises NotFound."""
        known = understood(self._store.journal, user_id, as_of)
        if known is None:
            raise NotFound(f"nothing is understood of {user_id!r} yet; run: intently understand {user_id}")
        return strands_of(known.row.interests, known.row.personas, known.row.tags)

    def estimate(self, jobs: Sequence[LineJob], situation: Situation, as_of: datetime, model: Model) -> Estimate:
        """What these lines cost at most; asks no model."""
        total = model.estimate([], 0)
        for job in jobs:
            total += self.writer.estimate(self._telling(job, situation, as_of, None), model)
        return total

    def missing(self, jobs: Sequence[LineJob], situation: Situation, as_of: datetime) -> list[LineJob]:
        """Those that have no line made from the same that still holds."""
        keys = [self._row(job, situation, as_of, "").key for job in jobs]
        kept = self._store.journal.reasons.hashes(keys, as_of)
        asked: list[LineJob] = []
        seen: set[str] = set()
        for job, key in zip(jobs, keys, strict=True):
            known = key in kept and kept[key] == self._hash(self._telling(job, situation, as_of, None))
            if not known and key not in seen:
                asked.append(job)
            seen.add(key)
        return asked

    def write(
        self, job: LineJob, situation: Situation, as_of: datetime, model: Model, budget: Budget | None = None
    ) -> ReasonRow:
        """Ask for the line, check it, and keep it. Raises NotFound for an item that is gone, and what the model
        raises."""
        telling = self._telling(job, situation, as_of, budget)
        try:
            written = self.writer.write(telling, model, self.need_checker())
        except AnswerInvalid as error:
            written = Written((), ())
            self._store.journal.put_failure(job.owner, "reason", type(error).__name__, str(error))
        said = self._said(job.item_id)
        choice = choose(written.lines, telling.evidence, self.need_checker(), self._memory(), said)
        row = self._row(job, situation, as_of, self._hash(telling), self._body(job, telling.evidence, written, choice))
        self._store.journal.reasons.put(row)
        return row

    def job_of(
        self, user_id: str, shown: SlateItem, strands: Sequence[Strand], wishes: Sequence[tuple[str, str]]
    ) -> LineJob | None:
        """What to write for an item of a slate: for the wishes that it meets, else for the strand whose tag brought it,
        else for the one that it is near to; None where there is none."""
        if key := key_of(shown.reason):
            named = {name for kind, name in shown.reason.evidence if kind == "preference"}
            met = tuple(wish for wish in wishes if wish[0] in named)
            return LineJob(user_id, user_id, Strand(key, ""), shown.item_id, wishes=met) if met else None
        tags = {name for kind, name in shown.reason.evidence if kind == "tag"}
        for strand in strands:
            if tags & {tag_id for tag_id, _ in strand.tags}:
                return LineJob(user_id, None if strand.shared else user_id, strand, shown.item_id, 1.0)
        return self._nearest(user_id, shown.item_id, strands)

    def _nearest(self, user_id: str, item_id: str, strands: Sequence[Strand]) -> LineJob | None:
        """For the strand with the tag that the item is nearest to, if it is near at all."""
        world = self._worlds.current.world
        row = world.snapshot.row_of(item_id)
        tags = [(strand, text) for strand in strands for _, text in strand.tags]
        if row is None or world.encode is None or not tags:
            return None
        near = world.encode([text for _, text in tags]) @ world.snapshot.vectors[row]
        best = int(near.argmax())
        if near[best] < NEAR:
            return None
        strand = tags[best][0]
        return LineJob(user_id, None if strand.shared else user_id, strand, item_id, round(float(near[best]), 4))

    def _telling(self, job: LineJob, situation: Situation, as_of: datetime, budget: Budget | None) -> Telling:
        item = self._item(job.item_id)
        evidence = evidence_of(self._store.spec, item, self._liking(job), situation.cues)
        explain, spec = self._config.explain, self._store.spec
        return Telling(
            evidence, spec.nouns, as_of, owner=job.owner, used=self._used(job.item_id),
            tried=tuple(self._tried(job.item_id)), words=spec.reasons.words or explain.words, lines=explain.candidates,
            home=self._config.home, timeout_seconds=self._config.language.batch_timeout_seconds, budget=budget,
        )  # fmt: skip

    def _item(self, item_id: str) -> Item:
        item = self._store.journal.item(item_id)
        if item is None:
            raise NotFound(f"there is no {self._store.spec.noun} {item_id!r} any more")
        return item

    def _liking(self, job: LineJob) -> Liking:
        """What may be told of the person; of an interest that is nobody's, its words alone."""
        if job.owner is None:
            return Liking(job.strand.key, job.strand.text)
        return Liking(job.strand.key, job.strand.text, job.strand.tags, self._past(job), job.wishes)

    def _past(self, job: LineJob) -> tuple[PastItem, ...]:
        """The newest items behind the interest."""
        if not job.strand.evidence:
            return ()
        spec, wanted = self._store.spec, set(job.strand.evidence)
        snapshot: Snapshot = self._worlds.current.world.snapshot
        events = self._store.journal.events_of(job.user_id, kinds=spec.history_kinds)
        found: list[PastItem] = []
        for event in reversed(events):
            row = snapshot.row_of(event.item_id or "")
            if event.event_id in wanted and row is not None and event.item_id != job.item_id:
                title = snapshot.titles[row]
                found.append(PastItem(event.event_id, title, says_liked(event, spec.liked_from), event.kind))
        return tuple(found[:PAST_TOLD])

    def _row(
        self, job: LineJob, situation: Situation, as_of: datetime, input_hash: str,
        body: dict[str, object] | None = None,
    ) -> ReasonRow:  # fmt: skip
        return ReasonRow(
            job.owner, job.strand.key, job.item_id, situation.key, input_hash, min(as_of, datetime.now(UTC)),
            situation.until, body or {},
        )  # fmt: skip

    def _body(self, job: LineJob, evidence: Evidence, written: Written, choice: Choice) -> dict[str, object]:
        snapshot = self._worlds.current.world.snapshot
        row = snapshot.row_of(job.item_id)
        named = choice.line.evidence if choice.line else ()
        texts = {piece.name: piece.text for piece in evidence.pieces}
        return {
            "text": choice.line.text if choice.line else "",
            "pieces": [[kind, key, texts[kind, key]] for kind, key in named],
            "by": self.writer.name,
            "interest": job.strand.text,
            "wishes": [text for _, text in job.wishes],
            "style": written.style.words if written.style else "",
            "manner": [written.style.tone, written.style.build] if written.style else [],
            "near": job.near,
            "bonus": round(choice.bonus, 4),
            "cut": [clause.text for one in choice.checked for clause in one.clauses if clause.fault],
            "refused": [list(pair) for pair in choice.refused],
            "calls": list(written.calls),
            "item": item_state(snapshot, row) if row is not None else "",
        }

    def _hash(self, telling: Telling) -> str:
        """Of all that the line is made from but the day and the styles of other lines."""
        pieces = [[*piece.name, piece.text] for piece in telling.evidence.pieces]
        versions = [prompt.version for prompt in self.writer.prompts(telling)]
        parts = [self.writer.name, versions, telling.words, telling.lines, pieces]
        return hashlib.sha256(json.dumps(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def _memory(self) -> Recent:
        """The store's last lines, read once."""
        with self._lock:
            if self._recent is None:
                rows = self._store.journal.reasons.newest(MEMORY)
                self._recent = Recent(str(row.body["text"]) for row in rows if row.body.get("text"))
            return self._recent

    def _used(self, item_id: str) -> frozenset[str]:
        rows = self._store.journal.reasons.lines_of(item_id, STYLES_APART)
        return frozenset(str(name) for row in rows for name in row.body.get("manner", ()))

    def _tried(self, item_id: str) -> list[str]:
        """Lines of the item, and those that did not stand."""
        rows = self._store.journal.reasons.lines_of(item_id, MEMORY)
        return [text for row in rows for text in (str(row.body["text"]), *(str(one) for one, _ in row.body["refused"]))]

    def _said(self, item_id: str) -> list[str]:
        return [str(row.body["text"]) for row in self._store.journal.reasons.lines_of(item_id, MEMORY)]


def says_liked(event: Event, liked_from: float | None) -> bool:
    """Whether a line may say that they liked it: of what was bought, saved or rated so; of no click, and of no rating
    where the catalogue does not say from when on one is a liking."""
    if event.kind == "rating":
        return liked_from is not None and event.value is not None and event.value >= liked_from
    return event.kind in ("purchase", "favourite")
