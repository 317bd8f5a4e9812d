"""Unknown words that no grammar should take for a wish by itself: the model reads them, or nobody does."""

from intently.catalog.lexicon import is_wordless_script
from intently.feed.parser.chinese.fold import HAN
from intently.feed.parser.reading import Reading
from intently.feed.parser.segments import Segment

__all__ = ["is_doubtful"]

MOST_UNKNOWN = 7  # characters of a command that is no story


def is_doubtful(reading: Reading, segment: Segment, phrase: str) -> bool:
    """Whether unknown words are left to the model: in another script than the grammar's, in a story, or one character.

    A single character is a word where its sign is said softly ("太紧"), else most likely a part of one.
    """
    if reading.trusting or not is_wordless_script(phrase):
        return False
    if reading.sentence.language == "en":
        return True
    unknown = (piece for piece in reading.sentence.pieces if piece.kind == "unknown")
    characters = sum(len(HAN.findall(reading.words([piece]))) for piece in unknown)
    return characters > MOST_UNKNOWN or (len(phrase) == 1 and not segment.soft)
