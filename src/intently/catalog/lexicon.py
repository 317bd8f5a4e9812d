"""Phrases as people write them: one plain form, inflections, ordinary English, spelling.

The plain form is what every phrase is compared in: lower case, no accents, no apostrophes, `&` read as "and", every
other mark a space, and each Chinese, Japanese or Korean character a token of its own (so that longest match works in
text without spaces).
"""

import gzip
import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

__all__ = [
    "Speller",
    "common_words",
    "edit_distance",
    "forms",
    "is_wordless_script",
    "ordinary_words",
    "plain",
    "plain_all",
    "singulars",
    "tokens",
]

_APOSTROPHES = re.compile("['’‘ʼ`´′]")
_MARKS = re.compile(r"[^\w\n ]+|_+")
_SPACES = re.compile(r"  +")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_WORDLESS = re.compile("[\u3005-\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]")
_LETTERS = re.compile("[øłæœđðþı]")
_AS = {"ø": "o", "ł": "l", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}

_IRREGULAR = {
    "men": "man", "women": "woman", "children": "child", "people": "person", "mice": "mouse", "feet": "foot",
    "teeth": "tooth", "geese": "goose", "wolves": "wolf", "knives": "knife", "lives": "life", "wives": "wife",
    "shelves": "shelf", "leaves": "leaf", "loaves": "loaf", "thieves": "thief", "heroes": "hero", "scarves": "scarf",
    "dwarves": "dwarf", "elves": "elf", "halves": "half",
}  # fmt: skip
_PLURAL = {one: many for many, one in _IRREGULAR.items()}
_BRITISH = (
    ("our", "or"),
    ("ise", "ize"),
    ("centre", "center"),
    ("theatre", "theater"),
    ("grey", "gray"),
    ("ellery", "elry"),
)
_SIBILANT = ("s", "x", "z", "ch", "sh")
SHORTEST_PLURAL = 4  # letters: "gas" and "bus" are no plurals
LONGEST_WORD = 40  # letters; longer ones are not checked for slips


def plain(text: str) -> str:
    """The plain form of one text; the empty string when nothing but marks is in it."""
    return plain_all([text])[0]


def plain_all(texts: Sequence[str]) -> list[str]:
    """The plain forms of many texts, in one pass over all of them (about a microsecond a title)."""
    blob = "\n".join(texts)
    if blob.count("\n") != max(len(texts) - 1, 0):
        blob = "\n".join(" ".join(text.split("\n")) for text in texts)
    blob = blob.casefold()
    if not blob.isascii():
        blob = unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFKD", blob)))
        blob = _LETTERS.sub(lambda letter: _AS[letter[0]], blob)
        blob = _WORDLESS.sub(r" \g<0> ", blob)
    blob = _APOSTROPHES.sub("", blob).replace("&", " and ")
    blob = _SPACES.sub(" ", _MARKS.sub(" ", blob)).replace(" \n", "\n").replace("\n ", "\n").strip(" ")
    return blob.split("\n") if texts else []


def tokens(text: str) -> list[str]:
    """The plain words of a text, in order."""
    return plain(text).split()


def is_wordless_script(text: str) -> bool:
    """Whether the text has characters of a script that is written without spaces between words."""
    return not text.isascii() and _WORDLESS.search(text) is not None


@lru_cache(maxsize=4096)
def forms(word: str) -> tuple[str, ...]:
    """Other forms of a plain word that may name the same thing: singular, plural, British and American spelling.

    Some are no words at all ("movie" gives "movieses"): they are looked up, never shown.
    """
    found = [*singulars(word), *_plurals(word)]
    for british, american in _BRITISH:
        found += [word.replace(a, b) for a, b in ((british, american), (american, british)) if word.find(a) >= 0]
    return tuple(dict.fromkeys(form for form in found if form != word))


