"""MusicRecoIntent: music requests with descriptors that people marked, each positive, negative or a reference.

There is no catalogue of music, so one is declared here: the facets that the data set names. Their values and the named
artists and tracks are those that one half of the requests was labelled with; the other half is measured. Half is by
hash of the request's id. Nothing of either is kept.

A reading is one preference. Its sign: `avoid` is negative; a want that is `like` an item is a reference; a want by
meaning (`like` free words) is a reference where its words follow a word of comparing ("like", "similar to") with
nothing between but other readings and small words ("by", "and"), else positive; every other want is positive. Our
preferences do not tell the last two apart themselves, because the feed does the same with both: near in meaning. The
rule is the judge's, and the same for every reader.

A reading is right when at least half of its words are words of labels of its sign; a label is found when at least half
of its words are words of readings of its sign. So one reading of "x by y" finds two labels, and two readings one.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from intently.catalog.encode import Encoder
from intently.evaluate.words.grounds import Ground, declared
from intently.evaluate.words.metrics import Measure, Signed, f1, precision, recall
from intently.evaluate.words.phrases import content_words, fold
from intently.evaluate.words.rates import rates
from intently.evaluate.words.turns import Heard, Turn, adds, read_table
from intently.nouns import Change, Item

__all__ = ["MusicIntent", "signed_words"]

SIGNS = ("positive", "negative", "reference")
FACETS = {
    "genre": "genre",
    "mood": "mood",
    "instrument": "instrument",
    "country": "country",
    "listeningcontext": "occasion",
}
DECADES = range(1920, 2030, 10)
NOUNS = frozenset("music song songs track tracks album albums band bands artist artists playlist tune tunes".split())
LISTING = frozenset("a an the and or by from of".split())  # that join a list of references
_COMPARING = re.compile(
    r"\b(?:like|likes|liked|love|loved|similar to|such as|reminiscent of|akin to|close to|in the style of|"
    r"in the vein of|along the lines of|same (?:\w+ )?as|compared to|comparable to|fans? of)\b"
)
_TOML = """
format = "intently.catalog"
version = 1
name = "Music of the measured requests"
noun = "song"
nouns = "songs"
[items]
file = "none.jsonl"
id = "item_id"
title = "title"
[facets.genre]
kind = "term"
column = "genre"
many = true
nouns = ["genre", "kind of music"]
[facets.mood]
kind = "term"
column = "mood"
many = true
nouns = ["mood", "vibe"]
[facets.instrument]
kind = "term"
column = "instrument"
many = true
nouns = ["instrument"]
[facets.country]
kind = "term"
column = "country"
many = true
nouns = ["country"]
[facets.occasion]
kind = "term"
column = "occasion"
many = true
[facets.year]
kind = "date"
column = "year"
unit = "year"
bare = true
nouns = ["year", "decade"]
more = ["newer", "more recent"]
less = ["older"]
highest = ["new", "recent", "modern"]
lowest = ["old"]
"""


class MusicIntent:
    name = "requests-musicintent"
    films = False
    note = (
        "The catalogue knows the values and names that the other half of the requests was labelled with. Labels of "
        "moods and contexts are free words. A reference is told from a wish by the word before it (see the docstring)."
    )

    def turns(self, data: Path) -> list[Turn]:
        rows = [row for row in _rows(data) if not _is_vocabulary(row)]
        return [Turn(str(row["id"]), row["query"].strip(), "measured half", gold=_labels(row)) for row in rows]

    def ground(self, data: Path, encoder: Encoder | None) -> Ground:
        rows = [row for row in _rows(data) if _is_vocabulary(row)]
        return declared(_TOML, _items(rows), encoder, "music")

    def measure(self, heard: Sequence[tuple[Turn, Heard]], ground: Ground, seed: int) -> list[Measure]:
        part = "measured half"
        read = [(turn.gold, signed_words(turn.text, adds(what))) for turn, what in heard]
        found: list[Measure] = []
        for name, signs in (
            *((sign, (sign,)) for sign in SIGNS),
            ("want", ("positive", "reference")),
            ("any sign", SIGNS),
        ):
            counts = [_counted(gold, words, signs) for gold, words in read]
            found += [of(part, name, counts, seed) for of in (precision, recall, f1)]
        each = [[_counted(gold, words, (sign,)) for sign in SIGNS] for gold, words in read]
        whole = [
            Signed(*(sum(getattr(one, k) for one in row) for k in ("read", "right", "labels", "found"))) for row in each
        ]
        return [*found, f1(part, "all signs, micro", whole, seed), *rates(part, heard, seed)]


def signed_words(text: str, changes: Sequence[Change]) -> list[tuple[str, frozenset[str]]]:
    """Sign and content words of every reading but those of the set's own nouns ("music")."""
    quotes = frozenset[str]().union(*(content_words(_words(change)) for change in changes))
    signed = [(_sign(text, change, quotes), content_words(_words(change))) for change in changes]
    return [(sign, words) for sign, words in signed if not words <= NOUNS]


