"""What a tag may not be, and what people want that the catalogue does not have."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.catalog.schema import parse_spec
from intently.config import load_config
from intently.journal import open_journal
from intently.language import ScriptedModel
from intently.nouns import Event, Tag
from intently.understand.run import prepare
from intently.understand.tag_rules import TagRules, names_of, rules_of
from intently.understand.unmet import unmet_of
from tests.understand.worlds import NOW, TOML, rated, snapshot, spec


class Letters:
    """An encoder of first letters: texts that begin alike are alike."""

    digest, dim = "letters", 26

    def encode(self, texts):
        return np.eye(26, dtype=np.float32)[[ord(text[0]) - ord("a") for text in texts]]


def tag(text: str, found: int = 0, best: float = 0.3) -> Tag:
    return Tag(tag_id=text, text=text, interest_id="i", found=found, best_similarity=best)


def test_of_two_tags_that_mean_the_same_by_their_vectors_the_first_stands():
    kept, refused = TagRules(encoder=Letters()).sift([tag("apple pie"), tag("bread oven"), tag("apricot cake")])
    assert [one.text for one in kept] == ["apple pie", "bread oven"]
    assert refused == ("'apricot cake': it means the same as 'apple pie'",)


@given(st.lists(st.sampled_from(["apple pie", "apricot cake", "bread oven", "sea voyage"]), max_size=8))
def test_no_two_kept_tags_are_alike_and_every_tag_is_kept_or_refused(texts):
    kept, refused = TagRules(encoder=Letters()).sift([tag(text) for text in texts])
    letters = [one.text[0] for one in kept]
    assert len(set(letters)) == len(letters)
    assert len(kept) + len(refused) == len(texts)


@pytest.mark.parametrize("text", ["acme garden lamp", "garden ACME", "big sur boots"])
def test_a_tag_that_names_a_maker_is_refused(text):
    branded = parse_spec(TOML.replace('column = "kind"', 'column = "kind"\nnames = true'), "t")
    held = snapshot().terms["kind"]
    world = type("World", (), {"terms": {"kind": type(held)(("Acme", "Big Sur"), *_rest(held))}})()
    rules = TagRules(names=names_of(branded, world))
    assert "names a maker" in rules.sift([tag(text)])[1][0]
    assert rules.sift([tag("acmeist poetry")])[1] == ()
    assert names_of(spec(), snapshot()) == frozenset()


def _rest(held):
    return held.starts, held.rows, held.item_starts, held.item_values


def _shown(minutes: int) -> Event:
    return Event(user_id="ann", kind="impression", item_id="30", time=NOW - timedelta(minutes=minutes))


def test_nothing_that_the_person_had_in_the_past_month_is_predicted(tmp_path: Path):
    journal = open_journal("", tmp_path)
    old = Event(user_id="ann", kind="search", query="oak garden bench", time=NOW - timedelta(days=40))
    new = Event(user_id="ann", kind="search", query="pirate card game", time=NOW - timedelta(days=4))
    journal.append([rated(item, days_ago=9 - item) for item in (0, 1, 4, 5)] + [old, new])
    journal.append([_shown(minutes) for minutes in range(300)])  # what was only shown hides nothing of what was done
    run = prepare(
        "ann", journal=journal, model=ScriptedModel([]), spec=spec(), snapshot=snapshot(), as_of=NOW,
        config=load_config(env={}, home=tmp_path),
    )  # fmt: skip
    rules = rules_of(run)
    assert rules.recent[:2] == ("pirate card game", "Game 5")
    kept, refused = rules.sift([tag("pirate card games"), tag("garden bench of oak"), tag("sea voyage")])
    assert [one.text for one in kept] == ["garden bench of oak", "sea voyage"]
    assert refused == ("'pirate card games': the person had it in the past month",)
    journal.close()


def test_what_people_want_and_nothing_meets_is_ranked_by_people():
    said = [
        ("ann", tag("apple pie")), ("bob", tag("apricot cake", best=0.4)), ("ann", tag("bread oven", best=0.1)),
        ("cat", tag("sea voyage", found=3, best=0.7)), ("dan", tag("not looked up", best=0.0)),
    ]  # fmt: skip
    found = unmet_of(said, Letters())
    assert [(one.text, one.people, one.best_similarity, one.wordings) for one in found] == [
        ("apple pie", 2, 0.4, ("apple pie", "apricot cake")), ("bread oven", 1, 0.1, ("bread oven",)),
    ]  # fmt: skip
    assert [one.text for one in unmet_of(said, Letters(), least_people=2)] == ["apple pie"]
    assert [one.people for one in unmet_of(said)] == [1, 1, 1]
