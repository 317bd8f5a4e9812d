"""What compression saves: tokens of a person's history in five forms, and who fits the window before and after.

RecGPT V1 section 2.4 reports both for its log. The forms: raw records one line an event; titles alone one line an event
(the baseline of docs/semantics.md, section 8); compressed items one line an event; raw records in the two-step lines;
both compressions together. Counted whole, without any cap.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from intently.catalog.arrays import Snapshot
from intently.catalog.schema import CatalogSpec
from intently.config import Config
from intently.errors import DataError
from intently.language.fetch import find_model
from intently.language.prompt import approximate_tokens
from intently.language.tokenizer import count_tokens_of
from intently.nouns import Event
from intently.understand.baseline import baseline_text
from intently.understand.behaviour import behaviour_text
from intently.understand.compress import describer, recorder

__all__ = ["FORMS", "Account", "Counter", "account_of", "counter_of", "histories_of", "longest_quarter", "share_inside"]

RAW, TITLES, ITEMS, LINES, BOTH = "raw records", "titles", "items", "lines", "items and lines"
FORMS = (RAW, TITLES, ITEMS, LINES, BOTH)
WHOLE = 10**9  # tokens: no cap
RECORD_CHARACTERS = 2000  # of a raw record: all of it


@dataclass(frozen=True, slots=True)
class Counter:
    """How tokens are counted. `name`: of the tokenizer, for who reads the numbers; exact: it is the model's own."""

    name: str
    count: Callable[[str], int]
    exact: bool


@dataclass(frozen=True, slots=True)
class Account:
    """One person: reliable events, and the tokens of each form."""

    user_id: str
    events: int
    tokens: Mapping[str, int]

    def ratio(self, form: str, against: str = RAW) -> float:
        """How many times fewer tokens a form has."""
        return self.tokens[against] / max(1, self.tokens[form])


def counter_of(config: Config) -> Counter:
    """The tokenizer of the configured model's file, else the approximation by which texts are cut."""
    path = find_model(config.language, config.home / "models")
    if path is None:
        return Counter("approximation", approximate_tokens, exact=False)
    try:
        return Counter(path.name, count_tokens_of(path), exact=True)
    except DataError:  # a tokenizer of another family: said by the name
        return Counter(f"approximation ({path.name} has a tokenizer we do not read)", approximate_tokens, exact=False)


def histories_of(events: Sequence[Event], spec: CatalogSpec, snapshot: Snapshot, as_of: datetime) -> dict[str, str]:
    """A person's whole history in each form."""
    core, record = describer(spec, snapshot), recorder(spec, snapshot)

    def joined(item_id: str) -> tuple[str, str] | None:
        found = core(item_id)
        return None if found is None else (": ".join(part for part in found if part), "")

    liked_from, kinds = spec.liked_from, spec.reliable
    by_event = partial(baseline_text, events, as_of=as_of, cap_tokens=WHOLE, liked_from=liked_from, kinds=kinds)
    by_bucket = partial(behaviour_text, events, as_of=as_of, cap_tokens=WHOLE, liked_from=liked_from, kinds=kinds)
    return {
        RAW: by_event(describe=record, characters=RECORD_CHARACTERS).text,
        TITLES: by_event(describe=core).text,
        ITEMS: by_event(describe=joined, characters=RECORD_CHARACTERS).text,
        LINES: by_bucket(describe=record, characters=RECORD_CHARACTERS).text,
        BOTH: by_bucket(describe=core).text,
    }


def account_of(user_id: str, events: int, histories: Mapping[str, str], counter: Counter) -> Account:
    """Count the forms of one person's history of so many events."""
    return Account(user_id, events, {form: counter.count(text) for form, text in histories.items()})


def share_inside(accounts: Sequence[Account], form: str, window_tokens: int) -> float:
    """Share of people whose whole history fits the window in this form; nothing of theirs overflows."""
    return sum(one.tokens[form] <= window_tokens for one in accounts) / max(1, len(accounts))


def longest_quarter(accounts: Sequence[Account]) -> list[Account]:
    """The quarter of people with the most events, at least one; ties by user id."""
    longest_first = sorted(accounts, key=lambda one: (-one.events, one.user_id))
    return longest_first[: max(1, len(accounts) // 4)]