def _words(change: Change) -> str:
    """What was quoted; of a reading without a quote, its values."""
    if change.quote:
        return change.quote
    return " ".join(change.value) if isinstance(change.value, list) else ""


def _sign(text: str, change: Change, quotes: frozenset[str]) -> str:
    if change.polarity == "avoid":
        return "negative"
    if change.relation != "like":
        return "positive"
    if isinstance(change.value, dict) and "item_id" in change.value:
        return "reference"
    said, quoted = fold(text), fold(change.quote or "")
    at = said.find(quoted) if quoted else -1
    comparing = list(_COMPARING.finditer(said[: max(at, 0)]))
    between = set(said[comparing[-1].end() : at].split()) if comparing else {""}
    return "reference" if between <= quotes | LISTING else "positive"


def _counted(
    gold: Sequence[tuple[str, frozenset[str]]], read: Sequence[tuple[str, frozenset[str]]], signs: Sequence[str]
) -> Signed:
    labels = [words for sign, words in gold if sign in signs]
    readings = [words for sign, words in read if sign in signs]
    all_labels, all_read = frozenset[str]().union(*labels), frozenset[str]().union(*readings)
    right = sum(2 * len(words & all_labels) >= len(words) for words in readings)
    found = sum(2 * len(words & all_read) >= len(words) for words in labels)
    return Signed(len(readings), right, len(labels), found)


def _rows(data: Path) -> list[dict[str, Any]]:
    return read_table(data / "requests-musicintent" / "requests.parquet", ("id", "query", "intents"))


def _is_vocabulary(row: Mapping[str, Any]) -> bool:
    return hashlib.sha256(f"music:{row['id']}".encode()).digest()[-1] % 2 == 0


def _labels(row: Mapping[str, Any]) -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple((one["polarity"], content_words(one["value"])) for one in row["intents"] if fold(one["value"]))


def _items(rows: Sequence[Mapping[str, Any]]) -> list[Item]:
    """One song for each named artist or track, with the values of the requests that name it; one more for each request
    that names none. They are spread over the decades."""
    songs: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in rows:
        marked = [one for one in row["intents"] if fold(one["value"])]
        values = {
            facet: tuple(dict.fromkeys(one["value"] for one in marked if one["type"] == kind))
            for kind, facet in FACETS.items()
        }
        names = [fold(one["value"]) for one in marked if one["type"] == "ne"]
        for name in names or [f"untitled {row['id']}"]:
            held = songs.get(name, {})
            songs[name] = {facet: tuple(dict.fromkeys((*held.get(facet, ()), *some))) for facet, some in values.items()}
    return [
        Item(item_id=str(place), title=name, facets={**values, "year": float(DECADES[place % len(DECADES)])})
        for place, (name, values) in enumerate(songs.items())
    ]
