"""Commands as people type them, and the changes that each makes. Reviewed by hand, in phrasings of real requests."""

import json
from pathlib import Path
from typing import Any

import pytest

from intently.feed.memory import MemoryState, merge, view
from intently.feed.parser import read_exact
from tests.feed.commands import NOW, context, short

GOLDEN = Path(__file__).parent / "golden"


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (GOLDEN / f"{name}.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("store", ["films", "shop"])
def test_every_golden_command_makes_exactly_its_changes(store: str) -> None:
    wrong = []
    for row in rows(store):
        parsed = read_exact(row["command"], context(store))
        changes = [short(change) for change in parsed.changes]
        if changes != row["changes"] or parsed.complete != row.get("complete", True):
            wrong.append((row["command"], changes, row["changes"], parsed.residue))
    assert wrong == []


def test_the_golden_sets_hold_at_least_250_commands() -> None:
    assert len(rows("films")) + len(rows("shop")) + len(rows("memory")) >= 250


@pytest.mark.parametrize("row", rows("memory"), ids=lambda row: row["command"])
def test_a_command_against_a_memory_leaves_what_it_should(row: dict[str, Any]) -> None:
    state = MemoryState()
    for number, said in enumerate([*row["before"], row["command"]]):
        held = view(state, "web", NOW)
        parsed = read_exact(said, context("films", held))
        spec = context().spec
        state = merge(state, parsed.changes, client="web", command_id=f"c{number}", now=NOW, spec=spec).state
    assert [short(change) for change in parsed.changes] == row["changes"]
    assert [preference.quote for preference in view(state, "web", NOW)] == row["after"]


def test_the_five_commands_of_the_demo_do_what_the_issue_says() -> None:
    slate = context("films").slate
    spec = context().spec
    state = MemoryState()

    def say(number: int, text: str) -> list[str]:
        nonlocal state
        parsed = read_exact(text, context("films", view(state, "web", NOW)))
        assert parsed.complete
        merged = merge(state, parsed.changes, client="web", command_id=f"c{number}", now=NOW, spec=spec)
        state = merged.state
        return [short(change) for change in parsed.changes]

    assert say(1, "no horror please, something funny from the 90s under 100 minutes") == [
        "avoid must genre is Horror",
        "want prefer genre is Comedy",
        "want must year between 1990..1999",
        "want must minutes at_most 100",
    ]
    avoided = view(state, "web", NOW)[0].matches
    assert ("genre", "Horror") in avoided
    assert ("style", "slasher") in avoided
    assert len(view(state, "web", NOW)) == 4
    assert say(2, "forget the running time") == ["retract minutes"]
    assert len(view(state, "web", NOW)) == 3
    second = slate[1].item_id
    row = context().snapshot.row_of(second)
    assert row is not None
    year = context().snapshot.numbers["year"].amounts[row]
    assert say(3, "more like the second one but newer") == [
        f"want prefer like item_id:{second}",
        f"want must year at_least {year + 1:g}",
    ]
    assert say(4, "undo") == ["undo"]
    assert say(5, "nothing too sad") == ["avoid prefer like text:sad"]
    wish = read_exact("nothing too sad", context())
    assert any("is a wish, not a filter" in notice for notice in wish.notices)
    assert [
        short(change)
        for change in read_exact("under £5, nothing for Christmas, something blue", context("shop")).changes
    ] == ["want must price at_most 5", "avoid must occasion is Christmas", "want prefer colour is blue"]
