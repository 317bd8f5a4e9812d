"""Simulated people say what they mean, never a title, and the same seed says the same."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.evaluate.commands.case import Case, Goal, Shown, Wanted
from intently.evaluate.commands.people import ROUNDS, Person
from intently.evaluate.commands.source import open_source
from intently.evaluate.commands.verbaliser import Verbaliser
from intently.evaluate.commands.wording import load_templates, plural
from intently.evaluate.oracle import Condition, Oracle

SOURCE = open_source("demo-movies")
COMEDY = Wanted(Condition("genre", ("Comedy",)), False, "facet", "Comedy")
NO_HORROR = Wanted(Condition("genre", ("Horror",), avoid=True), True, "facet", "Horror")
SHORT = Wanted(Condition("minutes", high=100), True, "facet", "at most 100")
NINETIES = Wanted(Condition("year", low=1990, high=1999), True, "facet", "1990s")
FRENCH = Wanted(Condition("country", ("France",)), False, "facet", "France")
MONEY = Wanted(Condition("theme", ("money", "fortune")), False, "text", "money")
DRAMA = Wanted(Condition("genre", ("Drama",)), False, "facet", "Drama")
ALL = [COMEDY, NO_HORROR, SHORT, NINETIES, FRENCH, MONEY]
FILMS = {
    "fits": {"title": "Zyx", "genres": ["Comedy"], "tags": [], "countries": ["France"], "year": 1994,
             "runtime_min": 95, "description": "money"},
    "long": {"title": "Wvu", "genres": ["Horror"], "tags": [], "countries": [], "year": 2004, "runtime_min": 150,
             "description": ""},
    "drama": {"title": "Tsr", "genres": ["Drama"], "tags": [], "countries": [], "year": 2010, "runtime_min": 150,
              "description": ""},
}  # fmt: skip
ORACLE = Oracle(FILMS, SOURCE.judged())


def voice(split: str, seed: int) -> Verbaliser:
    return Verbaliser(SOURCE, split, np.random.default_rng(seed))


def person(behaviour: str, *goals: Goal, scenario: str = "MR", split: str = "visible", seed: int = 1) -> Person:
    case = Case("c", "u", scenario, goals or (Goal("fits", tuple(ALL), 50),), behaviour, seed, split)  # type: ignore[arg-type]
    return Person(case, SOURCE, ORACLE)


def spoken(someone: Person, shown: tuple[str, ...] = ("long",)) -> list[str]:
    said = []
    while (one := someone.speak(Shown(shown))) is not None:
        said.append(one.text)
    return said


@pytest.mark.parametrize("split", ["visible", "hidden"])
@given(seed=st.integers(0, 10_000), wants=st.lists(st.sampled_from(ALL), min_size=1, max_size=4, unique=True))
def test_every_condition_of_a_command_is_in_its_words(split, seed, wants):
    text = voice(split, seed).ask(wants, first=True).casefold()
    heard = {
        COMEDY: ("comed",), NO_HORROR: ("horror",), SHORT: ("100 minutes",), NINETIES: ("90s",),
        FRENCH: ("french", "france"), MONEY: ("money",),
    }  # fmt: skip
    assert all(any(word in text for word in heard[want]) for want in wants), text
    assert "{" not in text


@pytest.mark.parametrize("split", ["visible", "hidden"])
@given(seed=st.integers(0, 10_000), behaviour=st.sampled_from(["follow", "ignore", "overstate", "waver", "impatient"]))
def test_no_title_is_ever_said(split, seed, behaviour):
    said = " ".join(spoken(person(behaviour, split=split, seed=seed))).casefold()
    assert not any(str(row["title"]).casefold() in said for row in FILMS.values())


def test_the_halves_of_the_templates_share_no_frame():
    visible, hidden = load_templates("visible"), load_templates("hidden")
    for part in ("frames", "complain", "pieces", "no", "ref"):
        for name, options in getattr(visible, part).items():
            assert set(options).isdisjoint(getattr(hidden, part)[name])


def test_one_seed_says_one_thing():
    assert spoken(person("waver", seed=5)) == spoken(person("waver", seed=5))
    assert spoken(person("waver", seed=5)) != spoken(person("waver", seed=6))


def test_people_stay_five_rounds_and_the_impatient_leave_after_three():
    assert len(spoken(person("follow"))) == ROUNDS == 5
    assert len(spoken(person("impatient"))) == 3
    assert len(spoken(person("follow", scenario="SR"))) == 1


def test_only_the_target_among_ten_pleases():
    someone = person("follow")
    someone.speak(Shown(("long",)))
    assert someone.content(Shown(("long", "fits")))
    assert not someone.content(Shown(tuple("long" for _ in range(10)) + ("fits",)))


def test_who_ignores_says_nothing_of_use_in_the_second_round():
    someone = person("ignore")
    first, second = someone.speak(Shown(("long",))), someone.speak(Shown(("long",)))
    assert first is not None
    assert second is not None
    assert second.act == "chat"
    assert second.truth == first.truth


def test_who_wavers_ends_with_the_bound_that_is_meant():
    someone = person("waver", Goal("fits", (SHORT, COMEDY), 50))
    first, second = someone.speak(Shown(("long",))), someone.speak(Shown(("long",)))
    assert first is not None
    assert second is not None
    assert [want.condition.high for want in first.truth.conditions if want.condition.field == "minutes"] == [150]
    assert SHORT in second.truth.conditions
    assert second.act == "change"


def test_a_drift_drops_what_is_no_longer_meant_and_only_the_second_target_counts():
    someone = person("follow", Goal("fits", (COMEDY, SHORT), 50), Goal("drama", (DRAMA,), 50), scenario="MRID")
    for _ in range(2):
        someone.speak(Shown(("long",)))
    assert not someone.content(Shown(("fits", "drama")))
    drift = someone.speak(Shown(("long",)))
    assert drift is not None
    assert drift.act == "drift"
    assert drift.truth.conditions == (DRAMA,)
    assert set(drift.dropped) <= {COMEDY, SHORT}
    assert len(drift.dropped) >= 1
    assert someone.content(Shown(("drama",)))


@given(seed=st.integers(0, 500))
def test_an_old_bound_is_not_taken_back_once_a_new_one_stands_in_its_place(seed):
    long = Wanted(Condition("minutes", low=120), True, "facet", "at least 120")
    goals = (Goal("fits", (SHORT, COMEDY), 50), Goal("drama", (long,), 50))
    someone = person("follow", *goals, scenario="MRID", seed=seed)
    acts = [(one.act, one.text) for _ in range(ROUNDS) if (one := someone.speak(Shown(("long",)))) is not None]
    refers = ("length", "running time", "duration", "100 minutes")
    assert not any(act == "retract" and any(word in text for word in refers) for act, text in acts)


def test_when_all_is_said_and_met_something_else_is_asked_for():
    someone = person("follow", Goal("fits", (COMEDY,), 50))
    someone.speak(Shown(("long",)))
    said = someone.speak(Shown(("fits",) * 10))
    assert said is not None
    assert said.truth.others


def test_plurals():
    assert [plural(word) for word in ("comedy", "brush", "toy", "lens", "film")] == [
        "comedies", "brushes", "toys", "lens", "films",
    ]  # fmt: skip


@pytest.mark.parametrize("split", ["visible", "hidden"])
@given(seed=st.integers(0, 10_000))
def test_a_bound_is_never_said_with_a_maybe(split, seed):
    text = f" {voice(split, seed).ask([SHORT], first=False).casefold()} "
    assert not any(f" {hedge} " in text for hedge in ("maybe", "perhaps", "possibly", "ideally", "preferably"))
