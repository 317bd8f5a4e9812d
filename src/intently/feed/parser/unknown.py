"""Words that neither the grammar nor the catalogue knows: a wish by meaning, or left to the model."""

import re
from collections.abc import Sequence
from functools import reduce

import numpy as np

from intently.catalog.ground import Grounding
from intently.catalog.lexicon import ordinary_words
from intently.catalog.text_index import terms_in
from intently.feed.parser.chinese.doubt import is_doubtful
from intently.feed.parser.lexicon import story_words
from intently.feed.parser.pieces import CONTENT, Piece, Sentence
from intently.feed.parser.reading import Reading, best_values
from intently.feed.parser.segments import Segment

__all__ = ["MAX_WISH_WORDS", "read_unknown"]

MAX_WISH_WORDS = 3  # unknown words in a row that the grammar takes as a wish by itself
MAX_BARE_TOKENS = 12  # of such a command, small words and signs included
MAX_BARE_WORDS = 2  # of a command that is nothing but unknown words


def read_unknown(reading: Reading, segment: Segment) -> None:
    """Unknown words: a wish by meaning where a cue announces them, else left to the model."""
    announced = segment.cued or (bool(reading.pointed) and segment.joiner not in ("start", "stop"))
    content = [piece for piece in segment.pieces if piece.kind in CONTENT]
    if reading.trusting and {piece.kind for piece in content} == {"unknown", "noun"}:
        _wish(reading, segment, reading.words(content))  # "makes me believe in people"
        return
    runs = [run for run in _runs(segment.pieces, reading.sentence) if not _is_empty(reading, run)]
    crowded = segment.topic and sum(piece.kind == "unknown" for run in runs for piece in run) > MAX_WISH_WORDS + 1
    for run in runs:
        phrase = reading.words(run)
        if _is_rubbish(phrase) or _is_mashed(reading, phrase):
            if len(reading.sentence.pieces) <= len(run) + 2:
                reading.not_understood(phrase)
            continue
        if is_doubtful(reading, segment, phrase):
            reading.not_understood(phrase)
            continue
        unknown = sum(piece.kind == "unknown" for piece in run)
        alone = unknown <= MAX_BARE_WORDS and _is_alone(reading)
        few = (
            unknown <= MAX_WISH_WORDS
            if announced or _is_purpose(reading, segment, run)
            else unknown <= MAX_BARE_WORDS and _is_beside(reading, segment, run)
        )
        sure = reading.trusting or ((alone or few) and not crowded and not _is_verb(reading, segment, run))
        taken = sure or ((segment.topic or segment.said) and _keeps_its_sign(segment, run))
        if not sure:
            reading.not_understood(phrase, taken=taken)
        if taken:
            _wish(reading, segment, phrase)
            if not sure:
                reading.guesses.add(len(reading.changes) - 1)


_RUBBISH = re.compile(
    r"\A(?:[a-z]|\d+(?:st|nd|rd|th)?|can'?t|cannot|didn'?t|don'?t|won'?t|doesn'?t|isn'?t)\Z", re.IGNORECASE
)


def _is_rubbish(phrase: str) -> bool:
    """One letter, mere digits or half a contraction: no wish, whatever announces it."""
    return all(_RUBBISH.match(word.replace("’", "'").strip("'.,")) for word in phrase.split())


_MASHED = re.compile(r"[bcdfghjklmnpqrstvwxz]{5}|(.)\1\1|\A[bcdfghjklmnpqrstvwxz]{3,}\Z")


def _is_mashed(reading: Reading, phrase: str) -> bool:
    """ "asdfgh qwerty": no word of the language or of the catalogue's texts, and nothing that can be said aloud."""
    index, known = reading.context.snapshot.text, ordinary_words(reading.context.spec.language)
    words = [word for word in re.findall(r"[a-z]+", phrase) if word not in known]
    held = any(len(index.holders(term)[0]) for term in terms_in(phrase, index.language))
    return bool(words) and phrase.islower() and not held and any(map(_MASHED.search, words))


def _wish(reading: Reading, segment: Segment, phrase: str) -> None:
    titles = reading.context.grounder.titles(phrase) if reading.trusting or segment.like else ()
    common = ordinary_words(reading.context.spec.language)
    if len(titles) == 1 and not all(word in common for word in phrase.lower().split()):
        reading.add(segment, quote=phrase, relation="like", value={"item_id": titles[0]})
        return
    near = reading.context.grounder.nearest(phrase)
    if near is not None and not _is_cousin(phrase, near.matches[0].value) and not _is_spoken(reading, phrase, near):
        values = best_values(near)
        reading.add(segment, quote=phrase, relation="is", value=values, facet=near.facet, matches=near.pairs)
        reading.notice(f"“{phrase}” is read as {', '.join(values)}: that is near in meaning, so it is a wish")
        return
    reading.add(segment, quote=phrase, relation="like", value={"text": phrase})
    avoided = ", so it only lowers what is like it" if segment.action == "avoid" else ""
    reading.notice(f"“{phrase}” is a wish, not a filter: the catalogue has no such field{avoided}")


