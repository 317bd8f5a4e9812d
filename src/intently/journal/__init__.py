"""What happened: items, events, memory versions, slates, traces, model calls. The only room that knows SQL."""

from intently.journal.activity import Activity
from intently.journal.events import Appended, EventColumns
from intently.journal.export import Erased
from intently.journal.jobs import Job, JobState
from intently.journal.journal import Journal
from intently.journal.judgements import JudgementRow, Judgements
from intently.journal.labels import LabelRow, Labels, SubjectRow
from intently.journal.memory import Answer, CommandRow, MadeBy, MemoryRow
from intently.journal.open import open_journal
from intently.journal.reasons import ReasonRow
from intently.journal.slates import SlateRow
from intently.journal.tables import KIND_CODES, KINDS
from intently.journal.understanding import FailureRow, UnderstandingRow

__all__ = [
    "KINDS",
    "KIND_CODES",
    "Activity",
    "Answer",
    "Appended",
    "CommandRow",
    "Erased",
    "EventColumns",
    "FailureRow",
    "Job",
    "JobState",
    "Journal",
    "JudgementRow",
    "Judgements",
    "LabelRow",
    "Labels",
    "MadeBy",
    "MemoryRow",
    "ReasonRow",
    "SlateRow",
    "SubjectRow",
    "UnderstandingRow",
    "open_journal",
]
