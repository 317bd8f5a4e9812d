"""Token accounting: five forms of a history, who fits the window, and the quarter with the longest histories."""

from datetime import timedelta

from intently.config import Config
from intently.nouns import Event
from intently.understand.accounting import (
    FORMS,
    Account,
    Counter,
    account_of,
    counter_of,
    histories_of,
    longest_quarter,
    share_inside,
)
from tests.understand.worlds import NOW, rated, snapshot, spec

BY_WORD = Counter("words", lambda text: len(text.split()), exact=True)


def _bought(item: int, days_ago: float) -> Event:
    time = NOW - timedelta(days=days_ago)
    return Event(user_id="ann", kind="purchase", item_id=str(item), time=time)


def test_the_forms_of_a_history_are_counted_whole():
    history = [rated(1, days_ago=400), _bought(2, 2.2), _bought(2, 2.1), rated(9, 3, days_ago=2), _bought(99, 1)]
    texts = histories_of(history, spec(), snapshot(), NOW)
    assert texts["raw records"].splitlines() == [
        "2026-11-18 did not like | Game 9, plain",
        "2026-11-17 bought | Game 2, detective",
        "2026-11-17 bought | Game 2, detective",
        "2025-10-16 liked | Game 1, detective",
    ]
    assert texts["titles"].splitlines()[1] == "2026-11-17 bought | Game 2"
    assert texts["items"].splitlines()[1] == "2026-11-17 bought | Game 2: detective"
    assert texts["lines"].splitlines()[1] == "2026-11-17 (bought) | 2 Game 2, detective x2"
    assert texts["items and lines"].splitlines()[1] == "2026-11-17 (bought) | 2 Game 2: detective x2"
    account = account_of("ann", len(history), texts, BY_WORD)
    assert account.tokens == dict(zip(FORMS, (8 + 6 + 6 + 6, 7 + 5 + 5 + 5, 26, 9 + 8 + 7, 9 + 8 + 7), strict=True))
    assert account.ratio("items and lines") == 26 / 24


def test_who_fits_the_window_is_counted_before_and_after():
    accounts = [Account(str(n), n, {"raw records": 100 * n, "items and lines": 40 * n}) for n in range(1, 5)]
    assert share_inside(accounts, "raw records", 200) == 2 / 4
    assert share_inside(accounts, "items and lines", 160) == 4 / 4
    assert share_inside([], "raw records", 200) == 0


def test_the_longest_quarter_has_the_most_events():
    accounts = [Account(str(n), n % 5, {}) for n in range(9)]
    assert [one.user_id for one in longest_quarter(accounts)] == ["4", "3"]
    assert longest_quarter(accounts[:1]) == accounts[:1]


def test_without_a_model_tokens_are_approximated_and_that_is_said(tmp_path):
    counter = counter_of(Config(home=tmp_path))
    assert (counter.name, counter.exact, counter.count("Heat, 1995")) == ("approximation", False, 6)
