"""Values named by the words of a text: "Set Of 6 Blue Glass T-Lights" names blue, glass and candle.

One concept: `WordReader`, a facet's declared values and aliases as one compiled expression. Whole words only, the
longest phrase first, no overlaps inside a facet; the last word of a phrase may have any of its forms. Words are made
plain and inflected as in grounding (`lexicon`), so that what a person may type is what is found.
"""

import re
from collections.abc import Iterator

from intently.catalog.lexicon import forms, plain
from intently.catalog.schema import FacetSpec

__all__ = ["WordReader"]


class WordReader:
    """Finds a facet's values in texts. Aliases that point to another facet are left to that facet."""

    def __init__(self, facet: FacetSpec) -> None:
        self._values: dict[str, tuple[str, ...]] = {plain(phrase): () for phrase in facet.ignored}
        written = [(plain(phrase), values) for phrase, values in _phrases(facet)]
        inflected = [(form, values) for phrase, values in written for form in _phrase_forms(phrase)]
        for phrase, values in [*written, *inflected]:  # a phrase as declared goes before another one's plural
            self._values.setdefault(phrase, values)
        self._order = {value: place for place, value in enumerate(facet.values)}
        longest_first = sorted(filter(None, self._values), key=lambda phrase: (-len(phrase), phrase))
        self._expression = re.compile(rf"(?<!\S)(?:{'|'.join(map(re.escape, longest_first))})(?!\S)")

    def values_in(self, *texts: str) -> tuple[str, ...]:
        """The values that the texts name, each once, in the order the facet declares them."""
        found: set[str] = set()
        for text in texts:
            for hit in self._expression.finditer(plain(text)):
                found.update(self._values[hit.group()])
        return tuple(sorted(found, key=self._order.__getitem__))


def _phrases(facet: FacetSpec) -> Iterator[tuple[str, tuple[str, ...]]]:
    known = set(facet.values)
    for value in facet.values:
        yield value, (value,)
    for phrase, values in facet.aliases.items():
        own = tuple(value for value in values if value in known)
        if own:
            yield phrase, own


def _phrase_forms(phrase: str) -> Iterator[str]:
    head, _, last = phrase.rpartition(" ")
    for form in forms(last) if last else ():
        yield f"{head} {form}" if head else form
