"""One film with every kind of evidence: what a line may and may not say of it is known by construction."""

from typing import Any

from intently.catalog.schema import parse_spec
from intently.explain import PastItem
from intently.explain.clauses import Checker
from intently.explain.evidence import Evidence, Liking, evidence_of
from intently.nouns import Item

SPEC = parse_spec(
    """
    format = "intently.catalog"
    version = 1
    name = "Films"
    noun = "film"
    nouns = "films"
    [items]
    file = "films.csv"
    id = "id"
    title = "title"
    text = ["text"]
    [facets.genre]
    kind = "term"
    column = "genre"
    many = true
    aliases = { scary = ["Horror"], funny = ["Comedy"] }
    narrower = { Horror = ["style:slasher"] }
    [facets.style]
    kind = "term"
    column = "style"
    many = true
    [facets.person]
    kind = "term"
    column = "person"
    many = true
    [facets.year]
    kind = "date"
    column = "year"
    [facets.minutes]
    kind = "number"
    column = "minutes"
    unit = "minutes"
    """,
    "films.toml",
)
TEXT = "A quiet thief plans one last robbery in Marseille. The police captain chases him through the old harbour."
LIKING = Liking(
    "i-heists", "heists that go wrong", tags=(("t-sea", "smugglers at sea"),),
    past=(PastItem("e1", "Heat", True, "rating"), PastItem("e2", "The Town: Redux", False, "rating"),
          PastItem("e3", "Collateral", True, "click")),
    wishes=(("p1", "something French"),),
)  # fmt: skip
CUES = (("season-1", "late autumn"),)


def checker() -> Checker:
    found = Checker.of("en", "film", "films")
    assert found is not None
    return found


def item(**changes: Any) -> Item:
    fields: dict[str, Any] = {
        "title": "The Long Tide", "text": TEXT,
        "facets": {"genre": ("Crime", "Comedy"), "style": ("slasher",), "person": ("Jean Reno", "Ada Bell"),
                   "year": 1994.0, "minutes": 94.0},
    }  # fmt: skip
    return Item(item_id="f1", **{**fields, **changes})


def evidence(**changes: Any) -> Evidence:
    return evidence_of(SPEC, item(**changes), LIKING, CUES)
