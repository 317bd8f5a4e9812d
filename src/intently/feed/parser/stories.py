"""Clauses that tell something: "I had a long day", "my daughter turns 6", "… that my kids would enjoy".

Nothing in them becomes a preference: a guess of the wrong sign tightens. What may yet be a wish is left to the model.
"""

from intently.feed.parser.lexicon import season_words, story_words
from intently.feed.parser.pieces import CONTENT, Piece, Sentence
from intently.feed.parser.reading import Reading
from intently.feed.parser.segments import Segment
from intently.feed.parser.wishes import read_wishes

__all__ = ["read_story", "tells"]

_FANS = frozenset(("fan", "fans", "lover", "lovers", "buff", "addict", "junkie", "enthusiast", "nerd", "geek"))


def read_story(reading: Reading, segment: Segment) -> None:
    """Append nothing, but for "I'm a horror fan"; leave to the model what the words of stories do not cover."""
    if not segment.story:
        return
    content = [piece for piece in segment.pieces if piece.kind in CONTENT]
    fan = any(reading.words([piece]).lower() in _FANS for piece in segment.pieces)
    if fan and not segment.relative and content:
        segment.action = "want"
        read_wishes(reading, segment, None)
        return
    if _names_a_season(reading, segment, content):
        segment.action, segment.cued, segment.soft = "want", True, True
        read_wishes(reading, segment, None)
        return
    if segment.relative:
        content = _bounds(reading, segment, content)
    left = [piece for piece in content if not tells(reading.sentence, piece)]
    if left:
        reading.not_understood(reading.words(left))


def _names_a_season(reading: Reading, segment: Segment, content: list[Piece]) -> bool:
    """ "It's autumn", "it is almost Christmas": said to colour the wish beside it."""
    if not segment.pieces or not content:
        return False
    opening = reading.sentence.lows[segment.pieces[0].start]
    return opening in ("its", "it") and reading.words(content).lower() in season_words()


def _bounds(reading: Reading, segment: Segment, content: list[Piece]) -> list[Piece]:
    """Read the bounds of a relative clause ("that I can finish in under 90 minutes"); what is left of it."""
    sure = [piece for piece in content if piece.amount is not None and _is_bound(piece)]
    if sure:
        segment.pieces, segment.action = sure, "want"
        read_wishes(reading, segment, None)
    return [piece for piece in content if piece not in sure]


def _is_bound(piece: Piece) -> bool:
    assert piece.amount is not None
    quantity = piece.amount.quantity
    return bool(quantity.units or quantity.is_time) and piece.amount.comparator.side in ("at_most", "at_least")


def tells(sentence: Sentence, piece: Piece) -> bool:
    """Whether this piece of a story asks for nothing."""
    if piece.kind in ("amount", "direction", "noun", "shown", "title"):
        return True
    words = sentence.words(piece.start, piece.end).lower()
    return piece.kind == "unknown" and (words in story_words() or words.rstrip("'s").isdigit())
