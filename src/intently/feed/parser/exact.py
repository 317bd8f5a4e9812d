"""The exact grammar: a command read in milliseconds, without a model (DESIGN 4.1)."""

from collections.abc import Callable, Sequence
from functools import partial

from intently.feed.parser.complaints import with_complaints
from intently.feed.parser.context import By, ParseContext, Parsed
from intently.feed.parser.items import read_praise
from intently.feed.parser.languages import cut, segments_of
from intently.feed.parser.lexicon import Cue
from intently.feed.parser.pieces import CONTENT, Sentence
from intently.feed.parser.reading import Reading
from intently.feed.parser.retractions import read_hidden, read_kept, read_lost_wish, read_retraction
from intently.feed.parser.segments import Segment
from intently.feed.parser.statements import without_statements
from intently.feed.parser.stories import read_story
from intently.feed.parser.tables import tables_of
from intently.feed.parser.talk import without_talk
from intently.feed.parser.tokens import check_text
from intently.feed.parser.turns import with_turns
from intently.feed.parser.wishes import read_wishes
from intently.nouns import Change, Scope

__all__ = ["read_exact", "read_segments", "understood"]


def read_exact(text: str, context: ParseContext) -> Parsed:
    """Read a command. Raises BadRequest when it is empty or too long; never for what it says."""
    sentence = understood(text, context)
    segments = segments_of(sentence)
    if any(cue.kind == "inject" for segment in segments for cue in segment.operations):
        notice = "nothing was changed: that is not about what to show"
        return Parsed((Change(op="keep", quote=text.strip()),), complete=True, notices=(notice,), by="grammar")
    reading = Reading(context, sentence, tables_of(context.spec))
    read_segments(reading, segments)
    return _finish(reading, text)


def understood(text: str, context: ParseContext) -> Sentence:
    """The command's pieces, as its memory and its mere talk let them be read. Raises as `read_exact`."""
    raw = with_turns(cut(check_text(text), context), context)
    said = without_statements(without_talk(raw), context.grounder.name_facets)
    return with_complaints(raw, said)


def read_segments(reading: Reading, segments: Sequence[Segment]) -> None:
    """Append what each segment says, in order."""
    previous: Segment | None = None
    reading.turning = any(segment.replace for segment in segments)
    for place, segment in enumerate(segments):
        if previous is not None and _keeps_rest(previous, segment):
            previous = segment
            continue
        following = segments[place + 1] if place + 1 < len(segments) else None
        if following is not None and _keeps_rest(segment, following):
            read_kept(reading, following)
        else:
            for cue in segment.operations:
                _OPERATIONS[cue.kind](reading, segment, cue)
        _read(reading, segment, previous)
        if previous is not None and segment.kept and not segment.has_content:
            read_praise(reading, segment, previous)
        previous = segment


_EXCEPTING = frozenset(("except", "except for", "apart from", "but not", "other than", "aside from", "besides"))


def _keeps_rest(segment: Segment, following: Segment) -> bool:
    """ "Drop everything except the year", "forget everything but the 90s": the second names what stays."""
    resets = any(cue.kind == "reset" for cue in segment.operations) and not segment.has_content
    bare = following.joiner == "but" and not following.said and not following.operations
    return resets and following.has_content and (bare or following.verb in _EXCEPTING)


def _read(reading: Reading, segment: Segment, previous: Segment | None) -> None:
    if segment.asks:
        reading.notice("nothing was changed: say what you want to see, or what not")
    elif segment.action == "tell":
        read_story(reading, segment)
    elif segment.action == "hide":
        read_hidden(reading, segment)
    elif _frees_a_facet(segment):
        segment.action = "retract"
        read_retraction(reading, segment)
    elif segment.action in ("retract", "drop", "allow") and read_retraction(reading, segment):
        return
    elif segment.action == "avoid" and _ends(reading, segment) and read_lost_wish(reading, segment):
        return
    else:
        if segment.action in ("retract", "drop", "allow"):
            segment.action = "avoid"
        read_wishes(reading, segment, previous)


