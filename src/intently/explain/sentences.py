"""What one sentence of an item's text says: words in its order, of whom, and where it may not be cut off.

A clause that has a sentence's words without its order, its subject or its end says something else: "the cartel
confronts two growers" where the growers confront it, "it is a syndicate" where the text says so of a clan, "his first
role in a film of theirs" where the text goes on "since 1996".
"""

from collections.abc import Collection, Sequence

from intently.catalog.lexicon import plain
from intently.explain.wording import Wording, bases

__all__ = ["breaks_off", "follows", "hangs_on", "is_of_item"]

GAP = 3  # words of a sentence that a clause may leave out between two of its own


def follows(told: Sequence[str], sentence: Sequence[str], wording: Wording) -> int | None:
    """Where the last of these words stands in the sentence, if it has them in this order, in any inflection; at most
    GAP others may stand between, but for the number of an amount. -1 for no words, None where it has them not so."""
    if not told:
        return -1
    starts = [place for place, one in enumerate(sentence) if _same(told[0], one)]
    ends = (_goes_on(told, sentence, place, wording) for place in starts)
    return next((end for end in ends if end is not None), None)


def is_of_item(first: Sequence[str], sentence: Sequence[str], subject: Collection[str], wording: Wording) -> bool:
    """Whether the sentence says of the item that it is what one of these words begins ("it is the third film", "Heat is
    a film"). subject: words that may stand for the item."""
    for place in (place for place, one in enumerate(sentence) if any(_same(word, one) for word in first)):
        before = [one for one in map(str.casefold, sentence[:place]) if one not in wording.light]
        of = before[:-1]
        if before and before[-1] in wording.being and (
            (of and of[-1] in wording.itself) or all(set(plain(one).split()) <= set(subject) for one in of)
        ):  # fmt: skip
            return True
    return False


def breaks_off(end: int, sentence: Sequence[str], degree: bool, wording: Wording) -> bool:
    """Whether a clause whose last word stands there leaves out who did it ("produced" … by somebody), or, where it
    names a degree ("first", "only"), of what or since when."""
    if not 0 <= end < len(sentence) - 1:
        return False
    after = sentence[end + 1].casefold()
    return (after == "by" and sentence[end].endswith(("ed", "en"))) or (degree and after in wording.limits)


def hangs_on(word: str, sentence: Sequence[str], wording: Wording) -> bool:
    """Whether the word stands in the sentence behind a preposition ("a song by The Temptations, which is …"), so that
    what follows it there need not be said of it."""
    for place in (place for place, one in enumerate(sentence) if _same(word, one)):
        before = [one for one in map(str.casefold, sentence[:place]) if one not in wording.light]
        if before and before[-1] in wording.prepositions:
            return True
    return False


def _goes_on(told: Sequence[str], sentence: Sequence[str], place: int, wording: Wording) -> int | None:
    for word in told[1:]:
        found = next((one for one in range(place + 1, len(sentence)) if _same(word, sentence[one])), None)
        if found is None:
            return None
        left = [one for one in sentence[place + 1 : found] if one.casefold() not in wording.light]
        if len(left) > GAP or (left and sentence[found].casefold() in wording.amounts):
            return None
        place = found
    return place


def _same(word: str, other: str) -> bool:
    if any(sign.isdigit() for sign in word):
        return plain(word) == plain(other)
    return bool(bases(word) & bases(other)) or (
        "-" in other and any(bases(word) & bases(one) for one in other.split("-"))
    )
