"""Words of a label and words of a reading: folded, without small words, compared by how many they share."""

import re
import unicodedata
from collections.abc import Set

__all__ = ["content_words", "fold", "overlap"]

SMALL = frozenset(
    "a an the and or of in on for to with by from that is are was it its as at be this these those some any like i me "
    "my something anything more very really kind sort type stuff music song songs movie movies film films".split()
)
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")


def fold(text: str) -> str:
    """Lower case, without accents and punctuation, one space between words."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(_WORD.findall(plain.casefold()))


def content_words(text: str) -> frozenset[str]:
    """The folded words that carry meaning; all of them where none does ("The Who")."""
    words = frozenset(fold(text).split())
    return words - SMALL or words


def overlap(one: Set[str], other: Set[str]) -> float:
    """Shared words over the words of the shorter (0 to 1); 0 where either is empty."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0