_CONTRASTS = frozenset(("instead of", "rather than", "in place of"))
_ENOUGH = frozenset(("no more", "no more of", "enough", "enough of", "enough of the", "over", "im over"))


def _ends(reading: Reading, segment: Segment) -> bool:
    """Whether the words end a wish rather than forbid its matter: "I don't want comedies any more", "a western rather
    than a comedy", and before something new "no more comedies, now a western"."""
    return segment.past or segment.verb in _CONTRASTS or (reading.turning and segment.verb in _ENOUGH)


def _frees_a_facet(segment: Segment) -> bool:
    """ "any length", "whatever year": a facet noun alone, wanted in no way."""
    content = [piece for piece in segment.pieces if piece.kind in CONTENT]
    return segment.action == "want" and segment.any and bool(content) and all(piece.kind == "noun" for piece in content)


def _named_over_compared(reading: Reading) -> None:
    """ "These are too short, at least 100 minutes": the amount that is named says it all."""
    if reading.guesses or reading.weak:
        return
    named = {
        (change.facet, change.relation)
        for change in reading.changes
        if change.relation in ("at_least", "at_most") and any(letter.isdigit() for letter in change.quote or "")
    }
    reading.changes[:] = [
        change
        for change in reading.changes
        if (change.facet, change.relation) not in named or any(letter.isdigit() for letter in change.quote or "")
    ]


def _finish(reading: Reading, text: str) -> Parsed:
    _named_over_compared(reading)
    complete = not reading.residue and not reading.guesses
    if not complete:
        reading.guesses |= reading.weak
    by: By = "grammar"
    lost = "”, “".join(reading.lost)
    if reading.residue and not reading.changes:
        reading.notice(f"I did not understand “{lost}”; nothing was changed")
        by = "none"
    elif lost:
        reading.notice(f"I did not understand “{lost}”")
    changes = tuple(reading.changes) or (Change(op="keep", quote=text.strip()),)
    return Parsed(changes, complete, tuple(reading.residue), tuple(reading.notices), by, frozenset(reading.guesses))


def _undo(reading: Reading, segment: Segment, cue: Cue) -> None:
    if not any(change.op == "undo" for change in reading.changes):
        reading.changes.append(Change(op="undo"))


def _reset(reading: Reading, segment: Segment, cue: Cue) -> None:
    if not any(change.op == "reset" for change in reading.changes):
        reading.changes.append(Change(op="reset"))


def _variety(reading: Reading, segment: Segment, cue: Cue) -> None:
    reading.changes.append(Change(op="diversify", scope=Scope(kind="next")))


def _search(what: str, reading: Reading, segment: Segment, cue: Cue) -> None:
    """What rises now, or what is new: for the next slate."""
    if not any(change.op == "search" for change in reading.changes):
        reading.changes.append(Change(op="search", value={"text": what}, scope=Scope(kind="next")))


def _others(reading: Reading, segment: Segment, cue: Cue) -> None:
    """ "Something else": what is shown is hidden for the session."""
    items = [shown.item_id for shown in reading.context.slate]
    if any(change.facet == "item" and change.value == items for change in reading.changes):
        return
    if not items:
        reading.changes.append(Change(op="diversify", scope=Scope(kind="next")))
        return
    reading.changes.append(
        Change(
            op="add",
            polarity="avoid",
            strength="must",
            facet="item",
            matches=tuple(("item", item_id) for item_id in items),
            relation="is",
            value=items,
            scope=Scope(),
            quote="something else",
        )
    )


def _vague(reading: Reading, segment: Segment, cue: Cue) -> None:
    """ "Something better": better in what, only the person knows."""
    spec = reading.context.spec
    named = [facet.label or name for name, facet in spec.facets.items()][:4]
    reading.notice(
        f"nothing was changed: say better in what, for example by {', '.join(named).lower()} or in your words"
    )


_OPERATIONS: dict[str, Callable[[Reading, Segment, Cue], None]] = {
    "undo": _undo,
    "reset": _reset,
    "variety": _variety,
    "trending": partial(_search, "trending"),
    "newest": partial(_search, "new"),
    "others": _others,
    "vague": _vague,
}
