"""BM25 over everything that is written of an item: title, text, and the raw columns as words (the `bm25s` library).

What an engineer would index: words in their stems, titles counted twice, years with their decades ("1994", "1990s",
"90s"). Averages and counts are left out, since they are taken over all events. The query is stemmed alike.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from intently.catalog.text_index import lucene_bm25
from intently.errors import DataError
from intently.evaluate.commands.baselines.shelf import Scores

__all__ = ["Bm25Config", "LexicalIndex", "document_of", "stems_of"]

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_YEAR = re.compile(r"(1[89]|20)\d\d")
AVERAGES = re.compile(r"avg|average|n_ratings|rating_number|n_buyers|url|_id$|^item_id")
STOPPED = frozenset(
    "a about above after again all also am an and any are as at be because been before being below between both but by "
    "can could did do does doing down during each few for from further had has have having he her here hers him his "
    "how i i'd i'll i'm i've if in into is it it's its just like me more most my no nor not now of off on once only "
    "or other our out over own please same she should show so some something such than that that's the their them "
    "then there these they this those through to too under until up very want was watch we were what when where which "
    "while who why will with would you your".split()
)


@dataclass(frozen=True, slots=True)
class Bm25Config:
    """`k1`, `b`: of BM25; `titles`: how often a title counts."""

    k1: float = 1.2
    b: float = 0.5
    titles: int = 2


@dataclass(frozen=True)
class LexicalIndex:
    """An index of documents, in their order."""

    documents: tuple[str, ...]
    config: Bm25Config = field(default_factory=Bm25Config)

    @cached_property
    def _index(self) -> Any:
        index = lucene_bm25(self.config.k1, self.config.b)
        index.index([stems_of(text) or [""] for text in self.documents], show_progress=False)
        return index

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self._index.vocab_dict)

    def scores(self, query: str) -> Scores:
        """BM25 of every document, as a share of the best; all 0 when no word of the query is known."""
        words = [word for word in stems_of(query) if word in self._known]
        if not words:
            return np.zeros(len(self.documents))
        found = np.asarray(self._index.get_scores(words), dtype=np.float64)
        return found / max(float(found.max(initial=0.0)), 1e-9)


def document_of(words: str, row: Mapping[str, Any], titles: int = 2) -> str:
    """All that is written of an item. words: its title, a line break, its text; row: its raw columns."""
    title, _, text = words.partition("\n")
    cells = [cell for column, cell in row.items() if not AVERAGES.search(column)]
    found = [str(one) for cell in cells for one in (cell if isinstance(cell, list) else [cell]) if one is not None]
    decades = (f"{year[:3]}0s {year[2]}0s" for value in found if (year := _year_of(value)))
    fresh = (value for value in found if value not in (title, text))
    return "\n".join([*[title] * titles, text, *fresh, *decades])


def stems_of(text: str) -> list[str]:
    """The words of a text that tell something, in their English stems."""
    words = [word for word in _WORD.findall(text.casefold()) if word not in STOPPED]
    return list(_stemmer().stemWords(words))


def _year_of(value: str) -> str:
    return value if _YEAR.fullmatch(value) else ""


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    try:
        import Stemmer
    except ImportError as error:
        raise DataError("BM25 needs bm25s and PyStemmer; install them: pip install 'intently[evaluate]'") from error
    return Stemmer.Stemmer("english")
