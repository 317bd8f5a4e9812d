"""What the grammar could not read alone goes to the language model (DESIGN 4.2, 4.3).

The model quotes words under a sign; code grounds the quotes and decides facet, value, must or prefer. What the grammar
read exactly (numbers, references, undo) stays; what it only guessed is replaced by the model's reading. A model that
fails leaves the grammar's provisional reading, and says so.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from intently.errors import ModelError
from intently.feed.parser.context import By, ParseContext, Parsed
from intently.feed.parser.exact import read_exact, read_segments, understood
from intently.feed.parser.languages import cut, segments_of
from intently.feed.parser.pieces import CONTENT, Piece, Sentence
from intently.feed.parser.reading import Reading
from intently.feed.parser.segments import Segment
from intently.feed.parser.stories import tells
from intently.feed.parser.tables import tables_of
from intently.feed.parser.tokens import tokenise
from intently.language import Line, Model, Wish, ask_reading
from intently.nouns import Change, Preference, Scope

__all__ = ["interpret", "read_with_model", "wishes_of"]


def read_with_model(
    text: str,
    context: ParseContext,
    model: Model,
    *,
    user_id: str | None = None,
    timeout_seconds: float = 12.0,
    home: Path | None = None,
) -> Parsed:
    """Read a command by the grammar and, where words are left over, by the model. Raises as `read_exact`.

    home: INTENTLY_HOME, for prompts of the user's own; the same as that of the prefill, or its work is lost.
    """
    exact = read_exact(text, context)
    if exact.complete:
        return exact
    titles = [shown.title for shown in context.slate]
    try:
        answer = ask_reading(
            model, text, wishes_of(context.memory), titles, user_id=user_id, timeout_seconds=timeout_seconds, home=home
        )
    except ModelError as error:
        said = f"the language model did not answer ({error}); this is what the exact grammar read"
        return replace(exact, notices=(*exact.notices, said))
    return _joined(text, context, exact, answer.value)


def interpret(
    sign: Literal["+", "-"], quote: str, context: ParseContext, around: Segment | None = None
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    """The changes that quoted words make under a sign, and what people should know.

    around: the segment of the command that the words stand in; its markers (softened, only, tonight) count here too.
    """
    sentence = cut(quote, context)
    reading = Reading(context, sentence, tables_of(context.spec), trusting=True)
    segments = segments_of(sentence)
    for segment in segments:
        segment.cued = True
        if segment.action == "tell":  # the model takes it for a wish, so it is one, and no more than that
            segment.action, segment.story, segment.soft = "want", False, True
        if sign == "-" and segment.action == "want" and not segment.strong:
            segment.action, segment.said = "avoid", True
        if around is not None:
            segment.soft |= around.soft
            segment.bound |= around.bound and segment.action == "want"
            segment.replace |= around.replace
            segment.scope = segment.scope or around.scope
    read_segments(reading, segments)
    return _beside_titles(reading.changes), tuple(reading.notices)


def _beside_titles(changes: Sequence[Change]) -> tuple[Change, ...]:
    """Of a quote that names an item the words around it are no wishes: the "new" of "new Death Wish"."""
    kinds = [set(change.value) if isinstance(change.value, dict) else set() for change in changes]
    named = any("item_id" in kind for kind in kinds)
    return tuple(change for change, kind in zip(changes, kinds, strict=True) if not (named and "text" in kind))


def wishes_of(memory: Sequence[Preference]) -> list[Wish]:
    """What is in force as the prompt of a reading names it; a prefill must name it alike."""
    return [Wish(held.id, held.polarity == "avoid", held.quote) for held in memory]


def _joined(text: str, context: ParseContext, exact: Parsed, lines: Sequence[Line]) -> Parsed:
    sure = [change for place, change in enumerate(exact.changes) if place not in exact.guesses and change.op != "keep"]
    sentence = understood(text, context)
    segments = segments_of(sentence)
    lines = [line for line in lines if line.sign != "x" or _is_named(line.text, context, sentence, segments, exact)]
    added: list[Change] = []
    notices = [notice for notice in exact.notices if not notice.startswith(("I did not understand", "“"))]
    kept_notices = [notice for notice in exact.notices if notice.startswith("“") and _speaks_of(notice, sure)]
    for line in lines:
        changes, said = _read_line(line, context, sentence, segments)
        fresh = [_cautious(change, exact) for change in changes if not _is_known(change, [*sure, *added])]
        added += fresh
        kept_notices += [notice for notice in said if fresh and notice not in kept_notices]
    changes = tuple([*sure, *added])
    if not changes:
        notice = f"I did not understand “{'”, “'.join(exact.residue)}”; nothing was changed"
        kept_notices += [] if any(line.sign == "=" for line in lines) or not exact.residue else [notice]
        return Parsed((Change(op="keep", quote=text.strip()),), True, (), (*notices, *kept_notices), "none")
    by: By = "both" if sure and added else ("model" if added else "grammar")
    return Parsed(changes, True, (), (*notices, *kept_notices), by)


def _cautious(change: Change, exact: Parsed) -> Change:
    """What the grammar knew but for its sign ("no horror funny") the model may not forbid, only lower."""
    forbids = change.polarity == "avoid" and change.strength == "must"
    return change.model_copy(update={"strength": "prefer"}) if forbids and change.quote in exact.residue else change


def _speaks_of(notice: str, changes: Sequence[Change]) -> bool:
    return any(change.quote and f"“{change.quote}”" in notice for change in changes)


def _read_line(
    line: Line, context: ParseContext, sentence: Sentence, segments: Sequence[Segment]
) -> tuple[tuple[Change, ...], tuple[str, ...]]:
    if line.sign == "x":
        held = next((held for held in context.memory if held.id == line.text), None)
        found = () if held is None else (Change(op="retract", target=held.id, facet=held.facet, quote=held.quote),)
        return found, ()
    if line.sign == "~":
        return (Change(op="diversify", scope=Scope(kind="next")),), ()
    if line.sign == "=" or _is_told(line.text, sentence, segments) or _is_talk(line.text, sentence):
        return (), ()
    around = _around(line.text, sentence, segments)
    sign: Literal["+", "-"] = "-" if line.sign == "-" else "+"
    if around is not None and around.action == "want" and around.strong and not around.doubtful:
        sign = "+"  # "show me …", "I want …": what the person said aloud the model does not turn
    return interpret(sign, line.text, context, around)


def _is_named(
    preference_id: str,
    context: ParseContext,
    sentence: Sentence,
    segments: Sequence[Segment],
    exact: Parsed,
) -> bool:
    """Whether a wish is taken back that the command speaks of: by a word of it, its facet, or a cue such as "forget".

    Where the grammar read nothing at all, the model may know that "frights" means the horror of before.
    """
    held = next((held for held in context.memory if held.id == preference_id), None)
    if held is None:
        return False
    takes_back = any(segment.action in ("retract", "drop", "allow") or segment.replace for segment in segments)
    words = {token.low for token in tokenise(held.quote)} - _SMALL
    facets = {piece.facet for piece in sentence.pieces if piece.kind == "noun"}
    facets |= {piece.direction.facet for piece in sentence.pieces if piece.direction is not None}
    silent = all(change.op == "keep" for change in exact.changes)
    return takes_back or silent or bool(words & set(sentence.lows)) or held.facet in facets


_SMALL = frozenset(
    ("a", "an", "the", "of", "or", "and", "in", "from", "with", "no", "not", "under", "over", "to", "for")
)


def _is_talk(quote: str, sentence: Sentence) -> bool:
    """Whether the grammar read every word of the quote as mere talk, so that none of it can be a wish."""
    start = sentence.text.casefold().find(quote.casefold())
    if start < 0:
        return False
    end = start + len(quote)
    touched = [
        piece
        for piece in sentence.pieces
        if sentence.tokens[piece.start].start < end and sentence.tokens[piece.end - 1].end > start
    ]
    return bool(touched) and all(piece.kind == "skip" and not piece.own_noun for piece in touched)


def _is_told(quote: str, sentence: Sentence, segments: Sequence[Segment]) -> bool:
    """Whether the words only tell something: the "long day" of "I had a long day, …"."""
    around = _around(quote, sentence, segments)
    if around is None or not around.story or around.relative:
        return False
    words = {token.low for token in tokenise(quote)}
    told = [piece for piece in around.pieces if piece.kind in CONTENT and words & set(_lows_of(sentence, piece))]
    return all(tells(sentence, piece) for piece in told)


def _lows_of(sentence: Sentence, piece: Piece) -> tuple[str, ...]:
    return sentence.lows[piece.start : piece.end]


def _around(quote: str, sentence: Sentence, segments: Sequence[Segment]) -> Segment | None:
    """The segment of the command in which the quoted words stand."""
    start = sentence.text.casefold().find(quote.casefold())
    if start < 0:
        return None
    end = start + len(quote)

    def overlaps(piece: Piece) -> bool:
        return sentence.tokens[piece.start].start < end and sentence.tokens[piece.end - 1].end > start

    return next((segment for segment in segments if any(map(overlaps, segment.pieces))), None)


def _is_known(change: Change, known: Sequence[Change]) -> bool:
    """Whether the grammar, or an earlier line, has said this already, or has read every word of it, whatever the sign:
    of "surprise me with a clever heist" the model may not forbid what the grammar wants."""
    if any(_same(change, other) or _is_ended(change, other) for other in known):
        return True
    words = {token.low for token in tokenise(change.quote or "")}
    read = {token.low for other in known for token in tokenise(other.quote or "")}
    return change.relation == "like" and bool(words) and words <= read


def _is_ended(change: Change, other: Change) -> bool:
    """Whether the model wants, or refuses, what the grammar has just read the end of."""
    if other.op != "retract" or change.op == "retract":
        return False
    words = (change.quote or "").casefold()
    return bool(set(change.matches) & set(other.matches)) or (bool(words) and words == (other.quote or "").casefold())


def _same(change: Change, other: Change) -> bool:
    if change.op == other.op == "diversify":
        return True
    if change.op == "retract" or other.op == "retract":
        return change.op == other.op and (change.target or change.facet) == (other.target or other.facet)
    numbers = ("at_most", "at_least", "between", "about")
    if change.relation in numbers:
        return change.facet == other.facet and other.relation in numbers
    if change.relation == "is" and isinstance(change.value, list):
        held = other.value if isinstance(other.value, list) else []
        return change.facet == other.facet and set(change.value) <= set(held)
    words = (change.quote or "").casefold()
    return bool(words) and words in (other.quote or "").casefold()
