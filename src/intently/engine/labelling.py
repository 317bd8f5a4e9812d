"""What people are given to judge, and what they say: rounds of labelling of one store, for the page and the CLI."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from intently.engine.feeds import Feeds
from intently.engine.milestones import Asked, Parting, milestone_of
from intently.engine.outputs import OUTPUTS, drawn_for_people, outputs_of
from intently.engine.store import Store
from intently.errors import BadRequest, NotFound
from intently.explain.values import amount_text
from intently.journal import LabelRow, SubjectRow
from intently.judge.buffer import Sample, rebalanced, samples_of, shuffled
from intently.judge.criteria import load_criteria
from intently.judge.label_file import file_lines, read_lines
from intently.judge.meeting import group_of
from intently.judge.people import People, people_of
from intently.judge.question import OVERALL, PAIR, Question, asked_of
from intently.judge.queue import Progress, Todo, next_todo, progress
from intently.judge.repetition import Repetition, repetition_of
from intently.judge.reward import Graded, graded_by_judges, graded_by_people
from intently.judge.shown import Shown, subject_row
from intently.judge.systems import Systems, systems_of
from intently.judge.verdict import Subject
from intently.nouns import Item, check_id

__all__ = ["Labelling", "Round", "check_rater"]

MODEL = "model"
LONGEST_NAME = 60  # characters of a rater's name
LONGEST_NOTE = 500
HISTORY = 12  # newest events beside two feeds
SURFACE = "label"
PAIRED = "relevance"  # the criterion about a pair, of which negatives are made by shuffling
FEWEST_EVENTS = 5  # of a person whose two feeds are worth comparing


@dataclass(frozen=True, slots=True)
class Round:
    """Subjects of one task that were drawn under one name, and how far their labelling is for one rater."""

    batch: str
    task: str
    progress: Progress


def check_rater(name: str) -> str:
    """The name of a person who rates. Raises BadRequest: names of models are kept for models."""
    clean = " ".join(name.split())
    if not clean or len(clean) > LONGEST_NAME:
        raise BadRequest(f"a rater's name has 1 to {LONGEST_NAME} characters; write yours, the same every time.")
    if re.match(MODEL, clean, re.IGNORECASE):
        raise BadRequest("a name that begins with “model” is kept for ratings by language models, which never count as "
                         "people's. Write your own name.")  # fmt: skip
    try:
        return check_id(clean)
    except ValueError as error:
        raise BadRequest(f"your name: {error}") from error


class Labelling:
    """Rounds of labelling of one store."""

    def __init__(self, store: Store, feeds: Feeds, home: Path) -> None:
        self._store, self._feeds, self._home = store, feeds, home

    def questions(self, task: str) -> tuple[Question, ...]:
        """Raises DataError for a task without questions."""
        return asked_of(task, load_criteria(self._home))

    def rounds(self, rater: str) -> list[Round]:
        """All rounds, the newest first."""
        labels = self._store.journal.labels
        found: dict[tuple[str, str], list[SubjectRow]] = {}
        for subject in labels.subjects():
            found.setdefault((subject.batch, subject.task), []).append(subject)
        said = labels.labels()
        made = [Round(batch, task, progress(subjects, said, self.questions(task), rater))
                for (batch, task), subjects in found.items()]  # fmt: skip
        return made[::-1]

    def todo(self, rater: str, batch: str, task: str) -> tuple[Todo | None, Progress]:
        """The next question for this rater, None at the end; and how far the round is. Raises NotFound."""
        subjects = self._store.journal.labels.subjects(batch=batch, task=task)
        if not subjects:
            raise NotFound(f"there is no round {batch!r} of {task}; draw one: intently label draw --task {task}")
        labels = self._store.journal.labels.labels(batch=batch, task=task)
        asked = self.questions(task)
        return next_todo(subjects, labels, asked, rater), progress(subjects, labels, asked, rater)

    def answer(self, rater: str, subject_id: str, criterion: str, version: str, value: str, note: str = "") -> None:
        """Keep a person's answer; it is committed when this returns. Raises BadRequest for an answer that the question
        does not have, or whose words have changed since it was shown."""
        subject = self._store.journal.labels.subject(subject_id)
        if subject is None:
            raise NotFound(f"there is no subject {subject_id!r}; it was erased meanwhile. Go on with the next one.")
        known = {question.criterion: question for question in self.questions(subject.task)}
        question = known.get(criterion)
        if question is None or question.version != version:
            raise BadRequest(f"the question {criterion!r} has changed since it was shown. Load the page again.")
        if not question.takes(value):
            raise BadRequest(f"{value!r} is no answer to it; there are {', '.join(question.answers)} and unsure.")
        row = LabelRow(
            subject_id, criterion, version, check_rater(rater), "person", value, datetime.now(UTC), note[:LONGEST_NOTE]
        )
        self._store.journal.labels.put([row])

    def undo(self, rater: str, batch: str, task: str) -> LabelRow | None:
        """Take this rater's newest answer back; its question comes again. None without any."""
        return self._store.journal.labels.take_back(rater, batch=batch, task=task)

    def draw(self, batch: str, task: str, sample: int, *, raters: int = 1, seed: int = 0) -> int:
        """Draw a round of what no other round has, lines that people called wrong first; how many subjects are new.
        Raises BadRequest for a task that nothing is drawn for, and where nothing is left to draw."""
        if task == PAIR:
            return self.draw_pairs(batch, sample, raters=raters, seed=seed)
        if task not in OUTPUTS:
            raise BadRequest(f"no subjects are drawn for {task!r}; there are {PAIR}, {', '.join(OUTPUTS)}. Others are "
                             "imported: intently label import")  # fmt: skip
        if not (stored := outputs_of(self._store.journal, task)):
            raise BadRequest(f"no {task} is stored to label yet; `intently understand`, `intently reason` and "
                             "`intently say` make tags, reasons and slates.")  # fmt: skip
        labels, now = self._store.journal.labels, datetime.now(UTC)
        known = {row.subject_id for row in labels.subjects(task=task) if row.batch != batch}
        if not (chosen := drawn_for_people(stored, sample, seed, known)):
            raise BadRequest(_nothing_left(task, f"{len(stored):,} stored outputs"))
        return labels.put_subjects(_output(subject, batch, raters, now) for subject in chosen)

    def draw_pairs(self, batch: str, people: int, *, raters: int = 1, length: int = 10, seed: int = 0) -> int:
        """Draw people whom no other round has, by a hash, and put the feed that each is served beside the same feed
        with strong variety, as subjects of the study of redundancy; how many are new. Nobody's feed or memory changes.
        Raises BadRequest where nobody is left."""
        journal, now = self._store.journal, datetime.now(UTC)
        drawn = journal.labels.subjects(task=PAIR)
        elsewhere = {row.user_id for row in drawn if row.batch != batch}
        here = {row.user_id for row in drawn if row.batch == batch}
        known = [user_id for user_id, events in journal.user_ids(limit=None) if events >= FEWEST_EVENTS]
        if known and elsewhere.issuperset(known):
            raise BadRequest(_nothing_left(PAIR, f"{len(known):,} people with {FEWEST_EVENTS} events or more"))
        fresh = [user_id for user_id in known if user_id not in elsewhere]
        chosen = sorted(fresh, key=lambda user_id: _digest(str(seed), user_id))[:people]
        rows = [self._pair(user_id, batch, raters, length, now) for user_id in chosen if user_id not in here]
        return journal.labels.put_subjects(row for row in rows if row is not None)

    def export(self, batch: str | None = None, task: str | None = None, *, blind: bool = False) -> Iterator[str]:
        """Subjects and labels as the lines of a file (judge.label_file). blind: for raters elsewhere, without origins,
        people and labels."""
        labels = self._store.journal.labels
        said = [] if blind else labels.labels(batch=batch, task=task)
        return file_lines(labels.subjects(batch=batch, task=task), said, blind=blind)

    def import_lines(self, lines: Iterable[str], where: str) -> tuple[int, int]:
        """Keep what a file holds; how many subjects are new, how many labels are new or newer. Raises DataError, and
        NotFound for a label of a subject that neither the file nor the journal has; then no label was kept."""
        read = read_lines(lines, where, lambda task: {one.criterion: one for one in self.questions(task)})
        labels = self._store.journal.labels
        return labels.put_subjects(read.subjects), labels.put(read.labels)

    def people(self, task: str, batch: str | None = None) -> tuple[People, ...]:
        """How far people agree on each question of a task, in one round or in all."""
        return people_of(self._store.journal.labels.labels(batch=batch, task=task), self.questions(task))

    def repetition(self, task: str, batch: str | None = None) -> tuple[Repetition, ...]:
        """The outcome of the study of redundancy, in one round or in all; nothing for another task than `pair`."""
        if task != PAIR:
            return ()
        labels = self._store.journal.labels
        return repetition_of(
            labels.subjects(batch=batch, task=task), labels.labels(batch=batch, task=task), self.questions(task)
        )

    def systems(self, task: str, batch: str | None = None) -> Systems | None:
        """What made the labelled outputs, by people's grade for the whole, by all criteria, and by the judge that
        judged last; None for a task without a grade for the whole."""
        questions = self.questions(task)
        if all(one.criterion != OVERALL for one in questions):
            return None
        journal = self._store.journal
        rows = journal.judgements.all(task=task)
        last = (rows[-1].judge, rows[-1].version) if rows else ("", "")
        judged = [row for row in rows if (row.judge, row.version) == last]
        subjects = journal.labels.subjects(batch=batch, task=task)
        labels = journal.labels.labels(batch=batch, task=task)
        return systems_of(subjects, labels, judged, questions, " ".join(last).strip())

    def milestone(self, asked: Asked) -> Parting:
        """Have a judge and people parted? Raises as engine.milestones says."""
        return milestone_of(self._store.journal, self.questions(asked.task), asked)

    def samples(
        self, task: str, *, decay: float, most: float, seed: int = 0, negatives: bool = False
    ) -> list[Sample]:  # fmt: skip
        """The judge data buffer of a task: people's labels of all rounds, each criterion rebalanced, and then the
        samples kept apart for testing, as they are. negatives: of relevance some are made by shuffling, for training,
        and counted in its balance."""
        found, kept = self._labelled(task), list[Sample]()
        for criterion in dict.fromkeys(question.criterion for question in self.questions(task)):
            own = [one for one in found if one.criterion == criterion]
            train = [one for one in own if one.split == "train"]
            made = shuffled(train, seed=seed) if negatives and criterion == PAIRED else []
            kept += rebalanced([*train, *made], decay=decay, most=most, seed=seed)
            kept += [one for one in own if one.split == "test"]
        return kept

    def graded(self, task: str) -> list[Graded]:
        """All outputs of a task with the rank that people gave them, and with the rank that model judges gave."""
        journal = self._store.journal
        groups = {(row.subject_id, row.user_id): group_of(row) for row in journal.labels.subjects(task=task)}
        if task in OUTPUTS:
            groups |= {(one.key, one.user_id): one.group for one in outputs_of(journal, task)}
        return [
            *graded_by_people(self._labelled(task)), *graded_by_judges(journal.judgements.all(task=task), groups)
        ]  # fmt: skip

    def _labelled(self, task: str) -> list[Sample]:
        labels = self._store.journal.labels
        versions = {question.criterion: question.version for question in self.questions(task)}
        return samples_of(labels.subjects(task=task), labels.labels(task=task), versions)

    def _pair(self, user_id: str, batch: str, raters: int, length: int, now: datetime) -> SubjectRow | None:
        """None where both feeds are the same: there is nothing to compare. Which feed is side a is a coin by whose they
        are, which no rater sees: files for raters elsewhere show the sides as they are kept."""
        arms = ("varied", "served") if _digest("side", user_id)[0] % 2 else ("served", "varied")
        first, second = (self._feed(user_id, length, now, arm == "varied") for arm in arms)
        if first == second:
            return None
        shown = Shown(sides=(first, second), facts=(("What this person chose last", self._history(user_id)),))
        origin = dict(zip("ab", arms, strict=True))
        return subject_row(PAIR, shown, batch=batch, time=now, user_id=user_id, origin=origin, raters=raters)

    def _feed(self, user_id: str, length: int, now: datetime, varied: bool) -> str:
        slate = self._feeds.make(
            user_id, client=SURFACE, limit=length, surface=SURFACE, as_of=now, diversify=varied, keep=False
        )
        return "\n".join(self._line(item.item_id, item.title) for item in slate.items)

    def _history(self, user_id: str) -> str:
        kinds = self._store.spec.history_kinds
        events = self._store.journal.events_of(user_id, kinds=kinds, newest=HISTORY)
        return "\n".join(self._line(event.item_id, "") for event in reversed(events) if event.item_id)

    def _line(self, item_id: str, title: str) -> str:
        item = self._store.journal.item(item_id)
        return described(self._store, item) if item is not None else title or "an item that is gone"


