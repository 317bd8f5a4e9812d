"""Our own rows: the product as it is, with parts of it switched off, and the ceilings that know what was meant.

Each plays through the engine of the ground, or through one of its own on the same store with other settings. Every
session is a client of its own, and starts from an empty memory.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import numpy as np

from intently.catalog.text_index import TextIndex
from intently.engine import Engine
from intently.engine.feeds import Made
from intently.errors import ModelError
from intently.evaluate.commands.baselines.asked import model_of
from intently.evaluate.commands.baselines.learned import reader_of, source_of
from intently.evaluate.commands.case import Case, Conversation, Ground, Kind, Shown, Truth, Wanted
from intently.evaluate.commands.wording import side_of
from intently.feed.parser import ParseContext, ShownItem, interpret, wishes_of
from intently.feed.tools.intent import IntentReader, MeanOfHistory
from intently.feed.world import World
from intently.language import Line, ask_reading
from intently.learn.settings import TowerKind
from intently.nouns import Change, Command, Preference, Scope, Slate

__all__ = ["CEILINGS", "OURS", "Ours", "TrueRandom", "TrueRanker", "preferences_of"]

K = 10
_numbers = count()


@dataclass
class _Session:
    """A client of a person's, and the moments of what is said. Conversations that differ in `say` extend it."""

    engine: Engine
    ground: Ground
    case: Case
    model: bool = False
    client: str = field(default_factory=lambda: f"s{next(_numbers)}")
    turn: int = 0

    def open(self) -> Shown:
        self.engine.reset(self.case.user_id, client=self.client)
        began = time.perf_counter()
        return shown_of(self.engine.feed(self.case.user_id, client=self.client, as_of=self.now()), began)

    def say(self, text: str, truth: Truth) -> Shown:
        began = time.perf_counter()
        said = self.engine.say(self.case.user_id, text, client=self.client, model=self.model, as_of=self.now())
        changes = tuple(change.model_dump(mode="json", exclude_none=True) for change in said.changes)
        shown = shown_of(said.feed, began, said.by)
        return self.counted(replace(shown, changes=changes, notices=said.notices), text)

    def now(self) -> datetime:
        """A minute later at each turn."""
        self.turn += 1
        return self.ground.as_of + timedelta(minutes=self.turn)

    def counted(self, shown: Shown, text: str) -> Shown:
        """With the tokens of the call that this command made."""
        if not self.model or shown.by not in ("model", "both"):
            return shown
        calls = self.engine.store.journal.calls(self.case.user_id, limit=1)
        if not calls:
            return shown
        call = calls[0]
        return replace(shown, tokens_new=call.tokens_new, tokens_reused=call.tokens_reused, tokens_out=call.tokens_out)


class _LastOnly(_Session):
    """Only the last command counts: what was said before is forgotten."""

    def say(self, text: str, truth: Truth) -> Shown:
        self.engine.reset(self.case.user_id, client=self.client)
        return super().say(text, truth)


@dataclass
class _Added(_Session):
    """No consolidation: every command's changes are added; nothing is replaced, flipped or taken back."""

    held: list[Preference] = field(default_factory=list)
    began: datetime | None = None
    last: Slate | None = None

    def open(self) -> Shown:
        began = time.perf_counter()
        self.last = self._feed(())
        return shown_of(self.last, began)

    def say(self, text: str, truth: Truth) -> Shown:
        began = time.perf_counter()
        slate = [(item.item_id, item.title) for item in self.last.items] if self.last else []
        parsed = self.engine.parse(text, self.held, slate, model=self.model)
        command = f"c{self.turn}"
        new = [_added(change, f"{command}-{at}", command) for at, change in enumerate(parsed.changes)]
        self.held += [preference for preference in new if preference is not None]
        self.last = self._feed(self.held)
        return shown_of(self.last, began, parsed.by)

    def _feed(self, preferences: Sequence[Preference]) -> Slate:
        now = self.now()
        self.began = self.began or (now if preferences else None)
        made = Made(tuple(preferences), 0, f"c{self.turn}", said=(self.began, now) if self.began else None)
        return self.engine.feeds.make(self.case.user_id, client=self.client, limit=K, as_of=now, made=made, keep=True)


def _added(change: Change, name: str, command: str) -> Preference | None:
    if change.op not in ("add", "replace") or change.relation is None or change.value is None:
        return None
    return Preference(
        id=name, polarity=change.polarity or "want", strength=change.strength or "prefer", facet=change.facet,
        matches=change.matches, relation=change.relation, value=change.value, quote=change.quote or "",
        command_id=command,
    )  # fmt: skip


