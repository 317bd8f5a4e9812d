"""A store whose items are hostile, a person with secrets, a person who attacks, and what must hold whatever is said.

`commands.jsonl` and `items.jsonl` hold the cases, one a line: a `text`, repeated `times`. The person with secrets is
"12"; every word of theirs holds MARK, which no item and no command holds: one search of an answer finds any leak.
"""

import csv
import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from intently.config import Config, load_config
from intently.engine import Engine, Said, prepare_store
from intently.engine.store import import_store
from intently.nouns import Event, Preference
from tests.serve.conftest import GENRES, TOML

__all__ = ["ATTACKER", "CASES", "MARK", "VICTIM", "Case", "check_said", "config_of", "give_secrets", "said_by_itself"]

HERE = Path(__file__).parent
MARK = "zuqav"
VICTIM, ATTACKER = "12", "mallory"
OWN_WORDS = {"something", "else"}  # of a change that hides what is shown


@dataclass(frozen=True, slots=True)
class Case:
    kind: str
    text: str

    @property
    def name(self) -> str:
        shown = re.sub(r"[^ -~]", "?", self.text[:24])
        return f"{self.kind}: {shown} ({len(self.text):,})"


def _read(name: str) -> list[dict[str, str | int]]:
    return [json.loads(line) for line in (HERE / name).read_text("utf-8").splitlines()]


CASES = [Case(str(row["kind"]), str(row["text"]) * int(row.get("times", 1))) for row in _read("commands.jsonl")]
ITEMS = [(str(row["title"]), str(row["text"])) for row in _read("items.jsonl")]


def config_of(folder: Path, *, hostile: bool = True) -> Config:
    """A home with one imported store, `tiny`: 24 plain films, and those of items.jsonl (or as many tame ones)."""
    rows = [(f"f{n}", f"Film {n}", f"The story of {n}.", GENRES[n % 4], 60 + 5 * n) for n in range(24)]
    odd = ITEMS if hostile else [(f"Odd {n}", "A film.") for n in range(len(ITEMS))]
    rows += [(f"h{n}", title, text, GENRES[n % 4], 60 + n) for n, (title, text) in enumerate(odd)]
    events = [(who, f"f{n}", 1_700_000_000 + n, 8) for who in (ATTACKER, "bob") for n in range(3)]
    _write(folder / "items.csv", ("id", "title", "text", "genre", "minutes"), rows)
    _write(folder / "events.csv", ("user", "item", "time", "value"), events)
    (folder / "catalog.toml").write_text(TOML, "utf-8")
    config = load_config(env={}, home=folder / "home", language={"enabled": False})
    import_store(config, "tiny", folder / "catalog.toml")
    prepare_store(config, "tiny")
    return config


def _write(path: Path, head: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([head, *rows])


def give_secrets(engine: Engine) -> None:
    """Memory, commands, searches and orders of the person with secrets."""
    for text in (f"nothing {MARK}ish ever again", f"always something {MARK}ful", "only comedies from now on"):
        engine.say(VICTIM, text, client=f"{MARK}-client", model=False)
    now = datetime.now(UTC)
    engine.record(
        [
            Event(user_id=VICTIM, kind="search", query=f"{MARK} clinic", time=now, event_id=f"{MARK}-1"),
            Event(user_id=VICTIM, kind="rating", item_id="f7", value=9, time=now, order_id=f"{MARK}-2"),
        ]
    )


def said_by_itself(text: str) -> set[str]:
    """The words of a text, folded, with what is invisible taken as a gap."""
    visible = "".join(" " if unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Zl", "Zp") else sign for sign in text)
    return set(re.findall(r"[^\W\d_]+|\d+", visible.casefold()))


def check_said(engine: Engine, text: str, said: Said) -> None:
    """The memory is of the schema, of the catalogue, and of the command's own words; the feed is of the catalogue."""
    words = said_by_itself(text)
    for preference in said.memory:
        if preference.command_id == said.command_id:
            check_preference(engine, preference, words)
    for change in said.changes:
        if change.op == "retract":  # "forget it" takes back what was said before, in the words of then
            assert change.target not in {preference.id for preference in said.memory}
        else:
            assert said_by_itself(change.quote or "") <= words | OWN_WORDS, change.quote
    known = set(engine.worlds.current.world.snapshot.item_ids)
    assert {item.item_id for item in said.feed.items} <= known
    assert MARK not in json.dumps(said.as_json(), ensure_ascii=False)


def check_preference(engine: Engine, held: Preference, words: set[str]) -> None:
    assert Preference.model_validate(held.model_dump()) == held
    snapshot = engine.worlds.current.world.snapshot
    assert said_by_itself(held.quote) <= words | OWN_WORDS, held.quote
    for facet, value in held.matches:
        known = set(snapshot.item_ids) if facet == "item" else set(snapshot.terms[facet].values)
        assert value in known, (facet, value)
    if held.relation == "like":
        assert isinstance(held.value, dict)
        if "item_id" in held.value:
            assert held.value["item_id"] in snapshot.item_ids
        else:
            assert held.strength == "prefer"
            assert said_by_itself(str(held.value["text"])) <= words
    elif held.relation != "is":
        assert held.facet in engine.spec.facets
        amounts = held.value.values() if isinstance(held.value, dict) else [held.value]
        assert all(isinstance(amount, float | int) and abs(amount) < 1e15 for amount in amounts), held.value
