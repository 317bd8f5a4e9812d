"""What a store has made, as subjects to judge: the tags in force, the lines that are kept, the slates under wishes.

A fact holds what a careful reader would look up: the interest and the history behind a tag; the item and the interest
behind a line; what was wanted when a slate was made.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import cast

from intently.engine.doubts import doubted_rows, doubters, doubts_of
from intently.errors import BadRequest, NotFound
from intently.journal import Journal, ReasonRow, SlateRow, UnderstandingRow
from intently.judge.meeting import group_of
from intently.judge.shown import shown_of
from intently.judge.verdict import Subject, Task
from intently.nouns import Item

__all__ = ["OUTPUTS", "drawn_for_people", "drawn_of", "facts_of_line", "outputs_of", "round_of"]

NEWEST = 2000  # lines and slates that are looked at
HISTORY = 6  # titles behind an interest
WISHES = 4  # of a slate, the newest
MODEL_SHOWN = 12  # characters of a model's digest: enough to tell two apart


def outputs_of(journal: Journal, task: str) -> list[Subject]:
    """All stored outputs of a task, in the order of the journal, each once. Raises BadRequest for another task."""
    if task not in OUTPUTS:
        raise BadRequest(f"nothing of the task {task!r} is stored to judge; there are {', '.join(OUTPUTS)}")
    found = {(subject.key, subject.user_id): subject for subject in OUTPUTS[task](journal)}
    return list(found.values())


def round_of(journal: Journal, task: str, batch: str) -> list[Subject]:
    """The subjects of a round of labelling as they were shown to people: those too whose outputs are stored no more.

    Raises BadRequest for another task, NotFound for a round without subjects of it."""
    if task not in OUTPUTS:
        raise BadRequest(f"no judge judges the task {task!r}; there are {', '.join(OUTPUTS)}")
    if not (rows := journal.labels.subjects(batch=batch, task=task)):
        raise NotFound(f"there is no round {batch!r} of {task}; intently label status lists them")
    found = []
    doubts = {(one.key, one.user_id): one.doubts for one in _reasons(journal)} if task == "reason" else {}
    for row in rows:
        shown, named = shown_of(row), str(row.origin.get("subject_id") or row.subject_id)
        subject = Subject(cast("Task", task), named, shown.text, shown.facts, row.user_id, group_of(row))
        told = str(row.origin.get("doubts", ""))
        known = max(int(told) if told.isdecimal() else 0, doubts.get((subject.key, subject.user_id), 0))
        found.append(replace(subject, doubts=known, system=str(row.origin.get("system", ""))))
    return found


def drawn_of(subjects: Sequence[Subject], sample: int, seed: int) -> list[Subject]:
    """A sample in an order drawn by a hash, so that a larger one begins with a smaller one, and people are asked of the
    same outputs as a judge: one seed draws the same for both."""
    return sorted(subjects, key=lambda one: _place(one, seed))[:sample]


def drawn_for_people(subjects: Sequence[Subject], sample: int, seed: int, known: Collection[str] = ()) -> list[Subject]:
    """As `drawn_of`, what people called wrong first. known: keys of what other rounds have; it is left out before the
    sample is cut, so that a later round with the same seed goes on where the earlier ones stopped."""
    fresh = [one for one in subjects if one.key not in known]
    return sorted(drawn_of(fresh, len(fresh), seed), key=lambda one: not one.doubts)[:sample]


def _place(subject: Subject, seed: int) -> bytes:
    told = f"{seed} {subject.key} {subject.user_id}"
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).digest()


def _tags(journal: Journal) -> Iterator[Subject]:
    for row in journal.newest_understandings():
        behind, system = _behind(journal, row), _system(journal, row.pipeline, row.notes.get("calls", ()))
        for tag in row.tags:
            facts = behind.get(tag.interest_id or tag.persona_id or "", ())
            yield Subject("tag", f"tag {tag.tag_id}", tag.text, facts, row.user_id, row.user_id, system=system)


def _behind(journal: Journal, row: UnderstandingRow) -> dict[str, tuple[tuple[str, str], ...]]:
    """Facts by interest or persona: what it is, and titles of the events that it rests on."""
    evidence = [*(one.evidence for one in row.interests), *(one.evidence for one in row.personas)]
    wanted = {event_id for listed in evidence for event_id in listed}
    items = {event.event_id: event.item_id or event.query or "" for event in journal.events_of(row.user_id)
             if event.event_id in wanted}  # fmt: skip
    titles = _titles(journal, items.values())

    def rests_on(evidence: Iterable[str]) -> tuple[tuple[str, str], ...]:
        known = [titles.get(items[event_id], items[event_id]) for event_id in evidence if event_id in items]
        shown = tuple(dict.fromkeys(known))[:HISTORY]
        return (("history", "; ".join(shown)),) if shown else ()

    strands: dict[str, tuple[tuple[str, str], ...]] = {
        interest.interest_id: (("interest", interest.text), *rests_on(interest.evidence)) for interest in row.interests
    }
    for persona in row.personas:
        said = f"{persona.role}: {persona.why}" if persona.why else persona.role
        strands[persona.persona_id] = (("interest", said), *rests_on(persona.evidence))
    return strands


def _reasons(journal: Journal) -> Iterator[Subject]:
    doubts = doubts_of(journal)
    rows = {row.key: row for row in (*journal.reasons.newest(NEWEST), *doubted_rows(journal, doubts))}
    for row in rows.values():
        item = journal.item(row.item_id)
        if item is not None and row.body.get("text"):
            system = _system(journal, str(row.body.get("by", "")), row.body.get("calls", ()))
            yield replace(_reason(row, item), doubts=doubters(row, doubts), system=system)


def _reason(row: ReasonRow, item: Item) -> Subject:
    """The interest is as the row tells it: it was written for these words, whatever the person is understood as now."""
    interest, wishes = str(row.body.get("interest", "")), map(str, row.body.get("wishes", ()))
    evidence = (str(text) for _, _, text in row.body.get("pieces", ()))
    facts = facts_of_line(item, interest, row.situation, evidence, wishes)
    group = row.user_id or row.interest_id
    return Subject("reason", f"reason {row.key}", str(row.body["text"]), facts, row.user_id, group)


def facts_of_line(
    item: Item, interest: str, moment: str, evidence: Iterable[str], wishes: Iterable[str] = ()
) -> tuple[tuple[str, str], ...]:
    """What a line must agree with: the item, the interest, the wishes that it answers, the moment, and the pieces that
    the line rests on."""
    facts = [("title", item.title), ("item", described(item)), ("interest", interest)]
    facts += [*(("wanted", text) for text in wishes), ("moment", moment), *(("evidence", text) for text in evidence)]
    return tuple((name, text) for name, text in facts if text)


def _system(journal: Journal, way: str, calls: Sequence[str]) -> str:
    """The pipeline or writer, and the model that it asked, as far as the call is kept: "v2 5f0c2a9b4d1e"."""
    call = journal.find_call(calls[0]) if calls else None
    return f"{way} {call.model[:MODEL_SHOWN]}".strip() if call else way


def _slates(journal: Journal) -> Iterator[Subject]:
    """Slates that were made under wishes; the others have nothing to fulfil."""
    for row in journal.newest_slates(NEWEST):
        trace = journal.trace(row.feed_id)
        wishes = _wishes(trace["request"]["preferences"]) if trace else ()
        if wishes and row.item_ids:
            yield Subject("slate", f"slate {row.feed_id}", _lines(journal, row), wishes, row.user_id, row.user_id)


def _wishes(preferences: Iterable[Mapping[str, str]]) -> tuple[tuple[str, str], ...]:
    named = {"want": "wanted", "avoid": "not wanted"}
    return tuple((named[held["polarity"]], held["quote"]) for held in list(preferences)[-WISHES:])


def _lines(journal: Journal, row: SlateRow) -> str:
    items = (journal.item(item_id) for item_id in row.item_ids)
    return "\n".join(described(item) for item in items if item is not None)


def described(item: Item) -> str:
    """An item in one line: its title, its terms and numbers, the beginning of its text."""
    parts = [item.title]
    for name, value in item.facets.items():
        if isinstance(value, tuple) and value:
            parts.append(f"{name}: {', '.join(value[:5])}")
        elif isinstance(value, float | int):
            parts.append(f"{name}: {value:g}")
    return " ".join(". ".join([*parts, item.text]).split())[:600]


def _titles(journal: Journal, item_ids: Iterable[str]) -> dict[str, str]:
    found = ((item_id, journal.item(item_id)) for item_id in dict.fromkeys(item_ids) if item_id)
    return {item_id: item.title for item_id, item in found if item is not None}


OUTPUTS: Mapping[str, Callable[[Journal], Iterator[Subject]]] = {"tag": _tags, "reason": _reasons, "slate": _slates}
