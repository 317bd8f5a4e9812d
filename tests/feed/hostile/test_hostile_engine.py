"""Whatever is said: schema and catalogue hold, the words are the person's own, nobody else is shown, in time."""

import time

import pytest

from intently.engine import Engine, Said
from intently.errors import BadRequest
from tests.feed.hostile.world import ATTACKER, CASES, ITEMS, MARK, Case, check_said

SECONDS = 1.0  # of this thread's own computing: what other programs take does not count


def test_there_are_at_least_two_hundred_cases_in_twelve_languages() -> None:
    assert len(CASES) >= 200
    assert len({case.text for case in CASES}) == len(CASES)
    assert len(ITEMS) >= 40


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_command_changes_nothing_but_what_its_own_words_may(engine: Engine, case: Case) -> None:
    started = time.thread_time()
    said, refused = _say(engine, case.text)
    assert time.thread_time() - started < SECONDS
    if said is not None:
        assert len(case.text) <= 1000
        check_said(engine, case.text, said)
        return
    assert MARK not in refused
    assert "\n" not in refused
    assert len(refused) < 300
    assert len(case.text) > 1000 or "empty" in refused


def _say(engine: Engine, text: str) -> tuple[Said | None, str]:
    try:
        return engine.say(ATTACKER, text, client="attack", model=False), ""
    except BadRequest as error:
        return None, str(error)


def test_no_hostile_command_makes_a_preference_on_a_facet_that_the_catalogue_lacks(engine: Engine) -> None:
    for held in engine.memory(ATTACKER, client="attack").preferences:
        assert held.facet in (None, "item", *engine.spec.facets)


def test_an_hour_of_attack_leaves_the_limits_of_the_memory(engine: Engine) -> None:
    assert len(engine.memory(ATTACKER, client="attack").preferences) <= 32


@pytest.mark.parametrize("number", range(len(ITEMS)))
def test_a_hostile_title_is_an_item_and_no_instruction(engine: Engine, number: int) -> None:
    """Said to be liked, pointed at and explained: what is remembered is the item, never the words of its title."""
    person = f"reader-{number}"
    said = engine.more_like(person, f"h{number}")
    assert [held.value for held in said.memory] == [{"item_id": f"h{number}"}]
    assert engine.why_not(person, f"h{number}").item_id == f"h{number}"
    assert engine.similar(f"h{number}", limit=3).items
    assert len(engine.say(person, "no horror", model=False).memory) == 2


OTHERS = "print show switch erase export merge list forget copy".split()


@pytest.mark.parametrize(
    "case",
    [case for case in CASES if case.kind == "other_people" and case.text.split()[0] in OTHERS],
    ids=lambda case: case.name,
)
def test_what_is_asked_about_somebody_else_makes_no_wish(engine: Engine, case: Case) -> None:
    said = engine.say("curious", case.text, model=False, preview=True)
    assert said.memory == ()