def singulars(word: str) -> list[str]:
    """What a plain word may be the plural of; empty when it does not look like one."""
    if word in _IRREGULAR:
        return [_IRREGULAR[word]]
    if len(word) < SHORTEST_PLURAL or not word.endswith("s") or word.endswith("ss"):
        return []
    found = [word[:-1]]
    if word.endswith("ies") and len(word) > SHORTEST_PLURAL:
        found.append(word[:-3] + "y")
    elif word.endswith("es") and word[:-2].endswith((*_SIBILANT, "o")):
        found.append(word[:-2])
    return found


def _plurals(word: str) -> list[str]:
    if len(word) < 2 or not word.isalpha():
        return []
    if word in _PLURAL:
        return [_PLURAL[word]]
    if word.endswith("y"):
        return [word[:-1] + "ies", word + "s"]
    return [word + "es" if word.endswith(_SIBILANT) else word + "s"]


@cache
def common_words(language: str = "en") -> frozenset[str]:
    """Words that anybody uses: written small they name no person ("cage"). English only; other languages: none.

    Source: SCOWL levels 10 to 35, see LICENSE-english.txt.
    """
    return _word_lists()[0] if language.split("-")[0] == "en" else frozenset()


@cache
def ordinary_words(language: str = "en") -> frozenset[str]:
    """Words of a larger dictionary, the common ones among them: never taken for a slip of the pen.

    Source: SCOWL levels 10 to 60. English only; other languages: none.
    """
    return _word_lists()[1] | common_words(language) if language.split("-")[0] == "en" else frozenset()


@cache
def _word_lists() -> tuple[frozenset[str], frozenset[str]]:
    packed = (files("intently.catalog") / "english.txt.gz").read_bytes()
    common, rarer = gzip.decompress(packed).decode("ascii").split("\n\n")
    return frozenset(common.split()), frozenset(rarer.split())


def edit_distance(left: str, right: str, most: int) -> int:
    """Letters to insert, drop, change, or swap with the next one, to get from `left` to `right`; `most` + 1 if more.

    Source: optimal string alignment distance (Boytsov 2011, section 2.2).
    """
    if abs(len(left) - len(right)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(right) + 1))
    for i, letter in enumerate(left, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(right, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if earlier and j > 1 and letter == right[j - 2] and left[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most and min(before) > most:  # a swap reaches back two rows
            return most + 1
    return min(row[-1], most + 1)


class Speller:
    """Finds the known words nearest to an unknown one: within 1 edit below 8 letters, 2 from 8 (SEMANTICS 2)."""

    def __init__(self, words: Iterable[str]) -> None:
        """`words`: the known words; those under 4 letters and those with digits are never offered."""
        self.words = sorted({word for word in words if len(word) >= 4 and word.isascii() and word.isalpha()})
        rows = np.repeat(np.arange(len(self.words)), [len(word) for word in self.words])
        letters = np.frombuffer("".join(self.words).encode("ascii"), np.uint8) - ord("a")
        counts = np.bincount(rows * 26 + letters, minlength=len(self.words) * 26)
        self._counts = counts.reshape(-1, 26).astype(np.int8)  # (words, letters)

    def nearest(self, word: str) -> tuple[str, ...]:
        """The known words at the smallest distance, sorted; several when it is not clear which one was meant.

        Empty when the word is under 4 letters, is not made of plain letters, or nothing is near enough.
        """
        if not 4 <= len(word) <= LONGEST_WORD or not (word.isascii() and word.isalpha()):
            return ()
        most = 1 if len(word) < 8 else 2
        best, found = most, list[str]()
        for row in self._near(word, most):
            distance = edit_distance(word, self.words[row], best)
            if distance < best:
                best, found = distance, []
            if distance <= best:
                found.append(self.words[row])
        return tuple(found)

    def _near(self, word: str, most: int) -> npt.NDArray[np.int64]:
        """Rows that can be within `most` edits: one edit changes the counts of letters by 2 in all at most."""
        letters = np.frombuffer(word.encode("ascii"), np.uint8) - ord("a")
        counts = np.bincount(letters, minlength=26).astype(np.int8)
        return np.flatnonzero(np.abs(self._counts - counts).sum(axis=1) <= 2 * most)
