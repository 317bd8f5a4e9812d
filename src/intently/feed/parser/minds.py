"""A change of mind that names nothing of what is in force: "changed my mind, a western", "none of that, a western".

What ends is said by nobody then: it is all that was wanted in this session, where something new of a kind is asked for
in its place. What was refused stays refused, and so does what is always wanted. An end that is named (`turns`) is
narrower and goes first.
"""

from collections.abc import Sequence

from intently.feed.parser.context import ParseContext
from intently.feed.parser.lexicon import Cue
from intently.feed.parser.outlines import Clause, matches
from intently.feed.parser.pieces import Piece
from intently.nouns import Preference

__all__ = ["ended_unnamed"]

_DECIDED = frozenset(("end", "maybe", "all", "allow", "keep", "forbid", "handled"))
_REFUSING = frozenset(("avoid", "too", "enough", "retract", "drop", "undo", "reset", "seen", "like"))
_RESET = frozenset(("reset", "undo"))
_KINDS = frozenset(("term", "title", "unknown"))


def ended_unnamed(clauses: Sequence[Clause], context: ParseContext) -> list[Piece]:
    """Pieces before the command's own that take back what was wanted; none where the command does not turn."""
    turned = [clause for clause in clauses if _turns(clause)]
    if not turned or any(clause.verdict in _DECIDED or clause.has(_RESET) for clause in clauses):
        return []
    if not any(_asks_for_a_kind(clause, clause in turned) for clause in clauses):
        return []
    again = {held.id for clause in clauses for found in clause.named.values() for held in found}
    gone = tuple(held.id for held in context.memory if _ends(held) and held.id not in again)
    for clause in turned:
        clause.pieces = _without_its_words(clause)
    start = clauses[0].pieces[0].start
    ending = [
        Piece("cue", start, start, cue=Cue("retract")),
        Piece("unknown", start, start, ends=gone),
        Piece("cue", start, start, cue=Cue("stop")),
    ]
    return ending if gone else []


def _turns(clause: Clause) -> bool:
    return matches("mind", clause.outline) or matches("point", clause.outline)


def _asks_for_a_kind(clause: Clause, turned: bool) -> bool:
    """Whether a clause asks for a kind of thing, not only for other bounds."""
    if matches("point", clause.outline) or clause.has(_REFUSING):
        return False
    content = [piece for piece in clause.pieces if piece.kind in _KINDS]
    return any(piece.kind != "unknown" or not turned for piece in content)


def _ends(held: Preference) -> bool:
    return held.polarity == "want" and held.scope.kind in ("next", "session")


def _without_its_words(clause: Clause) -> list[Piece]:
    """The clause without the words that only turn: "different mood" is no wish."""
    if matches("point", clause.outline):
        return [piece if _is_border(piece) else Piece("skip", piece.start, piece.end) for piece in clause.pieces]
    return [Piece("skip", p.start, p.end) if p.kind == "unknown" and _is_first(clause, p) else p for p in clause.pieces]


def _is_first(clause: Clause, piece: Piece) -> bool:
    """Whether nothing is asked for before the word: in "different mood, a western" both words stand so."""
    return not any(other.kind in ("term", "title") and other.start < piece.start for other in clause.pieces)


def _is_border(piece: Piece) -> bool:
    return piece.cue is not None and piece.kind == "cue" and piece.cue.kind in ("comma", "stop", "but", "and", "or")
