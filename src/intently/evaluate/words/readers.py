"""The parsers that are compared: the exact grammar alone, and our whole parser (grammar, then the model)."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from intently.evaluate.words.grounds import Ground
from intently.evaluate.words.kept import KeptCalls
from intently.evaluate.words.turns import Heard, Turn
from intently.feed.parser import Parsed, read_exact, read_with_model
from intently.feed.parser.tokens import MAX_CHARACTERS
from intently.language import Model

__all__ = ["FullReader", "GrammarReader", "Reader", "counted"]

PATIENCE_SECONDS = 60.0  # for one answer of the model; a person's deadline is shorter, but this is about what it reads


class Reader(Protocol):
    """Reads one turn. Never raises for what the words say: a turn that cannot be read is Heard with `failed`."""

    @property
    def name(self) -> str: ...

    def read(self, turn: Turn, ground: Ground) -> Heard: ...


class GrammarReader:
    """The exact grammar alone; no model."""

    name = "grammar"

    def read(self, turn: Turn, ground: Ground) -> Heard:
        return _timed(turn, lambda: read_exact(turn.text[:MAX_CHARACTERS], ground.context(turn.shown)))


class FullReader:
    """Grammar, and the model for what it could not consume, as a command is read when it is typed."""

    name = "full"

    def __init__(self, model: Model, calls: KeptCalls, home: Path | None) -> None:
        self._model, self._calls, self._home = model, calls, home

    def read(self, turn: Turn, ground: Ground) -> Heard:
        alone = GrammarReader().read(turn, ground)
        if alone.complete or alone.failed:
            return alone
        self._calls.begin()
        heard = _timed(turn, lambda: self._ask(turn, ground))
        return counted(replace(heard, complete=False), self._calls, alone.seconds)

    def _ask(self, turn: Turn, ground: Ground) -> Parsed:
        text, context = turn.text[:MAX_CHARACTERS], ground.context(turn.shown)
        return read_with_model(text, context, self._model, timeout_seconds=PATIENCE_SECONDS, home=self._home)


def counted(heard: Heard, calls: KeptCalls, seconds_before: float = 0.0) -> Heard:
    """With tokens and seconds of the calls that it rests on: an answer kept from before counts as it did then.
    The last call says whether the model failed."""
    rows = calls.touched
    failed = rows[-1].outcome if rows and rows[-1].outcome != "ok" else ""
    return replace(
        heard,
        seconds=seconds_before + sum(row.seconds for row in rows),
        asked=len(rows),
        tokens_new=sum(row.tokens_new for row in rows),
        tokens_reused=sum(row.tokens_reused for row in rows),
        tokens_out=sum(row.tokens_out for row in rows),
        failed=heard.failed or failed,
    )


def _timed(turn: Turn, read: Callable[[], Parsed]) -> Heard:
    began = time.perf_counter()
    try:
        parsed = read()
    except Exception as error:  # a turn that is empty, or that breaks the parser, is a row of its own and is counted
        return Heard(seconds=time.perf_counter() - began, failed=type(error).__name__)
    seconds = time.perf_counter() - began
    return Heard(parsed.changes, parsed.by, parsed.complete, seconds, residue=parsed.residue)
