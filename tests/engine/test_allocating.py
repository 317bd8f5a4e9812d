"""The multipliers of the allocation: kept in the journal, moved by shown pages, bounded, and alive after a restart."""

import pytest

from intently.config import AllocateConfig
from intently.engine.allocating import Allocating, AllocationState
from intently.errors import StoreError
from intently.feed.request import recommend
from intently.journal import open_journal
from intently.retrieve.allocation import MOST_PRESSURE, RATE, Multipliers
from tests.feed.test_allocate import COSY, settings_of, two_supplies
from tests.feed.worlds import ask

RANGE = AllocateConfig(least=4, most=5)


@pytest.fixture
def journal(tmp_path):
    opened = open_journal("", tmp_path)
    yield opened
    opened.close()


def page(at=Multipliers()):
    return recommend(two_supplies(settings_of(least=4, most=5)), ask(tags=(COSY,), multipliers=at))


def test_a_shown_page_moves_the_multipliers_by_what_it_missed_and_a_restart_keeps_them(journal):
    kept = Allocating(journal, RANGE)
    done = page(kept.now())
    places = sum(item.channel == "cognitive" for item in done.slate.items)
    kept.learn(done)
    assert kept.now().pressure == pytest.approx(RATE * (max(0, 4 - places) - max(0, places - 5)))
    restarted = Allocating(journal, RANGE)
    assert restarted.now() == kept.now()
    assert (restarted.state().pages, restarted.state().places) == (1, places)


def test_pages_after_a_restart_go_on_from_there(journal):
    for _ in range(3):
        kept = Allocating(journal, RANGE)
        kept.learn(page(kept.now()))
    assert kept.state().pages == 3


def test_while_nothing_is_allocated_nothing_is_kept(journal):
    off = Allocating(journal, AllocateConfig())
    off.learn(recommend(two_supplies(settings_of()), ask(tags=(COSY,))))
    assert off.now() == Multipliers()
    assert journal.get_meta("allocation") is None


@pytest.mark.parametrize("kept", ["{", '{"version": 2}', f'{{"least": {MOST_PRESSURE + 1}}}'])
def test_an_entry_that_cannot_be_read_is_said_with_its_mend(journal, kept):
    journal.set_meta("allocation", kept)
    with pytest.raises(StoreError, match="delete the entry"):
        Allocating(journal, RANGE).now()


def test_what_is_kept_names_no_person():
    assert set(AllocationState.model_fields) == {"version", "alpha", "least", "most", "pages", "places", "premium"}
