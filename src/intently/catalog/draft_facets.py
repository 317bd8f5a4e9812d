"""Facets drafted from columns: which are terms, numbers or dates, with unit, words and coverage."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from intently.catalog.lexicon import singulars
from intently.catalog.profile import Column
from intently.catalog.schema import FacetSpec
from intently.catalog.words import WordReader

__all__ = ["Drafted", "draft_columns", "draft_words"]

PRICE = re.compile(r"price|cost|msrp|rrp")
MONEY = {"gbp": "£", "usd": "$", "eur": "€", "dollars": "$", "pounds": "£", "euros": "€"}
MONEY_WORDS = {
    "£": ("gbp", "pound", "pounds", "quid"),
    "$": ("usd", "dollar", "dollars"),
    "€": ("eur", "euro", "euros"),
}
MINUTES = re.compile(r"runtime|duration|running_time|minutes|(?:^|_)mins?$")
RATING = re.compile(r"rating|score|stars")
COUNTED = re.compile(r"^(?:n|num|no|number)_|_(?:count|counts|total)$|^(?:count|popularity|views|votes|sales)$")
PERSONS = ("director", "actor", "actress", "cast", "author", "artist", "writer", "performer", "brand", "maker")
FEW_VALUES = 0.5  # distinct values a filled cell: above, a text column names things rather than describing them
LONGEST_TERM = 60  # letters, mean
WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "colour": {
        "red": ("burgundy", "scarlet"), "pink": ("fuchsia",), "blue": ("navy",), "green": (), "white": (),
        "black": (), "cream": ("beige",), "ivory": (), "silver": (), "gold": ("golden",), "yellow": (),
        "purple": ("lilac", "violet"), "orange": (), "brown": (), "grey": ("gray",), "turquoise": ("aqua", "teal"),
        "multicolour": ("multicoloured", "colourful", "rainbow"),
    },
    "material": {
        "wood": ("wooden",), "metal": ("tin", "steel", "iron"), "glass": (), "paper": (), "ceramic": (),
        "porcelain": ("china",), "cotton": (), "wool": ("knitted",), "silk": (), "leather": (), "linen": (),
        "felt": (), "wicker": (), "plastic": (), "enamel": (), "zinc": (), "crystal": (), "stone": ("marble",),
    },
    "occasion": {
        "Christmas": ("xmas", "festive", "advent", "santa"), "Easter": (), "birthday": (), "party": (),
        "wedding": ("bridal",), "Valentine": ("valentine's", "valentines"), "Halloween": (),
    },
}  # fmt: skip
WORDS_SHARE = 0.04  # of titles that must name a value before the facet is offered


@dataclass(frozen=True)
class Drafted:
    """One facet as lines of TOML, its doubts among them."""

    name: str
    lines: tuple[str, ...]
    values: tuple[str, ...] = ()


def draft_columns(columns: Mapping[str, Column]) -> tuple[list[Drafted], list[str]]:
    """The facets that these columns make, and a note for every column left out."""
    facets: dict[str, Drafted] = {}
    left_out: list[str] = []
    for column in sorted(columns.values(), key=_rank):
        drafted = _draft(column)
        if isinstance(drafted, str):
            left_out.append(f"`{column.name}`: {drafted}")
        elif drafted.name in facets:
            left_out.append(f"`{column.name}`: the facet {drafted.name} is read from another column already")
        else:
            facets[drafted.name] = drafted
    order = {_facet_name(name): place for place, name in enumerate(columns)}
    return sorted(facets.values(), key=lambda facet: order.get(facet.name, len(order))), left_out


def draft_words(titles: Column, taken: set[str]) -> list[Drafted]:
    """Facets read out of titles, where enough titles name their values."""
    drafted = []
    for name, words in WORDS.items():
        reader = WordReader(FacetSpec(kind="term", words_in=("title",), values=tuple(words), aliases=_aliases(words)))
        hits = sum(bool(reader.values_in(str(title))) for title in titles.cells)
        if name not in taken and titles.letters <= LONGEST_TERM and hits >= WORDS_SHARE * max(titles.rows, 1):
            drafted.append(_word_facet(name, titles, words, hits))
    return drafted


def _aliases(words: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {alias: (value,) for value, aliases in words.items() for alias in aliases}


def _word_facet(name: str, titles: Column, words: Mapping[str, tuple[str, ...]], hits: int) -> Drafted:
    lines = [
        f"[facets.{name}]  # {hits / titles.rows:.0%} of titles name one. DOUBT: add your own words",
        'kind = "term"',
        f"words_in = {json.dumps([titles.name])}",
        f"values = {json.dumps(list(words))}",
        "many = true",
        f"[facets.{name}.aliases]",
        *(f"{json.dumps(alias)} = {json.dumps(values)}" for alias, values in _aliases(words).items()),
    ]
    return Drafted(name, tuple(lines), tuple(words))


def _rank(column: Column) -> tuple[int, int]:
    """Plain names before derived ones: `price` before `max_price`, `year` before `release_date`."""
    name = _slug(column.name)
    derived = re.search(r"(?:^|_)(?:min|max|old|original|list|release)_", name + "_") is not None
    return (1 if derived else 0, len(name) if PRICE.search(name) else 0)


def _draft(column: Column) -> Drafted | str:
    """The facet, or why the column is none."""
    if not column.cells:
        return "empty"
    if column.is_url:
        return "holds web addresses"
    if column.distinct == 1 and not column.is_list:
        return f"always {str(column.cells[0])[:40]!r}"
    if COUNTED.search(_slug(column.name)):
        return "a count; if it was counted over your events, it would tell an evaluation the future"
    if _is_year(column) or (column.is_moment and not column.is_list):
        return _date(column)
    if column.is_number and not column.is_list:
        return "an id in whole numbers" if _is_number_id(column) else _number(column)
    return _term(column)


def _is_year(column: Column) -> bool:
    named = "year" in _slug(column.name)
    return named and column.is_whole and all(1000 <= number <= 2200 for number in column.numbers)


def _is_number_id(column: Column) -> bool:
    return column.is_whole and column.distinct == len(column.cells) and _slug(column.name).endswith(("id", "code"))


def _date(column: Column) -> Drafted:
    lines = [
        f"[facets.year]  # {_covered(column)}",
        'kind = "date"',
        f"column = {json.dumps(column.name)}" + ("" if _is_year(column) else "  # only its year is read"),
        'unit = "year"',
        'nouns = ["year"]',
        'more = ["newer", "more recent"]',
        'less = ["older"]',
        "tolerance = 3",
        "step = 1",
        "bare = true",
    ]
    return Drafted("year", tuple(lines))


def _number(column: Column) -> Drafted:
    name = _slug(column.name)
    if PRICE.search(name) or name.split("_")[-1] in MONEY:
        return _money(column, name)
    if MINUTES.search(name):
        return _minutes(column)
    label = _facet_name(column.name)
    tolerance = "0.5" if RATING.search(name) else '"15%"'
    step = "1" if column.is_whole else "0.01"
    lines = [
        f"[facets.{label}]  # {_covered(column)}, {_range(column)}",
        'kind = "number"',
        f"column = {json.dumps(column.name)}",
        'unit = ""  # DOUBT: in what is it measured?',
        f"nouns = {json.dumps([label.replace('_', ' ')])}",
        f"tolerance = {tolerance}",
        f"step = {step}",
    ]
    if RATING.search(name):
        lines.append("# DOUBT: a mean over all your events tells an evaluation the future; leave it out there")
    return Drafted(label, tuple(lines))


def _money(column: Column, name: str) -> Drafted:
    sign = MONEY.get(name.split("_")[-1], "") or _sign_in(column) or "£"
    known = name.split("_")[-1] in MONEY or bool(_sign_in(column))
    is_price = PRICE.search(name) is not None
    label = "price" if is_price else re.sub(rf"_(?:{'|'.join(MONEY)})$", "", name)
    nouns = ["price", "cost", "budget"] if is_price else [label.replace("_", " ")]
    units = ", ".join(f"{json.dumps(word)} = 1" for word in (sign, *MONEY_WORDS[sign]))
    lines = [
        f"[facets.{label}]  # {_covered(column)}, {_range(column)}",
        'kind = "number"',
        f"column = {json.dumps(column.name)}",
        f"unit = {json.dumps(sign, ensure_ascii=False)}" + ("" if known else "  # DOUBT: which currency?"),
        "unit_before = true",
        f"units = {{ {units} }}".replace(json.dumps(sign), json.dumps(sign, ensure_ascii=False)),
        f"nouns = {json.dumps(nouns)}",
        'tolerance = "15%"',
        f"step = {'1' if column.is_whole else '0.01'}",
    ]
    if is_price:
        lines += ['more = ["dearer", "more expensive"]', 'less = ["cheaper", "less expensive"]', "bare = true"]
        lines += ['highest = ["expensive"]', 'lowest = ["cheap"]']
    return Drafted(label, tuple(lines))


def _sign_in(column: Column) -> str:
    text = str(column.cells[0]).strip()
    return next((sign for sign in MONEY_WORDS if sign in text), "")


def _minutes(column: Column) -> Drafted:
    lines = [
        f"[facets.minutes]  # {_covered(column)}, {_range(column)}. DOUBT: are these minutes?",
        'kind = "number"',
        f"column = {json.dumps(column.name)}",
        'unit = "minutes"',
        "units = { minute = 1, minutes = 1, min = 1, mins = 1, hour = 60, hours = 60, h = 60 }",
        'nouns = ["length", "running time", "runtime", "duration"]',
        'more = ["longer"]',
        'less = ["shorter"]',
        'tolerance = "15%"',
        "step = 1",
    ]
    return Drafted("minutes", tuple(lines))


def _term(column: Column) -> Drafted | str:
    counts = column.terms
    several = column.is_list or column.separator is not None
    label = _facet_name(column.name)
    person = label in PERSONS
    if not several and not person and column.distinct > FEW_VALUES * len(column.cells):
        return f"{column.distinct} different texts in {len(column.cells)} rows name things, they do not describe them"
    if not several and column.letters > LONGEST_TERM:
        return "long texts"
    if not counts:
        return "no values that can be read as terms"
    top = ", ".join(f"{value} ({number})" for value, number in counts.most_common(8))
    lines = [
        f"[facets.{label}]  # {_covered(column)}, {len(counts)} values",
        f"# {_comment(top)}",
        'kind = "term"',
        f"column = {json.dumps(column.name)}",
    ]
    if several:
        lines.append("many = true")
    if column.separator is not None and not column.is_list:
        lines.append(f"separator = {json.dumps(column.separator)}  # DOUBT: seems to part several values")
    lines.append(f"nouns = {json.dumps([label.replace('_', ' ')])}")
    if len(counts) <= 60:
        lines.append('# aliases: words that people use for a value, e.g. aliases = { scary = ["Horror"] }')
    return Drafted(label, tuple(lines), tuple(counts))


def _covered(column: Column) -> str:
    return f"{column.coverage:.0%} of items"


def _range(column: Column) -> str:
    ordered = sorted(column.numbers)
    return f"{ordered[0]:g} to {ordered[-1]:g}, half of them at most {ordered[len(ordered) // 2]:g}"


def _comment(text: str) -> str:
    return re.sub(r"[\x00-\x1f\x7f]", " ", text)


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()).strip("_")


def _facet_name(column: str) -> str:
    """An identifier in the singular: "Genres" is genre, "countries" country, "1st" f_1st."""
    head, _, last = _slug(column).rpartition("_")
    ones = singulars(last) if last.isascii() and last.isalpha() else []
    name = "_".join(filter(None, [head, ones[-1] if ones else last])) or "facet"
    return name if name.isidentifier() and name != "item" else f"f_{name}"