def _is_cousin(phrase: str, value: str) -> bool:
    """ "Ancient Rome" and "Ancient Greek" share a word, so their vectors are near; they are two things."""
    said, found = set(phrase.lower().split()), set(value.lower().split())
    return bool(said & found and said - found and found - said)


def _is_spoken(reading: Reading, phrase: str, near: Grounding) -> bool:
    """Whether more items hold these words in title or text than have what they are near to: where many titles speak
    of hair and few products are wigs, the word says it better than what it is near to."""
    snapshot = reading.context.snapshot
    held = [snapshot.text.holders(term)[0] for term in terms_in(phrase, snapshot.text.language)]
    if not held:
        return False
    every = reduce(np.intersect1d, held)
    return len(every) > int(snapshot.mask_of(near.pairs).sum())


def _is_verb(reading: Reading, segment: Segment, run: Sequence[Piece]) -> bool:
    """ "heat it up", "teach me", "I want to switch my brain off": an act, which only the model can take as a wish."""
    lows = reading.sentence.lows
    first = lows[run[0].end : run[0].end + 1]
    content = [piece for piece in segment.pieces if piece.kind in CONTENT]
    before = [
        lows[place] for piece in segment.pieces if piece.start < run[0].start for place in range(piece.start, piece.end)
    ]
    if segment.strong and before[-1:] == ["to"] and len(content) > MAX_BARE_WORDS:
        return True
    if "how" in before or "whether" in before:  # "how people lived"
        return True
    return first in (("me",), ("us",)) or (not segment.said and first in (("it",), ("them",)))


def _is_empty(reading: Reading, run: Sequence[Piece]) -> bool:
    """ "I could watch it all day": the day is no wish."""
    unknown = [piece for piece in run if piece.kind == "unknown"]
    return all(reading.words([piece]).lower() in story_words(empty=True) for piece in unknown)


def _keeps_its_sign(segment: Segment, run: Sequence[Piece]) -> bool:
    """Whether doubtful words may stand under the segment's sign: an avoided thing follows its cue at once."""
    content = [piece for piece in segment.pieces if piece.kind in CONTENT]
    return segment.action != "avoid" or content[0] is run[0]


_TELLING = frozenset(
    ("i", "he", "she", "it", "we", "they", "is", "was", "were", "did", "had", "has", "been", "him", "your", "saved")
)


def _tells(reading: Reading, pieces: Sequence[Piece]) -> bool:
    """Whether small words among these say that something is told: "that was an impressive film"."""
    return any(
        low in _TELLING
        for piece in pieces
        if piece.kind == "skip"
        for low in reading.sentence.lows[piece.start : piece.end]
    )


def _is_beside(reading: Reading, segment: Segment, run: Sequence[Piece]) -> bool:
    """An adjective: the "feel-good" of "feel-good movie", the "slow-burn" of "slow-burn thriller"."""
    if not segment.said and _tells(reading, segment.pieces):
        return False
    for piece in segment.pieces:
        if piece.start == run[-1].end and (piece.own_noun or piece.kind in ("term", "amount")):
            return True
        if piece.end == run[0].start and piece.kind == "amount":
            return True
    return False


def _is_purpose(reading: Reading, segment: Segment, run: Sequence[Piece]) -> bool:
    """What a thing that is named is for: "a product for hair", "a health product for pain"."""
    before = run[0].start - 1
    if before < 0 or reading.sentence.lows[before] != "for" or (not segment.said and _tells(reading, segment.pieces)):
        return False
    return any((piece.own_noun or piece.kind == "term") and piece.end <= before for piece in segment.pieces)


def _is_alone(reading: Reading) -> bool:
    """The whole command is a few such words, as in a search box: "cosy", "dark and gritty"."""
    content = [piece for piece in reading.sentence.pieces if piece.kind in CONTENT]
    praised = any(piece.cue is not None and piece.cue.kind in ("keep", "ask") for piece in reading.sentence.pieces)
    if praised or len(reading.sentence.tokens) > MAX_BARE_TOKENS or _tells(reading, reading.sentence.pieces):
        return False
    return len(content) <= 2 * MAX_BARE_WORDS and all(piece.kind == "unknown" for piece in content)


def _runs(pieces: Sequence[Piece], sentence: Sentence) -> list[list[Piece]]:
    """Stretches from one unknown word to the next with only small words between them."""
    runs: list[list[Piece]] = []
    open_run: list[Piece] | None = None
    gap: list[Piece] = []
    for piece in pieces:
        spaced = sentence.tokens[piece.start].spaced
        if piece.kind == "noun" and spaced and open_run and open_run[-1].end == piece.start:
            open_run.append(piece)  # "a female director"
        elif piece.kind == "unknown":
            if open_run is None or len(gap) > 3:
                open_run = []
                runs.append(open_run)
            else:
                open_run += gap
            open_run.append(piece)
            gap = []
        elif piece.kind == "skip" and not (piece.cue is not None and piece.cue.kind == "keep"):
            gap.append(piece)
        else:
            open_run, gap = None, []
    return runs