def _nothing_left(task: str, stored: str) -> str:
    return (
        f"nothing of {task} is left to draw: all {stored} are in other rounds. Rate those (intently label status lists "
        "them), or let new ones be made first."
    )


def _output(subject: Subject, batch: str, raters: int, time: datetime) -> SubjectRow:
    origin = {"subject_id": subject.subject_id, "group": subject.group}
    origin |= {"system": subject.system} if subject.system else {}
    origin |= {"doubts": str(subject.doubts)} if subject.doubts else {}
    shown = Shown(text=subject.text, facts=subject.facts)
    return subject_row(
        subject.task, shown, batch=batch, time=time, user_id=subject.user_id, origin=origin, raters=raters
    )


def described(store: Store, item: Item) -> str:
    """Title, and what the catalogue shows of it first: "Heat · 1995 · Crime, Drama"."""
    terms, when = "", ""
    for name, facet in store.spec.facets.items():
        value = item.facets.get(name)
        if facet.shown and facet.kind == "term" and isinstance(value, tuple) and value and not terms:
            terms = ", ".join(value[:3])
        if facet.shown and facet.kind == "date" and isinstance(value, float | int) and not when:
            when = amount_text(facet, float(value))
    return " · ".join(part for part in (item.title, when, terms) if part)


def _digest(*parts: Sequence[str]) -> bytes:
    return hashlib.sha256("\0".join(map(str, parts)).encode("utf-8", "surrogatepass")).digest()
