"""The tiny world of the journal's tests: one evening of one person, in every table."""

from datetime import UTC, datetime, timedelta
from typing import Any

from intently.journal import Journal, JudgementRow, LabelRow, MemoryRow, ReasonRow, SubjectRow, UnderstandingRow
from intently.nouns import CallRow, Command, Event, Interest, Item, Profile, Tag

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def film(item_id: str, **changes: Any) -> Item:
    fields = {"title": f"Film {item_id}", "text": "A text.", "facets": {"genre": ("Comedy", "Drama"), "minutes": 95.0}}
    return Item(item_id=item_id, **{**fields, **changes})


def rated(user_id: str, item_id: str, minutes: float = 0, value: float | None = 8, **changes: Any) -> Event:
    return Event.model_validate(
        {"user_id": user_id, "item_id": item_id, "kind": "rating", "time": at(minutes), "value": value, **changes}
    )


def memory(user_id: str, version: int, *entries: Any, **changes: Any) -> MemoryRow:
    fields = {"parent": version - 1, "made_by": "command", "command_id": None, "client": "web", "time": NOON}
    return MemoryRow(user_id=user_id, version=version, state={"entries": list(entries)}, **{**fields, **changes})


def typed(user_id: str, command_id: str, text: str = "no horror", minutes: float = 0) -> Command:
    return Command(command_id=command_id, user_id=user_id, client="web", text=text, feed_id=None, time=at(minutes))


def asked(call_hash: str, user_id: str | None = None, outcome: str = "ok", answer: str | None = "[]") -> CallRow:
    return CallRow(
        hash=call_hash, user_id=user_id, prompt="interests", prompt_version="3", model="small", outcome=outcome,
        answer=answer, tokens_new=100, tokens_reused=20, tokens_out=9, seconds=0.5, cost=0.0, time=NOON,
    )  # fmt: skip


def judged(user_id: str | None, text: str = "dry comedies", version: str = "v1", rank: str = "S") -> JudgementRow:
    verdict = {"criterion": "relevance", "grade": "positive", "by": "model", "chance": 0.9, "quote": text}
    subject_ = {"text": text, "facts": [["interest", "comedies"]]}
    return JudgementRow(
        f"key of {text}", "tag t1", user_id, "tag", "agentic", version, rank, 0.9, subject_, [verdict], NOON
    )


def live(journal: Journal, user_id: str, mark: str = "mark") -> None:
    """Give a person at least one row in every table that holds people, `mark` in each text."""
    journal.put_profile(Profile(user_id=user_id, attributes={"place": mark}))
    journal.append([rated(user_id, "1"), rated(user_id, "2", 1)])
    journal.append([Event(user_id=user_id, kind="search", query=f"{mark} films", time=NOON)])
    journal.put_memory(memory(user_id, 1, {"quote": mark}), 0)
    journal.put_command(typed(user_id, "c1", f"no {mark}"), [{"op": "add", "quote": mark}], "grammar")
    journal.put_answer(user_id, f"less {mark}", "dismissed")
    journal.keep_reply(user_id, "key-1", {"said": mark})
    journal.put_slate(f"feed of {user_id}", user_id, "web", "feed", NOON, ["1", "2"])
    journal.put_trace(f"feed of {user_id}", user_id, NOON, {"mark": mark})
    interest = Interest(interest_id="i1", text=f"likes {mark}", evidence=("e1",))
    tag = Tag(tag_id="t1", text=f"{mark} films", interest_id="i1")
    journal.put_understanding(UnderstandingRow(user_id, "hash", (interest,), (tag,), NOON))
    journal.put_stage(user_id, "interests", "hash", {"mark": mark})
    journal.put_call(asked(f"call of {user_id}", user_id, answer=f"they like {mark}"))
    journal.enqueue("understand", user_id, {"user_id": user_id, "mark": mark})
    journal.put_failure(user_id, "tags", "AnswerInvalid", f"{mark} is no tag")
    journal.labels.put_subjects([subject(f"tag of {user_id}", user_id=user_id, shown={"tag": mark})])
    journal.labels.put([said(f"tag of {user_id}", note=mark)])
    journal.reasons.put(ReasonRow(user_id, "i1", "2", "late spring", "hash", NOON, at(60), {"text": f"{mark} for you"}))
    journal.judgements.put(judged(user_id, mark))


def subject(subject_id: str, **changes: Any) -> SubjectRow:
    fields: dict[str, Any] = {"batch": "march", "task": "tag", "user_id": None, "shown": {"tag": "dry comedy"}}
    return SubjectRow(subject_id=subject_id, **{**fields, "time": NOON, **changes})


def said(subject_id: str, rater: str = "eve", minutes: float = 0, **changes: Any) -> LabelRow:
    fields: dict[str, Any] = {"criterion": "relevance", "version": "1", "by": "person", "value": "positive"}
    return LabelRow(subject_id=subject_id, rater=rater, **{**fields, "time": at(minutes), **changes})
