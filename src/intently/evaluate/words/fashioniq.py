"""FashionIQ: how a wanted garment differs from the shown one, in people's words ("is shorter and less colourful").

Nobody labelled these captions; what code can honestly judge is the sign of words that the language itself marks:
"more x", "x-er" ask for x; "less x", "no x", "not x", "without x" ask for none of it. A marked word is *read* when a
preference quotes it; its sign is right when the preference wants (avoids) it. "Longer" and "shorter", "brighter" and
"darker" of the garment itself are declared as numbers here and judged by the side of the bound; "longer sleeves" is of
the sleeves, and a bound on the garment's length there is a false reading. What the words mean beyond that (is "lighter"
a colour or a weight?) is not judged.

The catalogue is declared in ordinary words: colours, patterns and cuts, length and brightness. Nothing is of the data.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from intently.catalog.encode import Encoder
from intently.evaluate.words.grounds import Ground, declared
from intently.evaluate.words.metrics import Measure, share
from intently.evaluate.words.phrases import fold
from intently.evaluate.words.rates import rates
from intently.evaluate.words.turns import Heard, Turn, adds, read_table
from intently.nouns import Change, Item

__all__ = ["FashionIq", "Marked", "marked_words"]

DIRECTIONS = {
    "longer": ("length", "at_least"), "shorter": ("length", "at_most"), "brighter": ("brightness", "at_least"),
    "darker": ("brightness", "at_most"),
}  # fmt: skip
PARTS = frozenset("sleeve sleeves sleeved strap straps hem neck neckline collar hemline cut".split())
COMPARED = frozenset(
    "longer shorter darker lighter brighter larger smaller tighter looser higher lower wider narrower bigger thinner "
    "thicker deeper simpler bolder warmer cooler slimmer paler fuller plainer sexier shinier fancier dressier".split()
)
COLOURS = (
    "black white grey red pink orange yellow green blue navy purple brown beige cream gold silver teal turquoise "
    "maroon burgundy ivory khaki tan multicoloured"
).split()
PATTERNS = "striped floral plaid checked dotted plain graphic animal abstract lace".split()
CUTS = (
    "sleeveless strapless backless fitted loose flowing asymmetrical sheer v-neck crew-neck halter button-down".split()
)
_MORE = re.compile(r"\bmore (?:of an? )?([a-z-]{3,})")
_LESS = re.compile(r"\b(?:less|fewer|no|not|without|lacks) (?:an? |as |so |too |very |any |much )*([a-z-]{3,})")
_TOML = """
format = "intently.catalog"
version = 1
name = "Garments"
noun = "garment"
nouns = "garments"
[items]
file = "none.jsonl"
id = "item_id"
title = "title"
[facets.colour]
kind = "term"
column = "colour"
nouns = ["colour", "color"]
[facets.colour.aliases]
gray = ["grey"]
[facets.pattern]
kind = "term"
column = "pattern"
nouns = ["pattern", "print"]
[facets.pattern.aliases]
stripes = ["striped"]
flowers = ["floral"]
flowery = ["floral"]
dots = ["dotted"]
"polka dots" = ["dotted"]
[facets.cut]
kind = "term"
column = "cut"
nouns = ["cut", "fit"]
[facets.length]
kind = "number"
column = "length"
unit = "cm"
nouns = ["length"]
more = ["longer"]
less = ["shorter"]
highest = ["long"]
lowest = ["short"]
[facets.brightness]
kind = "number"
column = "brightness"
unit = "%"
nouns = ["brightness"]
more = ["brighter"]
less = ["darker"]
highest = ["bright"]
lowest = ["dark"]
"""


@dataclass(frozen=True, slots=True)
class Marked:
    """A word whose sign the language marks. `facet` and `side`: the bound that is right, where one is declared."""

    word: str
    polarity: str
    facet: str = ""
    side: str = ""


class FashionIq:
    name = "requests-fashioniq"
    films = False
    note = (
        "No labels: only the sign of words that the language marks is judged, and the side of four directions. "
        "Captions describe differences; they were written as captions and not as commands."
    )

    def turns(self, data: Path) -> list[Turn]:
        rows = read_table(
            data / "requests-fashioniq" / "captions.parquet", ("candidate_asin", "target_asin", "captions")
        )
        return [
            Turn(
                f"{row['candidate_asin']} {row['target_asin']} {place}",
                text.strip(),
                "captions",
                gold=marked_words(text),
            )
            for row in rows
            for place, text in enumerate(row["captions"])
            if fold(text)
        ]

    def ground(self, data: Path, encoder: Encoder | None) -> Ground:
        return declared(_TOML, _items(), encoder, "garments")

    def measure(self, heard: Sequence[tuple[Turn, Heard]], ground: Ground, seed: int) -> list[Measure]:
        judged = [(mark, _verdict(mark, adds(what))) for turn, what in heard for mark in turn.gold]
        part, found = "captions", list[Measure]()
        for name, polarity in (("more x, x-er", "want"), ("less x, no x", "avoid")):
            some = [verdict for mark, verdict in judged if mark.polarity == polarity]
            found.append(share(part, f"{name}: read", [(verdict != "", 1) for verdict in some], "words", seed))
            said = [verdict for verdict in some if verdict]
            found.append(
                share(part, f"{name}: right sign", [(verdict == "right", 1) for verdict in said], "words", seed)
            )
        sided = [verdict for mark, verdict in judged if mark.side]
        found.append(share(part, "declared direction right", [(one == "right", 1) for one in sided], "words", seed))
        false = [(_of_a_part(turn.text, adds(what)), 1) for turn, what in heard if _speaks_of_a_part(turn.text)]
        found.append(share(part, "length of a part read as the garment's", false, "captions", seed))
        return [*found, *rates(part, heard, seed)]


def marked_words(caption: str) -> tuple[Marked, ...]:
    """The words of a caption whose sign the language marks."""
    said = caption.lower()
    marks = [Marked(word, "avoid") for word in _LESS.findall(said)] + [
        Marked(word, "want") for word in _MORE.findall(said)
    ]
    words = re.findall(r"[a-z-]+", said)
    for place, word in enumerate(words):
        if word not in COMPARED or words[place - 1 : place] in (["not"], ["no"]):
            continue
        of_part = any(part in PARTS for part in words[place + 1 : place + 3])
        facet, side = ("", "") if of_part else DIRECTIONS.get(word, ("", ""))
        marks.append(Marked(word, "want", facet, side))
    return tuple(marks)


def _verdict(mark: Marked, changes: Sequence[Change]) -> str:
    """right, wrong, or empty where no preference quotes the word."""
    quoting = [change for change in changes if _quotes(change, mark.word)]
    if not quoting:
        return ""
    return "right" if any(_is_right(mark, change) for change in quoting) else "wrong"


def _is_right(mark: Marked, change: Change) -> bool:
    if mark.side:
        return change.facet == mark.facet and change.relation == mark.side
    side = DIRECTIONS.get(mark.word)
    if side is not None and change.facet == side[0]:
        return False  # of a part, read as the whole
    return change.polarity == mark.polarity


def _quotes(change: Change, word: str) -> bool:
    return word in re.findall(r"[a-z-]+", (change.quote or "").lower())


def _speaks_of_a_part(caption: str) -> bool:
    words = re.findall(r"[a-z-]+", caption.lower())
    lengths = [place for place, word in enumerate(words) if word in ("longer", "shorter")]
    return bool(lengths) and all(any(w in PARTS for w in words[at + 1 : at + 3]) for at in lengths)


def _of_a_part(caption: str, changes: Sequence[Change]) -> bool:
    return any(change.facet == "length" for change in changes)


def _items() -> list[Item]:
    """Enough garments that every declared value occurs."""
    count = max(len(COLOURS), len(PATTERNS), len(CUTS))
    return [
        Item(
            item_id=str(place),
            title=f"garment {place}",
            facets={
                "colour": (COLOURS[place % len(COLOURS)],),
                "pattern": (PATTERNS[place % len(PATTERNS)],),
                "cut": (CUTS[place % len(CUTS)],),
                "length": 60.0 + 4 * place,
                "brightness": 4.0 * place,
            },
        )
        for place in range(count)
    ]
