"""People played by a model: they state what they mean, never the title, and leave as the rule-driven ones do."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.errors import BadRequest, ModelTimeout
from intently.evaluate.commands.baselines.blind import Blind
from intently.evaluate.commands.case import Case, Goal, Ground, Shown, Wanted
from intently.evaluate.commands.model_person import ModelPerson, names_title
from intently.evaluate.commands.play import play
from intently.evaluate.commands.run import Asked, run_commands_evaluation
from intently.evaluate.commands.source import open_source
from intently.evaluate.oracle import Condition
from intently.language import ScriptedModel

SOURCE = open_source("demo-movies")
SILENT = Wanted(Condition("genre", ("Drama",)), False, "facet", "Drama")
NO_WAR = Wanted(Condition("genre", ("War",), avoid=True), True, "facet", "War")
OLD = Wanted(Condition("year", high=1929), True, "facet", "before 1930")
FUNNY = Wanted(Condition("genre", ("Comedy",)), False, "facet", "Comedy")
FIRST = Goal("1", (SILENT, NO_WAR, OLD), 60)  # Broken Blossoms
SECOND = Goal("2", (FUNNY, OLD), 60)  # The Kid
CASE = Case("demo/MR/7", "7", "MR", (FIRST,), "follow", 7)
SHOWN = Shown(("3", "2"))


def _says(text: str, *stated: int) -> str:
    return json.dumps({"stated": list(stated), "says": text})


def _person(ground: Ground, answers: Sequence[str | ModelTimeout], case: Case = CASE) -> ModelPerson:
    facets = {"genre": "genre", "year": "year"}
    return ModelPerson(case, SOURCE, replace(ground, facets=facets), ScriptedModel(answers), Counter())


def test_a_person_means_the_conditions_that_they_marked_and_nothing_else(film_ground: Ground):
    person = _person(film_ground, [_says("nothing with war please", 2), _says("something really old", 3)])
    first, second = person.speak(SHOWN), person.speak(SHOWN)
    assert first is not None
    assert second is not None
    assert (first.text, first.truth.conditions) == ("nothing with war please", (NO_WAR,))
    assert second.truth.conditions == (NO_WAR, OLD)


def test_the_prompt_holds_character_conditions_what_was_said_and_what_is_shown_but_not_the_target(film_ground: Ground):
    model = ScriptedModel([_says("no war", 2), _says("older", 3)])
    person = ModelPerson(CASE, SOURCE, replace(film_ground, facets={"year": "year"}), model, Counter())
    person.speak(SHOWN)
    person.speak(SHOWN)
    last = model.prompts[1].messages[-1].text
    assert '1 want "genre" "Drama"; 2 avoid "genre" "War"; 3 want "year" "before 1930"\nSaid already: 2\n' in last
    assert 'Shown: "Safety Last!" ("1923"); "The Kid" ("1921")' in last
    assert not any("Blossoms" in prompt.text for prompt in model.prompts)


@pytest.mark.parametrize("text", ["Is Broken Blossoms there?", "broken   BLOSSOMS, please"])
def test_a_named_title_is_asked_again_and_then_the_rule_speaks(text: str, film_ground: Ground):
    person = _person(film_ground, [_says(text, 1), _says(text, 1)])
    said = person.speak(SHOWN)
    assert said is not None
    assert not names_title(said.text, "Broken Blossoms")
    assert said.truth.conditions == (SILENT,)
    assert said.act == "rule"
    assert person.counts == {"sentences": 1, "title named": 1, "by rule": 1}


def test_a_sentence_that_is_better_the_second_time_is_used(film_ground: Ground):
    person = _person(film_ground, [_says("Broken Blossoms", 1), _says("a drama", 1)])
    said = person.speak(SHOWN)
    assert said is not None
    assert said.text == "a drama"
    assert person.counts == {"sentences": 1, "title named": 1}


TITLES = ["Broken Blossoms", "The Kid", "Up"]


@given(st.lists(st.sampled_from([*TITLES, "no war", "older", "!", "the broken kid"]), min_size=1, max_size=3))
def test_whatever_the_model_answers_the_title_of_a_goal_is_not_uttered(parts: list[str]):
    text = " ".join(parts)
    uttered = any(names_title(text, title) for title in ("Broken Blossoms",))
    assert uttered == ("Broken Blossoms" in text)


@pytest.mark.parametrize("answers", [[ModelTimeout("slow")], ["Hello!", "Hello!"], [_says("!", 1), _says("…", 1)]])
def test_without_a_usable_sentence_the_rule_speaks_and_is_counted(
    answers: list[str | ModelTimeout], film_ground: Ground
):
    person = _person(film_ground, answers)
    said = person.speak(SHOWN)
    assert said is not None
    assert said.truth.conditions == (SILENT,)
    assert person.counts["by rule"] == 1


def test_when_all_is_said_something_else_is_asked_for_and_understood_as_that(film_ground: Ground):
    case = replace(CASE, goals=(Goal("1", (NO_WAR,), 60),))
    person = _person(film_ground, [_says("no war", 1), _says("show me something else")], case)
    person.speak(SHOWN)
    said = person.speak(SHOWN)
    assert said is not None
    assert said.truth.others
    assert said.truth.conditions == (NO_WAR,)


def test_a_person_is_content_with_the_target_among_the_first_ten_and_leaves_after_five_rounds(film_ground: Ground):
    person = _person(film_ground, [_says(f"word {number}", 1) for number in range(5)])
    assert person.content(Shown(("9", "1")))
    assert not person.content(Shown((*map(str, range(20, 30)), "1")))
    assert sum(person.speak(SHOWN) is not None for _ in range(7)) == 5


def test_a_session_is_played_by_whoever_is_given(film_ground: Ground):
    person = _person(film_ground, [_says(f"no war {number}", 2) for number in range(5)])
    case = replace(CASE, user_id=min(film_ground.seen))
    session = play(case, Blind("popularity"), film_ground, SOURCE, person)
    # From the third round on nothing has changed, so the same question has the same answer, from the cache.
    assert [one.command for one in session.rounds] == ["no war 0", *["no war 1"] * 4]
    assert {one.act for one in session.rounds} == {"model"}


@pytest.mark.parametrize(("people", "mend"), [("model", "pass --model"), ("crowd", "choose rules or model")])
def test_people_that_cannot_be_played_are_told_before_anything_runs(people: str, mend: str, tmp_path: Path):
    with pytest.raises(BadRequest, match=mend):
        run_commands_evaluation(Asked(people=people), tmp_path)


def test_impatient_people_leave_after_three_rounds_and_single_rounds_after_one(film_ground: Ground):
    impatient = _person(film_ground, [_says("hm", 1)] * 3, replace(CASE, behaviour="impatient"))
    assert sum(impatient.speak(SHOWN) is not None for _ in range(5)) == 3
    once = _person(film_ground, [_says("hm", 1, 2, 3)], replace(CASE, scenario="SR"))
    assert sum(once.speak(SHOWN) is not None for _ in range(3)) == 1


def test_after_the_drift_only_the_new_goal_is_meant_and_the_old_conditions_are_dropped(film_ground: Ground):
    case = replace(CASE, scenario="MRID", goals=(FIRST, SECOND))
    answers = [_says("a drama", 1), _says("very old", 3), _says("no, a comedy now", 1)]
    person = _person(film_ground, answers, case)
    assert not person.content(Shown(("2",)))
    said = [person.speak(SHOWN) for _ in range(3)]
    assert said[1] is not None
    assert said[1].truth.conditions == (SILENT, OLD)
    assert said[2] is not None
    assert said[2].truth.conditions == (OLD, FUNNY)
    assert said[2].dropped == (SILENT,)
    assert person.content(Shown(("2",)))


@pytest.mark.parametrize(
    ("text", "title", "named"),
    [("I want the heat", "Heat", True), ("like the kid", "The Kid", True), ("kidding", "The Kid", False),
     ("blossoms, broken", "Broken Blossoms", False), ("anything", "", False)],
)  # fmt: skip
def test_a_title_is_named_by_its_words_in_order(text: str, title: str, named: bool):
    assert names_title(text, title) is named
