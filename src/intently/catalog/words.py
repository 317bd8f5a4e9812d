"""Values named by the words of a text: "Set Of 6 Blue Glass T-Lights" names blue, glass and T-light.

One concept: `WordReader`, a facet's declared values and aliases as one compiled expression. Whole words only, the
longest phrase first, no overlaps inside a facet; the last word of a phrase may be singular or plural.
"""

import re
from collections.abc import Iterator

from intently.catalog.schema import FacetSpec

__all__ = ["WordReader", "plain_words", "word_forms"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_IRREGULAR = {
    "leaf": "leaves", "knife": "knives", "shelf": "shelves", "scarf": "scarves", "mouse": "mice", "goose": "geese",
    "child": "children", "person": "people", "man": "men", "woman": "women", "foot": "feet", "loaf": "loaves",
}  # fmt: skip
_SINGULAR = {plural: singular for singular, plural in _IRREGULAR.items()}


def plain_words(text: str) -> str:
    """The words of a text in lower case, joined by single spaces: signs, hyphens and slashes part words."""
    return " ".join(_WORD.findall(text.casefold().replace("’", "'")))


def word_forms(word: str) -> tuple[str, ...]:
    """The word, its plural and its singular, as English spells them; forms that do not exist cost nothing."""
    forms = {word, _plural(word), _singular(word)}
    return tuple(sorted(form for form in forms if form))


class WordReader:
    """Finds a facet's values in texts. Aliases that point to another facet are left to that facet."""

    def __init__(self, facet: FacetSpec) -> None:
        self._values: dict[str, tuple[str, ...]] = {}
        for phrase, values in _phrases(facet):
            for form in _phrase_forms(phrase):
                self._values.setdefault(form, values)
        for phrase in facet.ignored:
            self._values[plain_words(phrase)] = ()
        self._order = {value: place for place, value in enumerate(facet.values)}
        longest_first = sorted(self._values, key=lambda phrase: (-len(phrase), phrase))
        either = "|".join(re.escape(phrase) for phrase in longest_first if phrase)
        self._expression = re.compile(rf"(?<!\S)(?:{either})(?!\S)")

    def values_in(self, *texts: str) -> tuple[str, ...]:
        """The values that the texts name, each once, in the order the facet declares them."""
        found: set[str] = set()
        for text in texts:
            for hit in self._expression.finditer(plain_words(text)):
                found.update(self._values[hit.group()])
        return tuple(sorted(found, key=self._order.__getitem__))


def _phrases(facet: FacetSpec) -> Iterator[tuple[str, tuple[str, ...]]]:
    for value in facet.values:
        yield value, (value,)
    known = set(facet.values)
    for phrase, values in facet.aliases.items():
        own = tuple(value for value in values if value in known)
        if own:
            yield phrase, own


def _phrase_forms(phrase: str) -> Iterator[str]:
    words = plain_words(phrase).split()
    if words:
        for form in word_forms(words[-1]):
            yield " ".join([*words[:-1], form])


def _plural(word: str) -> str:
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + ("es" if word.endswith(("s", "x", "z", "ch", "sh")) else "s")


def _singular(word: str) -> str:
    if word in _SINGULAR:
        return _SINGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ses", "xes", "zes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith("ss") and len(word) > 3 else ""
