"""An item in a few words: its core attributes, as a history names it. Nothing is in them that the item's record lacks.

RecGPT V1 section 2.2 lets a language model shorten every item's raw record to name, category, brand and other
essentials. Departure: where facets say it, code does it: the title and the two terms of its leading facets, or what the
catalogue's `core` names (`core = "{title} {size}"`, where a title is no more than a type). A title of more words than
`WORDS` is what facets do not suffice for: it is cut where marketing titles have their seams, or, where the model has
been asked (`cores`), what the model chose of its words.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import pairwise

from intently.catalog.arrays import Snapshot
from intently.catalog.schema import CatalogSpec
from intently.understand.behaviour import Describe
from intently.understand.strands import terms_of

__all__ = ["WORDS", "describer", "is_long", "recorder", "shortened"]

WORDS = 10  # of a title that is named whole, and of what a longer one is cut to
ENOUGH = 5  # words of whole parts; with fewer, the next part is cut into
LEAST_WORDS = 2  # of what is kept of a title
KINDS = 2  # terms beside a title
OPEN = frozenset(["", *"a an the and or with for of in on to by from from as at your that".split()])  # end no title
_BRACKETS = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|\{[^{}]*\})")
_SEAM = re.compile(r"\s+[-–—|/]+\s+|[,;|]\s+|\s+\|\s*")
_HOLE = re.compile(r"\{(\w+)\}")


def describer(spec: CatalogSpec, snapshot: Snapshot, cores: Mapping[str, str] | None = None) -> Describe:
    """Item id -> its core: a title, and what kind it is; None for an item that is not there any more.

    cores: what a language model chose of long titles, by item id.
    """
    chosen = cores or {}

    def describe(item_id: str) -> tuple[str, str] | None:
        row = snapshot.row_of(item_id)
        if row is None:
            return None
        if spec.items.core:
            return _filled(spec.items.core, row, snapshot), ""
        title = snapshot.titles[row]
        kinds = ", ".join(value for _, value in terms_of(item_id, spec, snapshot)[:KINDS])
        return chosen.get(item_id) or shortened(title), kinds

    return describe


def recorder(spec: CatalogSpec, snapshot: Snapshot) -> Describe:
    """Item id -> its raw record, as the catalogue holds it: the title and all terms that are shown, without prose.

    What an item costs before it is compressed; for measurements.
    """
    shown = [name for name, facet in spec.facets.items() if facet.kind == "term" and facet.shown]

    def describe(item_id: str) -> tuple[str, str] | None:
        row = snapshot.row_of(item_id)
        if row is None:
            return None
        terms = (value for name in shown for value in snapshot.terms[name].values_of(row))
        return ", ".join([snapshot.titles[row], *terms]), ""

    return describe


def is_long(title: str) -> bool:
    """Whether a title is more than a name: then facets do not suffice, and it has to be shortened."""
    return len(title.split()) > WORDS


def shortened(title: str) -> str:
    """The title, or of a long one what stands before its seams: never more than `WORDS` words, all of them its own.

    Brackets go first, then what follows a dash, bar or comma, part by part; what is still too long is cut.
    """
    if not is_long(title):
        return title
    bare = _BRACKETS.sub(" ", title).strip() or title
    kept: list[str] = []
    for part in (bare[start:end].split() for start, end in pairwise(_seams(bare))):
        if len(kept) >= ENOUGH and len(kept) + len(part) > WORDS:
            break
        kept += part
    words = kept[:WORDS]
    while len(words) > LEAST_WORDS and words[-1].strip(" ,;|-–—/&").lower() in OPEN:
        words.pop()
    return " ".join(words).rstrip(" ,;|-–—/")


def _seams(title: str) -> list[int]:
    """Where the title's parts begin and end."""
    return [0, *(seam.end() for seam in _SEAM.finditer(title)), len(title)]


def _filled(core: str, row: int, snapshot: Snapshot) -> str:
    """The catalogue's `core` with this item's values; a hole without a value is left out, capitals are lowered."""
    values = {"title": [snapshot.titles[row]]}
    for name in _HOLE.findall(core):
        if name in snapshot.terms:
            values[name] = list(snapshot.terms[name].values_of(row)[:KINDS])
    text = _HOLE.sub(lambda hole: ", ".join(_lowered(values.get(hole[1], ()))), core)
    return " ".join(text.split()[:WORDS]).strip(" ,;:-/")


def _lowered(values: Iterable[str]) -> list[str]:
    """SHOUTED words cost a model twice the tokens of the same words in small letters."""
    return [value.lower() if value.isupper() else value for value in values]
