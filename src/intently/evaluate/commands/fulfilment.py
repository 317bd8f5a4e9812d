"""`intently evaluate fulfilment`: do the slates of played sessions fulfil what was asked, judged by code and a model,
and how far does that judge agree with people and with the raw columns?

Pairs are drawn by a hash, so that a longer run contains a shorter one and labels meet the same pairs again. Questions
go item by item: the second about an item costs only its own words. Answers of the model are kept in the folder of
partial results; the same command again goes on where it stopped.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from intently.config import Config
from intently.errors import BadRequest, BudgetSpent
from intently.evaluate.asked_model import asked_model
from intently.evaluate.commands.fulfilment_report import FulfilmentReport, report_of
from intently.evaluate.commands.grounds import folder_of
from intently.evaluate.commands.play import Session
from intently.evaluate.commands.shown_pairs import Played, declared_pair, in_hash_order, shown_pairs
from intently.evaluate.commands.source import open_source
from intently.evaluate.commands.trajectories import read_sessions
from intently.evaluate.oracle import Oracle, read_rows
from intently.evaluate.words.kept import KeptCalls
from intently.judge.fulfilment import PairVerdict, fulfilment_prompt, judge_pairs
from intently.judge.sheet import Label, write_sheet
from intently.language import Budget, Model

__all__ = ["export_sheet", "judge_played", "played_from", "run_fulfilment"]

SHOWN_SECONDS = 10.0  # between two lines of progress
Say = Callable[[str], None]


def played_from(
    trajectories: Path,
    *,
    data: Path | None = None,
    limit: int = 120,
    seed: int = 0,
    labels: Mapping[str, Label] | None = None,
) -> Played:
    """Read a file of trajectories and draw at most `limit` pairs that code cannot decide, labelled ones first.

    Raises BadRequest for a file without sessions or of several grounds, DataError for one of another form.
    """
    sessions = read_sessions(trajectories)
    name = _ground_of(sessions, trajectories)
    source = open_source(name)
    rows = read_rows(folder_of(name, source, data) / source.items, source.item_id)
    pairs = shown_pairs(sessions, source, rows)
    open_pairs = in_hash_order([one for one in pairs if not one.by_code], seed)
    drawn = sorted(open_pairs, key=lambda one: one.pair.key not in (labels or {}))[:limit]
    oracle = Oracle(rows, source.judged())
    items = {one.pair.item_id: one for one in reversed(drawn)}
    checks = [check for one in items.values() if (check := declared_pair(one, source, rows, oracle))]
    systems = tuple(sorted({session.system for session in sessions}))
    return Played(name, systems, len(sessions), oracle, tuple(pairs), tuple(drawn), tuple(checks))


def export_sheet(played: Played, path: Path, seed: int = 0) -> int:
    """Write the pairs that the model is asked about as a sheet for people; how many. No model is needed for it."""
    return write_sheet(path, (one.pair for one in played.asked), seed)


def run_fulfilment(
    played: Played,
    *,
    config: Config,
    labels: Mapping[str, Label] | None = None,
    budget_minutes: float = 30.0,
    seed: int = 0,
    out: Path | None = None,
    say: Say = lambda line: None,
) -> FulfilmentReport:
    """Judge and compare. Raises ModelUnavailable with the mend when no language model answers."""
    calls = KeptCalls((out or config.home / "cache" / "evaluate") / "fulfilment.jsonl")
    with asked_model(config, calls) as model:
        budget = Budget(seconds=budget_minutes * 60)
        verdicts, checks = judge_played(played, model, config.home, budget, seed, say)
        return report_of(played, verdicts, checks, labels or {}, model.digest[:12], seed)


def judge_played(
    played: Played, model: Model, home: Path | None, budget: Budget, seed: int = 0, say: Say = lambda line: None
) -> tuple[list[PairVerdict], list[PairVerdict]]:
    """Verdicts on all pairs that code decides and on those drawn for the model; and, apart, the model's on declared
    values of the same items, which it is asked only to be measured by. Stops cleanly when the budget is spent."""
    coded = {one.pair.key: one.condition for one in played.pairs if one.by_code}
    told = [one.pair for one in played.pairs if one.by_code]
    verdicts = list(judge_pairs(told, lambda pair: played.oracle.meets(pair.item_id, coded[pair.key]), model))
    questions = in_hash_order([*played.asked, *played.checks], seed, by="item")
    say(f"{model.estimate([fulfilment_prompt(one.pair, home) for one in questions], 1)}, less what is kept")
    checks: list[PairVerdict] = []
    progress = _Progress(len(questions), say)
    answers = judge_pairs([one.pair for one in questions], lambda pair: None, model, home=home, budget=budget)
    try:
        for question, verdict in zip(questions, answers, strict=True):
            (checks if question.by_code else verdicts).append(verdict)
            progress.step()
    except BudgetSpent as spent:
        say(str(spent))
    return verdicts, checks


def _ground_of(sessions: Sequence[Session], file: Path) -> str:
    names = sorted({session.case_id.split("/")[0] for session in sessions})
    if not names:
        raise BadRequest(f"{file}: holds no sessions. Play some: intently evaluate commands --out FOLDER")
    if len(names) > 1:
        raise BadRequest(f"{file}: holds sessions of {', '.join(names)}. Pass the sessions of one of them.")
    return names[0]


class _Progress:
    """Says now and then how much is left."""

    def __init__(self, whole: int, say: Say) -> None:
        self._whole, self._say = whole, say
        self._done = 0
        self._began = self._spoke = time.monotonic()

    def step(self) -> None:
        self._done += 1
        now = time.monotonic()
        if now - self._spoke >= SHOWN_SECONDS:
            self._spoke = now
            left = (now - self._began) / self._done * (self._whole - self._done)
            self._say(f"{self._done:,} of {self._whole:,} questions, about {left / 60:.0f} min left")
