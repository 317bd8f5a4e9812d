"""An agent after InteRecAgent (arXiv:2308.16505), small and on the same model: plan first, then run the plan's tools.

One call a turn answers the whole plan: an SQL filter, items to be like or unlike, words to rank by. All tools write to
one buffer of candidates, which is ranked and cut to a slate. A condition that SQLite refuses is sent back once with the
error, then left out and counted; a plan that is no plan leaves the slate as it is, and is counted.

Departures from the paper, so that a 1.5 B model can do it at all: the plan is one JSON object with a schema instead of
text with tool names in it; SQL is the WHERE condition alone; the dialogue is the earlier commands and the filter in
force, not a summary; the ranking model is the ground's item-kNN, popularity and text similarity, not SASRec.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import BaseModel, ConfigDict

from intently.errors import BadRequest, ModelError
from intently.evaluate.commands.baselines.asked import model_of
from intently.evaluate.commands.baselines.profile import Profile
from intently.evaluate.commands.baselines.retrieval import RetrievalConfig, Searcher, searcher_of
from intently.evaluate.commands.baselines.shelf import SLATE, PerGround, Scores, Shelf
from intently.evaluate.commands.baselines.sql_filter import SqlTable
from intently.evaluate.commands.case import Case, Ground, Kind, Shown, Truth
from intently.language import Answer, Model, Prompt, render
from intently.language.wire import Lane
from intently.retrieve.request import Mask

__all__ = ["Agent", "Plan"]

MAX_TURNS = 5
MAX_TOKENS = 160
MAX_COMMAND = 400  # characters that the model sees
TIMEOUT_SECONDS = 300.0
WORDS, ITEMS, NEIGHBOURS, POPULARITY = 1.0, 0.5, 0.3, 0.2  # weights of the parts of a rank, each in [0, 1]
SEARCH = RetrievalConfig(lexical=0.5, semantic=0.5)


class Plan(BaseModel):
    """What the tools shall do, in the order in which they run.

    `filter`: an SQL condition over the items, "" for none; `like`, `unwanted`: titles that the person named or pointed
    to; `rank`, `less`: words to rank by, and words whose items shall sink.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    filter: str = ""
    like: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    rank: str = ""
    less: str = ""


@dataclass(frozen=True)
class Workbench:
    """What the tools work on: made once for a ground."""

    searcher: Searcher
    table: SqlTable
    by_title: Mapping[str, str]

    @property
    def shelf(self) -> Shelf:
        return self.searcher.shelf


class Agent:
    """The row of the table. model: by default that of the ground's engine. `counts`: plans, plans broken, conditions
    mended or left out, buffers too small."""

    name = "agent: plan, SQL, item sets"
    kind: Kind = "reads"

    def __init__(self, model: Model | None = None, lane: Lane = "batch") -> None:
        self.lane: Lane = lane
        self.counts: Counter[str] = Counter()
        self._model = model
        self._benches = PerGround(_workbench)

    def start(self, ground: Ground, case: Case) -> "Serving":
        return Serving(self, self._model or model_of(ground), self._benches.of(ground), case)


