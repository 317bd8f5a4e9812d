"""Every type of command, in sentences written before the grammar was tried on them.

As first read: 252 of 368 (complaints 11 of 30, attributes of a shown item 8 of 30, comparatives 20 of 28, approximate
numbers 23 of 26, questions 23 of 27, satisfied 14 of 16, drift 16 of 22, retraction 16 of 21, scope 15 of 16, diversity
6 of 16, something else 11 of 16, vague 13 of 16, chat 13 of 16, undeclared attributes 19 of 26, titles 8 of 16,
injection 9 of 16, refusals 23 of 26, mixed 4 of 4); what is expected of about 30 of them was settled only when they
were read. The order of the changes of one command does not count.
"""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from intently.feed.parser import read_exact
from tests.feed.commands import context, short
from tests.feed.test_fresh_commands import held

GOLDEN = Path(__file__).parent / "golden"
TYPES = {
    "complaint", "split", "comparative", "approx", "question", "satisfied", "drift", "retraction", "scope", "diversity",
    "others", "vague", "chat", "unsupported", "titles", "injection", "negative",
}  # fmt: skip


def rows(store: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (GOLDEN / f"types_{store}.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("store", ["films", "shop"])
def test_every_command_of_every_type_makes_exactly_its_changes(store: str) -> None:
    wrong = []
    for row in rows(store):
        parsed = read_exact(row["command"], context(store, held(store, row.get("before", []))))
        changes = [short(change) for change in parsed.changes]
        if sorted(changes) != sorted(row["changes"]) or parsed.complete != row.get("complete", True):
            wrong.append((row["type"], row["command"], changes, row["changes"], parsed.residue))
    assert wrong == []


def test_every_type_has_at_least_15_commands() -> None:
    counts = Counter(row["type"] for store in ("films", "shop") for row in rows(store))
    assert {kind for kind in TYPES if counts[kind] < 15} == set()


def test_something_better_changes_nothing_and_asks_in_what() -> None:
    parsed = read_exact("something better please", context())
    assert [short(change) for change in parsed.changes] == ["keep"]
    assert any("better in what" in notice for notice in parsed.notices)


def test_an_undeclared_attribute_is_said_to_be_a_wish_and_no_filter() -> None:
    parsed = read_exact("something fair trade", context("shop"))
    assert [short(change) for change in parsed.changes] == ["want prefer like text:fair trade"]
    assert any("is a wish, not a filter" in notice for notice in parsed.notices)


def test_what_it_points_at_gives_its_attributes() -> None:
    one = context("shop", slate=["102"])
    parsed = read_exact("the colour is nice but it's too expensive", one)
    assert [short(change) for change in parsed.changes] == [
        "want prefer colour is red",
        "want must price at_most 1.24",
    ]
