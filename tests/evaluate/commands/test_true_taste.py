"""The ceiling of plain taste: every declared condition is met, and among equals the popular comes first."""

from intently.evaluate.commands.baselines.shelf import Shelf
from intently.evaluate.commands.baselines.true_taste import TrueTaste
from intently.evaluate.commands.case import Case, Ground, Truth, Wanted
from intently.evaluate.oracle import Condition

OLD = Wanted(Condition("year", high=1939), True, "facet", "before 1940")
COMEDY = Wanted(Condition("genre", ("Comedy",)), False, "facet", "Comedy")
FIGHTER = Wanted(Condition("style", ("prizefighting",)), False, "text", "prizefighting")


def test_all_declared_conditions_are_met_and_seen_items_stay_out(film_ground: Ground, film_case: Case):
    shown = TrueTaste().start(film_ground, film_case).say("…", Truth((OLD, COMEDY))).item_ids
    assert len(shown) == 10
    assert film_ground.oracle.satisfied(shown, [OLD.condition, COMEDY.condition]) == 1.0
    assert not set(shown) & film_ground.seen[film_case.user_id]


def test_words_of_the_text_are_searched_for_among_what_meets_the_conditions(film_ground: Ground, film_case: Case):
    assert TrueTaste().start(film_ground, film_case).say("…", Truth((OLD, FIGHTER))).item_ids[0] == "1"


def test_without_conditions_taste_decides_and_something_else_hides_what_was_shown(film_ground: Ground, film_case: Case):
    conversation = TrueTaste().start(film_ground, film_case)
    first = conversation.open().item_ids
    shelf = Shelf(film_ground)
    taste = shelf.popular + 0.5 * shelf.neighbours(film_case.user_id)
    assert first == shelf.best(taste, shelf.unseen(film_case.user_id))
    assert not set(first) & set(conversation.say("…", Truth((), others=True)).item_ids)