class Serving:
    """One session: the profile, the filter in force and the slate shown."""

    def __init__(self, agent: Agent, model: Model, bench: Workbench, case: Case) -> None:
        self._agent, self._model, self._bench = agent, model, bench
        ground = bench.shelf.ground
        self._allowed = bench.shelf.unseen(case.user_id)
        taste = bench.shelf.neighbours(case.user_id)
        self._prior = NEIGHBOURS * taste + POPULARITY * bench.shelf.popular
        self._profile = Profile(history=ground.liked.get(case.user_id, ()))
        self._texts: list[str] = []
        self._filter = ""
        self._rank = ""
        self._shown = Shown((), by="agent")

    def open(self) -> Shown:
        self._shown = Shown(self._bench.shelf.best(self._prior, self._allowed), by="agent")
        return self._shown

    def say(self, text: str, truth: Truth) -> Shown:
        if len(self._texts) >= MAX_TURNS:
            return self._shown
        try:
            answer, fault = self._ask(text)
        except ModelError as error:
            self._agent.counts["plans broken"] += 1
            self._texts.append(text)
            self._shown = Shown(self._shown.item_ids, by="agent", failed=str(error))
            return self._shown
        self._texts.append(text)
        self._shown = self._run(answer, fault)
        return self._shown

    def _ask(self, text: str) -> tuple[Answer[Plan], str]:
        """The plan and what is wrong with its filter, after one repair."""
        faults: list[str] = []

        def check(plan: Plan) -> str | None:
            faults.append(self._fault_of(plan))
            return faults[-1] or None

        self._agent.counts["plans"] += 1
        prompt = self._prompt(text)
        answer = self._model.ask(
            prompt, Plan, lane=self._agent.lane, max_tokens=MAX_TOKENS, timeout_seconds=TIMEOUT_SECONDS, check=check,
            schema=PLAN_SCHEMA,
        )  # fmt: skip
        fault = self._fault_of(answer.value)
        if faults and faults[0]:
            self._agent.counts["conditions left out" if fault else "conditions mended"] += 1
        return answer, fault

    def _prompt(self, text: str) -> Prompt:
        ground = self._bench.shelf.ground
        return render(
            "agent", home=ground.engine.config.home, nouns=ground.engine.spec.nouns, columns=self._bench.table.columns,
            earlier=self._texts[-MAX_TURNS:], filter=self._filter, rank=self._rank,
            shown=[self._title(item_id) for item_id in self._shown.item_ids], command=text.strip()[:MAX_COMMAND],
        )  # fmt: skip

    def _fault_of(self, plan: Plan) -> str:
        try:
            self._selected(plan.filter)
        except BadRequest as error:
            return str(error)
        return ""

    def _run(self, answer: Answer[Plan], fault: str) -> Shown:
        plan = answer.value
        self._filter = self._filter if fault else plan.filter
        self._rank = plan.rank
        titles = self._bench.by_title
        self._profile = self._profile.updated(
            (titles[name] for name in map(str.casefold, plan.like) if name in titles),
            (titles[name] for name in map(str.casefold, plan.unwanted) if name in titles),
        )
        found = self._ranked(self._buffer(), plan)
        return Shown(
            found, by="agent", seconds=answer.seconds, tokens_new=answer.tokens_new,
            tokens_reused=answer.tokens_reused, tokens_out=answer.tokens_out,
        )  # fmt: skip

    def _buffer(self) -> Mask:
        """The candidates after the filter; what the conversation rejected is out."""
        rows = map(self._bench.shelf.world.snapshot.row_of, self._selected(self._filter))
        buffer = np.zeros(len(self._allowed), np.bool_)
        buffer[[row for row in rows if row is not None]] = True
        return buffer & self._allowed

    def _selected(self, condition: str) -> Sequence[str]:
        return self._bench.table.select(condition) if condition.strip() else self._bench.shelf.item_ids

    def _ranked(self, buffer: Mask, plan: Plan) -> tuple[str, ...]:
        """The slate: the buffer by rank, then, where it holds too few, the other items by rank."""
        shelf = self._bench.shelf
        scores = self._prior + self._words(plan) + ITEMS * self._likeness()
        first = shelf.best(scores, buffer, self._profile.unwanted)
        if len(first) == SLATE:
            return first
        self._agent.counts["buffers too small"] += 1
        rest = shelf.best(scores, self._allowed & ~buffer, self._profile.unwanted, k=SLATE - len(first))
        return (*first, *rest)

    def _words(self, plan: Plan) -> Scores:
        found = np.zeros(len(self._allowed))
        config = SEARCH if self._bench.shelf.world.encode is not None else RetrievalConfig(lexical=1.0)
        for words, sign in ((plan.rank, WORDS), (plan.less, -WORDS / 2)):
            if words.strip():
                found += sign * self._bench.searcher.scores_of(words, config)
        return found

    def _likeness(self) -> Scores:
        """Cosine with the liked items less that with the unwanted ones, each the mean of its set, in [-1, 1]."""
        snapshot = self._bench.shelf.world.snapshot
        found = np.zeros(len(self._allowed))
        for item_ids, sign in ((self._profile.like, 1.0), (self._profile.unwanted, -1.0)):
            rows = [row for item_id in item_ids if (row := snapshot.row_of(item_id)) is not None]
            if rows:
                found += sign * (snapshot.vectors @ snapshot.vectors[rows].mean(axis=0))
        return found

    def _title(self, item_id: str) -> str:
        snapshot = self._bench.shelf.world.snapshot
        row = snapshot.row_of(item_id)
        return "" if row is None else snapshot.titles[row]


def _workbench(ground: Ground) -> Workbench:
    searcher = searcher_of(ground, SEARCH.bm25)
    snapshot = searcher.shelf.world.snapshot
    titles = {title.casefold(): item_id for title, item_id in zip(snapshot.titles, snapshot.item_ids, strict=True)}
    return Workbench(searcher, SqlTable(ground.rows), titles)


def _plan_schema() -> dict[str, Any]:
    """The plan's own schema with lengths, every key in its order: a plan is short."""
    words = {"type": "string", "maxLength": 80}
    titles = {"type": "array", "items": words, "maxItems": 4}
    keys = {"filter": {"type": "string", "maxLength": 240}, "like": titles, "unwanted": titles, "rank": words}
    properties = {**keys, "less": words}
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}


PLAN_SCHEMA = _plan_schema()