class _ModelOnly(_Session):
    """The grammar reads no command: the model quotes the wishes of every one, and code grounds what it quoted.

    What has no sign of its own ("undo", "something else", "start over") cannot be said.
    """

    def say(self, text: str, truth: Truth) -> Shown:
        began = time.perf_counter()
        engine, user, now = self.engine, self.case.user_id, self.now()
        context, titles = self._context(now)
        try:
            answer = ask_reading(
                model_of(self.ground), text, wishes_of(context.memory), titles, user_id=user,
                timeout_seconds=engine.config.language.command_timeout_seconds, home=engine.config.home,
            )  # fmt: skip
        except ModelError as error:
            slate = engine.feed(user, client=self.client, as_of=now)
            return replace(shown_of(slate, began, "none"), failed=str(error))
        changes = tuple(change for line in answer.value for change in _changes_of(line, context))
        command = Command(
            command_id=context.command_id, user_id=user, client=self.client, text=text, feed_id=None, time=now
        )
        merged = engine.feeds.memory.apply(command, changes)
        made = Made(
            merged.preferences, merged.version, command.command_id, merged.diversify, merged.search, said=merged.said
        )
        slate = engine.feeds.make(user, client=self.client, limit=K, as_of=now, made=made, keep=True)
        return replace(
            shown_of(slate, began, "model"), notices=merged.notices, tokens_new=answer.tokens_new,
            tokens_reused=answer.tokens_reused, tokens_out=answer.tokens_out,
            changes=tuple(change.model_dump(mode="json", exclude_none=True) for change in changes),
        )  # fmt: skip

    def _context(self, now: datetime) -> tuple[ParseContext, list[str]]:
        """What quotes are grounded against, and the titles that are shown."""
        engine, user = self.engine, self.case.user_id
        current, last = engine.worlds.current, engine.feeds.last(user, self.client, None)
        shown = tuple(ShownItem(item_id, title) for item_id, title in last.items) if last else ()
        memory = engine.feeds.memory.now(user, self.client, now).preferences
        context = ParseContext(
            spec=engine.spec, grounder=current.grounder, snapshot=current.world.snapshot, memory=memory, slate=shown,
            now=now, command_id=f"{self.client}-{self.turn}",
        )  # fmt: skip
        return context, [item.title for item in shown]


def _changes_of(line: Line, context: ParseContext) -> tuple[Change, ...]:
    if line.sign == "x":
        return (Change(op="retract", target=line.text),)
    if line.sign == "~":
        return (Change(op="diversify", scope=Scope(kind="next")),)
    if line.sign in ("+", "-"):
        return interpret("-" if line.sign == "-" else "+", line.text, context)[0]
    return ()


@dataclass
class Ours:
    """The product, or an ablation of it. `settings`: of the feed, where they differ; `sources`: kept sources, all by
    default; `meaning`: whether wishes by meaning are used, by their words too; `tower`: added to the
    sources, at the weight of item-kNN; `intent`: who reads the history in the
    light of the wish, by default as the world has it; `learned_intent`: that is the intent-aware tower."""

    name: str
    kind: Kind = "ours"
    model: bool = False
    session: Callable[..., _Session] = _Session
    settings: Mapping[str, Any] = field(default_factory=dict)
    sources: tuple[str, ...] = ()
    meaning: bool = True
    tower: TowerKind | None = None
    intent: IntentReader | None = None
    learned_intent: bool = False
    _own: dict[str, Engine] = field(default_factory=dict)
    _closing: ExitStack = field(default_factory=ExitStack)

    def start(self, ground: Ground, case: Case) -> Conversation:
        return self.session(self._engine(ground), ground, case, self.model)

    def close(self) -> None:
        """Let go of the engines of its own."""
        self._closing.close()
        self._own.clear()

    def _engine(self, ground: Ground) -> Engine:
        if not (self.settings or self.sources or not self.meaning or self.intent or self.tower or self.learned_intent):
            return ground.engine
        key = str(ground.home)
        if key not in self._own:
            engine = ground.engine
            config = engine.config.model_copy(update={"feed": engine.config.feed.model_copy(update=self.settings)})
            own = Engine(engine.store.name, config=config, services=engine.services, model=self.model)
            self._closing.callback(own.close)
            now = own.worlds.current
            own.worlds.current = replace(now, world=self._world(now.world, ground))
            self._own[key] = own
        return self._own[key]

    def _world(self, world: World, ground: Ground) -> World:
        """The world without what this row lacks, and with what it adds."""
        kept = tuple(one for one in world.sources if not self.sources or one.name in self.sources)
        weights = dict(world.weights)
        if self.tower is not None:
            added = source_of(ground, self.tower)
            kept, weights[added.name] = (*kept, added), weights["neighbours"]
        intent = reader_of(ground) if self.learned_intent else self.intent or world.intent
        world = replace(world, sources=kept, weights=weights, intent=intent)
        if self.meaning:
            return world
        return replace(world, encode=None, snapshot=replace(world.snapshot, text=TextIndex.empty()))


# --------------------------------------------------------------------------------------------------------- the ceilings
@dataclass
class _Knowing(_Session):
    """Told what was meant. Items shown before are left out when something else is asked for."""

    shown: tuple[str, ...] = ()
    hidden: set[str] = field(default_factory=set)

    def open(self) -> Shown:
        return self._show(Truth(()))

    def say(self, text: str, truth: Truth) -> Shown:
        if truth.others:
            self.hidden |= set(self.shown)
        return self._show(truth)

    def _show(self, truth: Truth) -> Shown:
        began = time.perf_counter()
        ids = tuple(self.rank(truth))[:K]
        self.shown = ids
        return Shown(ids, "truth", time.perf_counter() - began)

    def rank(self, truth: Truth) -> Sequence[str]:
        raise NotImplementedError


