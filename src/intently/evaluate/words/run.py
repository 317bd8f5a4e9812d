"""Read every turn of a set with one reader, within a limit and a budget; measure what was read.

The order of turns is drawn by the seed, so that the first turns are a fair sample however far a run comes. Answers of
the model are kept in the folder of partial results: the same command again goes on where it stopped.
"""

import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from intently.config import Config
from intently.engine import Engine
from intently.errors import BadRequest
from intently.evaluate.asked_model import asked_model
from intently.evaluate.commit import commit
from intently.evaluate.words.grounds import Ground, films_of
from intently.evaluate.words.kept import KeptCalls
from intently.evaluate.words.plain import PlainReader
from intently.evaluate.words.readers import FullReader, GrammarReader, Reader
from intently.evaluate.words.report import WordsReport
from intently.evaluate.words.sets import word_set
from intently.evaluate.words.turns import Heard, Turn, WordSet

__all__ = ["READERS", "labelled", "read_turns", "run_words_evaluation"]

READERS = ("grammar", "full", "one-prompt")
SHOWN_SECONDS = 10.0  # between two lines of progress
Say = Callable[[str], None]


def run_words_evaluation(
    name: str,
    data: Path,
    *,
    reader: str = "grammar",
    config: Config,
    limit: int | None = None,
    budget_minutes: float = 30.0,
    seed: int = 0,
    turns_file: Path | None = None,
    labels: Sequence[str] = (),
    out: Path | None = None,
) -> WordsReport:
    """Measure one reader on one set. data: the folder that holds the sets' folders. labels: only turns that have one of
    these (sets whose turns are labelled with words: iard).

    Raises BadRequest for an unknown set, reader or label, DataError for a file that is absent or of another form, and
    ModelUnavailable where a reader needs a model that is not there.
    """
    began = time.monotonic()
    words = word_set(name, turns_file, config.feed.beta)
    turns = labelled(words.turns(data), labels)
    with opened(words, data, config) as ground, reading(reader, config, out, ground) as (chosen, digest):
        deadline = began + budget_minutes * 60
        heard = read_turns(turns, chosen, ground, seed=seed, limit=limit, deadline=deadline, say=_say)
        measures = tuple(words.measure(heard, ground, seed))
    seconds = time.monotonic() - began
    return WordsReport(
        words.name, chosen.name, len(heard), len(turns), seed, commit(), digest, seconds, measures, words.note
    )


def read_turns(
    turns: Sequence[Turn],
    reader: Reader,
    ground: Ground,
    *,
    seed: int,
    limit: int | None = None,
    deadline: float = float("inf"),
    say: Say = lambda line: None,
) -> list[tuple[Turn, Heard]]:
    """Every turn with what the reader heard, in an order drawn by the seed, until the limit or the deadline (of
    `time.monotonic`). One turn at least."""
    order = random.Random(seed).sample(range(len(turns)), len(turns))[:limit]
    heard: list[tuple[Turn, Heard]] = []
    began = spoke = time.monotonic()
    for place in order:
        heard.append((turns[place], reader.read(turns[place], ground)))
        now = time.monotonic()
        if now >= deadline:
            say(f"{len(heard):,} of {len(order):,} turns: the budget of minutes is used up; run again to go on")
            break
        if now - spoke >= SHOWN_SECONDS:
            spoke = now
            left = (now - began) / len(heard) * (len(order) - len(heard))
            say(f"{len(heard):,} of {len(order):,} turns, about {left / 60:.0f} min left")
    return heard


@contextmanager
def opened(words: WordSet, data: Path, config: Config) -> Iterator[Ground]:
    """The catalogue of a set: the demo films, imported on first use, or its own."""
    with Engine("films", config=config, model=False) as engine:
        yield films_of(engine) if words.films else words.ground(data, engine.services.encoder)


@contextmanager
def reading(name: str, config: Config, out: Path | None, ground: Ground) -> Iterator[tuple[Reader, str]]:
    """The reader of that name and the beginning of the digest of the model that it asks."""
    if name == "grammar":
        yield GrammarReader(), ""
        return
    if name not in READERS:
        raise BadRequest(f"there is no reader {name!r}; choose one of {', '.join(READERS)}")
    calls = KeptCalls((out or config.home / "cache" / "evaluate") / f"words-{name}.jsonl")
    with asked_model(config, calls, instead=", or use --reader grammar") as model:
        plain = name == "one-prompt"
        chosen = PlainReader(model, calls, ground, config.home) if plain else FullReader(model, calls, config.home)
        yield chosen, model.digest[:12]


def labelled(turns: Sequence[Turn], labels: Sequence[str]) -> list[Turn]:
    """The turns with one of these labels; all where none is named. Raises BadRequest for a label that no turn has."""
    if not labels:
        return list(turns)
    known = frozenset[str]().union(*(turn.gold for turn in turns if isinstance(turn.gold, frozenset)))
    if missing := sorted(set(labels) - known):
        has = f"it has {', '.join(sorted(known))}" if known else "its turns are not labelled with words"
        raise BadRequest(f"this set has no label {missing[0]!r}; {has}")
    return [turn for turn in turns if not turn.gold.isdisjoint(labels)]


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
