"""Adjectives along number facets in Chinese: 便宜 (soft), 更便宜, 便宜一点, 再短些 (against something), 价格低一点."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from intently.catalog.schema import CatalogSpec, FacetSpec
from intently.feed.parser.chinese.fold import fold
from intently.feed.parser.tables import Direction

__all__ = ["Directions", "directions_of"]

_MORE = ("高", "大", "长", "贵")
_LESS = ("低", "小", "短", "便宜", "少")
_BARE = re.compile(r"^(?:更|再|比较)|(?:一点儿?|一些|点儿?|些)$")
_BEFORE = r"(?:(?:能不能|可以|要|还)?(更加|更|再|稍微|稍|还要|尽量)?(?:要|来)?)"
_AFTER = r"(了?(?:一点儿?|一些|点儿?|些)|得多|很多)?"
Side = Literal["more", "less"]


@dataclass(frozen=True)
class Directions:
    """The adjectives of one catalogue as one expression. Offsets are characters of the folded text."""

    expression: re.Pattern[str] | None
    meaning: dict[str, Direction]

    def at(self, text: str, start: int) -> tuple[int, Direction] | None:
        """(end, direction) of the longest adjective here."""
        found = self.expression.match(text, start) if self.expression is not None else None
        if found is None:
            return None
        direction = self.meaning[found[2]]
        if found[3] and found[3].startswith("了"):  # "贵了点" asks for what is cheaper
            opposite: Side = "less" if direction.side == "more" else "more"
            return found.end(), Direction(direction.facet, opposite, comparative=True)
        compares = direction.comparative or bool(found[1]) or bool(found[3])
        return found.end(), Direction(direction.facet, direction.side, compares)


def directions_of(spec: CatalogSpec) -> Directions:
    meaning: dict[str, Direction] = {}
    for name, facet in spec.facets.items():
        if facet.kind != "term":
            meaning |= {word: d for word, d in _of_facet(name, facet) if word not in meaning}
    words = "|".join(re.escape(word) for word in sorted(meaning, key=lambda word: (-len(word), word)))
    expression = re.compile(f"{_BEFORE}({words}){_AFTER}") if words else None
    return Directions(expression, meaning)


def _of_facet(name: str, facet: FacetSpec) -> list[tuple[str, Direction]]:
    found: list[tuple[str, Direction]] = []
    sides: list[tuple[Side, Sequence[str], Sequence[str], Sequence[str]]] = [
        ("more", facet.highest, facet.more, _MORE),
        ("less", facet.lowest, facet.less, _LESS),
    ]
    for side, soft, compared, general in sides:
        found += [(_stem(word), Direction(name, side, comparative=False)) for word in (*soft, *compared)]
        for noun in (*facet.nouns, facet.label or name):
            for adverb in ("", "更", "再", "要", "能", "可以", "能再", "可以再", "要再", "能更"):
                found += [
                    (fold(f"{noun}{adverb}{word}"), Direction(name, side, adverb.endswith(("更", "再"))))
                    for word in general
                ]
    return [(word, direction) for word, direction in found if word]


def _stem(word: str) -> str:
    """The adjective itself: 更便宜 and 便宜一点 are both 便宜."""
    return _BARE.sub("", _BARE.sub("", fold(word)))
