"""Until when a line holds, and which items an interest is paired with."""

from datetime import UTC, datetime

import numpy as np
import pytest

from intently.catalog.schema import parse_spec
from intently.catalog.snapshot import build_snapshot
from intently.explain.liking import interest_key, strands_of, wishes_key
from intently.explain.pairing import Wanted, pair_items
from intently.explain.situation import situation_of
from intently.nouns import Cue, Interest, Item, Persona, Tag

NOW = datetime(2026, 12, 10, 9, tzinfo=UTC)
SEASON = Cue(cue_id="season-2026-12-north", kind="season", text="early winter", time=NOW, source="calendar")
WEATHER = Cue(cue_id="w", kind="weather", text="rain", time=NOW, source="file")


def holiday(day: str, words: str) -> Cue:
    return Cue(cue_id=f"holiday-GB-{day}-abc123", kind="holiday", text=words, time=NOW, source="calendar of GB")


def test_a_season_holds_to_the_end_of_its_month_and_a_line_no_longer_than_it_may() -> None:
    assert situation_of([SEASON, WEATHER], NOW, "UTC", 60).until == datetime(2027, 1, 1, tzinfo=UTC)
    assert situation_of([SEASON], NOW, "UTC", 2).until == datetime(2026, 12, 12, 9, tzinfo=UTC)
    assert situation_of([], NOW, "UTC", 2).key == "any"


def test_a_holiday_has_one_key_on_each_day_before_it_and_ends_with_its_day() -> None:
    first = situation_of([SEASON, holiday("2026-12-25", "Christmas Day in 15 days")], NOW, "UTC", 60)
    assert first.key == "early winter; Christmas Day"
    assert first.until == datetime(2026, 12, 26, tzinfo=UTC)
    eve = datetime(2026, 12, 24, 9, tzinfo=UTC)
    last = situation_of([SEASON, holiday("2026-12-25", "Christmas Day is tomorrow")], eve, "UTC", 60)
    assert last.key == first.key


def test_a_holiday_that_is_far_is_not_spoken_of() -> None:
    assert situation_of([holiday("2027-01-20", "A day in 41 days")], NOW, "UTC", 60).key == "any"


def test_interests_that_say_a_personas_role_again_are_one_strand() -> None:
    personas = (Persona(persona_id="p1", role="heist fan", evidence=("e1",)),)
    interests = (Interest(interest_id="i1", text="heist fan", evidence=("e1",)),
                 Interest(interest_id="i2", text="slow gardens", evidence=("e2",), listed=True))  # fmt: skip
    tags = (Tag(tag_id="t1", text="bank job", persona_id="p1"), Tag(tag_id="t2", text="moss", interest_id="i2"))
    heist, gardens = strands_of(interests, personas, tags)
    assert (heist.text, heist.tags, heist.shared) == ("heist fan", (("t1", "bank job"),), False)
    assert (gardens.text, gardens.tags, gardens.shared) == ("slow gardens", (("t2", "moss"),), True)
    assert heist.key == interest_key("Heist  Fan!")
    assert wishes_key(["a", "b"]) == wishes_key(["b", "a"]) != wishes_key(["a"])


SPEC = parse_spec(
    """
    format = "intently.catalog"
    version = 1
    name = "Shop"
    [items]
    file = "x.csv"
    id = "id"
    title = "title"
    [facets.kind]
    kind = "term"
    column = "kind"
    values = ["lamp", "rug"]
    """,
    "shop.toml",
)


def test_an_interest_is_paired_with_near_items_of_its_categories_the_nearest_first_in_turns() -> None:
    """Lamps lie on the first axis, rugs on the second; the last rug looks like a lamp."""
    kinds = ["lamp"] * 10 + ["rug"] * 11
    angles = [*(0.02 * n for n in range(10)), *(1.5708 - 0.02 * n for n in range(10)), 0.0]
    vectors = np.array([[np.cos(angle), np.sin(angle)] for angle in angles], np.float32)
    items = [Item(item_id=f"x{n}", title=f"Thing {n}", facets={"kind": (kind,)}) for n, kind in enumerate(kinds)]
    snapshot = build_snapshot(SPEC, items, vectors, "v1")
    axes = {"a bright lamp": [1.0, 0.0], "soft rugs": [0.0, 1.0]}
    wanted = [Wanted("light", "light", ("a bright lamp",)), Wanted("floor", "floor", ("soft rugs",))]
    pairs = pair_items(wanted, SPEC, snapshot, lambda texts: np.array([axes[text] for text in texts], np.float32), 2)
    assert [(pair.interest_id, pair.item_row) for pair in pairs] == [
        ("light", 0), ("floor", 10), ("light", 1), ("floor", 11),
    ]  # fmt: skip
    assert pairs[2].near == pytest.approx(np.cos(0.02), abs=1e-4)
