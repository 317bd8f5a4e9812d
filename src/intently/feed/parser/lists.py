"""The segments of a whole command: what one does not say itself it takes from the one before.

Over "and" and "or" always ("no horror or gore"), over a comma only when the list is closed by one of them ("no horror,
thrillers or war"), over "but" never. Segments of mere modifiers pass them on.
"""

from collections.abc import Sequence

from intently.feed.parser.pieces import CONTENT, Sentence
from intently.feed.parser.segments import Builder, Segment

__all__ = ["segments_of"]

_PRAISE = frozenset(("like", "love", "liked", "loved"))


def segments_of(sentence: Sentence, builder: Builder | None = None) -> list[Segment]:
    """The segments of a command in order, each with its action decided. builder: of another language's grammar."""
    builder = builder or Builder(sentence.tokens)
    for piece in sentence.pieces:
        builder.take(piece)
    segments = builder.done()
    _spread_empty(segments, sentence)
    _complain(segments, sentence)
    segments = [segment for segment in segments if segment.has_content or segment.operations or segment.kept]
    _inherit(segments)
    for place, segment in enumerate(segments[:-1]):
        praise = segment.kept or (segment.strong and not _PRAISE.isdisjoint(segment.verb.split()[-1:]))
        segment.praised = praise and segments[place + 1].joiner in ("but", "comma") and segment.has_content
    for place, segment in enumerate(segments[:-1]):
        item = [piece.kind for piece in segment.pieces if piece.kind in CONTENT] in (["shown"], ["title"])
        bare = item and not segment.said and not segment.asks  # "the ninth one without the dots"
        follows = segments[place + 1].joiner in ("but", "turn") and not segments[place + 1].too
        segment.praised |= bare and follows
    for segment in segments:
        segment.praised |= segment.kept and any(
            p.direction is not None and p.direction.comparative for p in segment.pieces
        )
    return segments


_POINTING = frozenset(("that", "this", "it", "those", "these", "them", "above", "said"))


def _points(segment: Segment, sentence: Sentence) -> bool:
    """ "None of that, a western": what is refused is pointed at, and not what comes next."""
    lows = [low for piece in segment.pieces for low in sentence.lows[piece.start : piece.end]]
    return not _POINTING.isdisjoint(lows) or not _POINTING.isdisjoint(segment.verb.split())


def _spread_empty(segments: Sequence[Segment], sentence: Sentence) -> None:
    """A segment of mere modifiers (", if possible", ", instead", "tonight,") passes them to its neighbour."""
    for place, segment in enumerate(segments):
        if segment.has_content or segment.operations:
            continue
        neighbours = [other for other in (*segments[:place][::-1], *segments[place + 1 :]) if other.has_content]
        before = [other for other in segments[:place] if other.has_content]
        target = before[-1] if before and (segment.soft or segment.bound) else (neighbours[0] if neighbours else None)
        following = segments[place + 1] if place + 1 < len(segments) else None
        goes_on = following is not None and following.action is None and following.joiner != "stop"
        goes_on = goes_on and not (segment.action != "want" and _points(segment, sentence))
        if segment.said and not segment.no and following is not None and goes_on:
            following.action, following.said, following.cued = segment.action, True, True
        elif segment.action == "avoid" and before and _closes(segment, following):
            before[-1].action, before[-1].said = "avoid", True  # "musicals, never again", "90 minutes is too much"
            before[-1].too |= segment.too
        if target is None:
            continue
        target.soft |= segment.soft and target is not following
        target.bound |= segment.bound
        target.scope = target.scope or segment.scope
        for other in neighbours if segment.replace and _is_bare(segment) else ():
            other.replace = True
    scopes = {segment.scope for segment in segments if segment.scope}
    if len(scopes) == 1:
        _spread_scope(segments, next(iter(scopes)))


def _spread_scope(segments: Sequence[Segment], scope: str) -> None:
    """The one scope that is named holds for all; "always" only in its own sentence."""
    sentence: list[Segment] = []
    for segment in (*segments, Segment("stop")):
        if segment.joiner == "stop":
            for part in sentence if scope != "always" or any(part.scope for part in sentence) else ():
                part.scope = scope
            sentence = []
        sentence.append(segment)


_SHUTTING = frozenset(("isnt", "arent", "is not", "are not", "never again", "never", "never ever", "not any more"))


def _is_bare(segment: Segment) -> bool:
    """Mere modifiers (", instead"), not a clause of small words ("I have actually never seen it")."""
    return not segment.kept and segment.action != "tell" and len(segment.pieces) <= 2


def _closes(segment: Segment, following: Segment | None) -> bool:
    """Whether an avoidance without content speaks of what stands before it."""
    ends = following is None or following.joiner == "stop"
    return ends and (segment.too or segment.verb in _SHUTTING or len(segment.verb.split()) > 1)


def _complain(segments: Sequence[Segment], sentence: Sentence) -> None:
    """ "Nothing but westerns again" asks for the end of them."""
    for before, segment in zip(segments, segments[1:], strict=False):
        too_much = segment.joiner == "turn" and segment.too and not before.said and before.of_kind("amount")
        if too_much and all(piece.kind in ("direction", "skip") for piece in segment.pieces):
            before.pieces += segment.pieces  # "220 minutes is too long"
            before.action, before.said, before.too, segment.pieces = "avoid", True, True, []
    for segment in segments:
        again = any(sentence.lows[piece.start] == "again" for piece in segment.pieces)
        if segment.binding.startswith("nothing but") and again:
            segment.action, segment.said, segment.soft, segment.bound = "avoid", True, True, False


def _inherit(segments: Sequence[Segment]) -> None:
    for place, segment in enumerate(segments):
        previous = segments[place - 1] if place else None
        if previous is not None and previous.story and segment.action is None:
            goes_on = segment.joiner == "and" and not previous.relative and not segment.cued
            segment.action, segment.story = ("tell", True) if goes_on else ("want", False)
        elif segment.action is None and previous is not None and _continues(segments, place):
            segment.action, segment.inherited = previous.action, True
            segment.either = _closed_by_or(segments, place)
            segment.like |= previous.like
            segment.soft |= previous.soft
            segment.bound |= previous.bound
            segment.cued |= previous.cued
        elif segment.action is None:
            segment.doubtful = segment.joiner == "comma" and previous is not None and previous.action == "avoid"
            segment.doubtful &= not segment.replace and not (previous is not None and previous.past)
            segment.action = "want"
        if previous is not None and previous.replace and segment.joiner in ("and", "or") and segment.action == "want":
            segment.replace = True


def _continues(segments: Sequence[Segment], place: int) -> bool:
    """Whether the segment at `place` goes on with the list that the one before it belongs to."""
    joiner = segments[place].joiner
    if joiner in ("and", "or"):
        return True
    if joiner != "comma":
        return False
    for later in segments[place + 1 :]:
        if later.action is not None:
            return False
        if later.joiner in ("and", "or"):
            return True
        if later.joiner != "comma":
            return False
    return False


def _closed_by_or(segments: Sequence[Segment], place: int) -> bool:
    joiners = [segment.joiner for segment in segments[place:]]
    closing = next((joiner for joiner in joiners if joiner != "comma"), "")
    return closing == "or"
