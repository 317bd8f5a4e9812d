"""A journal that several pipelines are tried on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from intently.journal import Journal, open_journal
from tests.understand.worlds import rated


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    journal = open_journal("", tmp_path)
    journal.append([rated(item, days_ago=9 - item) for item in (0, 1, 4, 5)] + [rated(20, 2, days_ago=15)])
    yield journal
    journal.close()