class _Random(_Knowing):
    def rank(self, truth: Truth) -> Sequence[str]:
        out = self.ground.seen.get(self.case.user_id, frozenset()) | self.hidden
        met = self.ground.oracle.meeting(*(want.condition for want in truth.conditions))
        left = [item for item in met if item not in out]
        order = np.random.default_rng([self.case.seed, self.turn]).permutation(len(left))
        self.turn += 1
        return [left[at] for at in order.tolist()]


@dataclass
class _Ranked(_Knowing):
    meant: dict[Wanted, datetime] = field(default_factory=dict)  # since when

    def rank(self, truth: Truth) -> Sequence[str]:
        now, newest = self.now(), f"c{len(truth.conditions) - 1}"
        self.meant = {want: self.meant.get(want, now) for want in truth.conditions}
        said = (min(self.meant.values()), max(self.meant.values())) if self.meant else None
        made = Made(preferences_of(truth.conditions, self.ground.facets), 0, newest, said=said)
        slate = self.engine.feeds.make(
            self.case.user_id, client=self.client, limit=K, as_of=now, made=made, exclude=sorted(self.hidden), keep=True
        )
        return [item.item_id for item in slate.items]


@dataclass(frozen=True)
class TrueRandom:
    """True conditions, random order: what knowing the conditions is worth alone."""

    name: str = "true conditions + random"
    kind: Kind = "ceiling"

    def start(self, ground: Ground, case: Case) -> Conversation:
        return _Random(ground.engine, ground, case)


@dataclass(frozen=True)
class TrueRanker:
    """True conditions, our ranking: what reading every command rightly would give."""

    name: str = "true conditions + our ranker"
    kind: Kind = "ceiling"

    def start(self, ground: Ground, case: Case) -> Conversation:
        return _Ranked(ground.engine, ground, case)


def preferences_of(conditions: Sequence[Wanted], facets: Mapping[str, str]) -> tuple[Preference, ...]:
    """Conditions as preferences: exact values of facets, what is hard as a must, words of the text by meaning."""
    return tuple(_preference(want, facets, at) for at, want in enumerate(conditions))


def _preference(want: Wanted, facets: Mapping[str, str], at: int) -> Preference:
    condition = want.condition
    facet = facets.get(condition.field)
    meant: dict[str, Any]
    if facet is None or want.origin != "facet":
        meant = {"facet": None, "relation": "like", "value": {"text": want.said}}
    elif side := side_of(want):
        low, high = condition.low, condition.high
        relation = {"=": "between", ">": "at_least", "<": "at_most"}[side]
        value: Any = {"low": low, "high": high} if side == "=" else low if low is not None else high
        meant = {"facet": facet, "relation": relation, "value": value}
    else:
        meant = {"facet": facet, "relation": "is", "value": [want.said], "matches": ((facet, want.said),)}
    return Preference(
        id=f"p{at}", polarity="avoid" if condition.avoid else "want",
        strength="must" if want.hard and want.origin == "facet" else "prefer", quote=want.said, command_id=f"c{at}",
        **meant,
    )  # fmt: skip


def shown_of(slate: Slate, began: float, by: str = "") -> Shown:
    """A slate as the harness sees it."""
    return Shown(tuple(item.item_id for item in slate.items)[:K], by, time.perf_counter() - began)


OURS: Mapping[str, Callable[[], Ours]] = {
    "ours": lambda: Ours("ours, grammar alone"),
    "ours-model": lambda: Ours("ours", model=True),
    "last-command": lambda: Ours("ours, last command only", "ours", session=_LastOnly),
    "semantic-only": lambda: Ours("semantic only", "ablation", settings={"alpha": 1.0}, sources=("semantic",)),
    "collaborative-only": lambda: Ours(
        "collaborative only", "ablation", sources=("popularity", "trend", "fresh", "neighbours", "repeats"),
        meaning=False,
    ),
    "ours-sequence": lambda: Ours("ours with SASRec among its sources", "ablation", tower="sasrec"),
    "ours-intent": lambda: Ours("ours with the intent-aware tower", "ablation", learned_intent=True),
    "no-attenuator": lambda: Ours("no attenuator", "ablation", settings={"beta": 0.0}),
    "no-attention": lambda: Ours("no attention", "ablation", intent=MeanOfHistory()),
    "no-consolidation": lambda: Ours("no consolidation", "ablation", session=_Added),
    "planner-model": lambda: Ours("planned by the model", "ablation", model=True, settings={"planner": "model"}),
    "model-only": lambda: Ours("model only", "ablation", model=True, session=_ModelOnly),
}  # fmt: skip
CEILINGS: Mapping[str, Callable[[], TrueRandom | TrueRanker]] = {
    "true-random": TrueRandom,
    "true-ranker": TrueRanker,
}
