"""How long a preference holds, by the person's own clock."""

from datetime import UTC, datetime

import pytest

from intently.feed.parser import read_exact
from tests.feed.commands import context

EVENING = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # Monday
SMALL_HOURS = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "now", "zone", "until"),
    [
        ("no horror tonight", EVENING, "UTC", datetime(2026, 11, 24, 4, tzinfo=UTC)),
        ("no horror tonight", SMALL_HOURS, "UTC", datetime(2026, 11, 24, 4, tzinfo=UTC)),
        ("no horror tonight", EVENING, "America/New_York", datetime(2026, 11, 24, 9, tzinfo=UTC)),
        ("no horror today", EVENING, "UTC", datetime(2026, 11, 24, tzinfo=UTC)),
        ("no horror this week", EVENING, "UTC", datetime(2026, 11, 30, tzinfo=UTC)),
    ],
)
def test_until_is_counted_in_the_persons_zone(text: str, now: datetime, zone: str, until: datetime) -> None:
    (change,) = read_exact(text, context(now=now, zone=zone)).changes
    assert change.scope is not None
    assert (change.scope.kind, change.scope.until) == ("until", until)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("never show me horror again", "always"),
        ("from now on no horror", "always"),
        ("no horror ever again", "always"),
        ("just this once a comedy", "next"),
        ("for now no comedies", "session"),
        ("no comedies", "session"),
    ],
)
def test_scope_words(text: str, kind: str) -> None:
    (change,) = read_exact(text, context()).changes
    assert change.scope is not None
    assert change.scope.kind == kind


def test_a_scope_word_counts_for_the_whole_sentence() -> None:
    first, second = read_exact("tonight no horror, something funny", context()).changes
    assert first.scope == second.scope
    assert first.scope is not None
    assert first.scope.kind == "until"
