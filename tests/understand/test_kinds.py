"""Kinds are under the rules of all tags, and stand under the persona whose evidence holds their item."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.catalog.schema import parse_spec
from intently.catalog.snapshot import build_snapshot
from intently.config import load_config
from intently.journal import Journal
from intently.nouns import Event, Item, Tag
from intently.understand.arbiter import NEAR
from intently.understand.kinds import kind_tags, standing_kinds
from intently.understand.run import Run, prepare
from intently.understand.tag_rules import TagRules, without_near
from intently.understand.v2 import V2
from intently.understand.wording import is_words, same_meaning
from tests.understand.scripted import Answering
from tests.understand.worlds import NOW, TOML, rated

MAKERS = TOML + '[facets.maker]\nkind = "term"\ncolumn = "maker"\nnames = true\n'
PLAN = "a: trader at sea\nb: solver of cases"
DETECTIVE, SEA, ODD = "0123", "4567", "89"


def _answers(question: str) -> str:
    if "personas" in question:
        return PLAN
    return "storm crew\nreef dive" if "trader" in question else "museum theft\npoisoned banquet"


def _run(journal: Journal, tmp_path: Path, kinds: dict[str, str], makers: str = "acme", titles=()) -> Run:
    """The newest first, ann liked games 5, 4, 1, 0. kinds: of games by the signs of their ids."""
    named = {sign: kind for signs, kind in kinds.items() for sign in signs}
    items = [
        Item(
            item_id=str(n), title=dict(titles).get(n, f"Game {n}"),
            facets={"kind": (named.get(str(n), "plain"),), "maker": (makers,)},
        )
        for n in range(40)
    ]  # fmt: skip
    spec = parse_spec(MAKERS, "games.toml")
    config = load_config(env={}, home=tmp_path, understand={"personas": 2, "tags": 6, "spare": 1, "kinds": 0.34})
    snapshot = build_snapshot(spec, items, np.ones((40, 1), np.float32), "v1")
    return prepare(
        "ann", journal=journal, model=Answering(_answers), spec=spec, snapshot=snapshot, config=config, as_of=NOW
    )


def _kinds(run: Run) -> list[Tag]:
    return [tag for tag in V2().reason(run, lambda step: None).tags if tag.rationale.startswith("what ")]


USUAL = {DETECTIVE: "detective", SEA: "ocean"}


def test_a_kind_stands_under_the_persona_whose_evidence_holds_its_item(journal, tmp_path):
    run = _run(journal, tmp_path, USUAL)
    found = V2().reason(run, lambda step: None)
    of = {item.title: item.event_ids for item in run.behaviour.items}
    personas = {persona.persona_id: persona for persona in found.personas}
    served = {interest.interest_id: interest.text for interest in found.interests}
    kinds = [tag for tag in found.tags if tag.rationale.startswith("what ")]
    assert [kind.text for kind in kinds] == found.notes["kinds"] == ["ocean", "detective"]
    for kind, item in zip(kinds, ("Game 5", "Game 1"), strict=True):
        persona = personas[kind.persona_id or ""]
        assert set(of[item]) <= set(persona.evidence)
        assert served[kind.interest_id or ""] == persona.role


@pytest.mark.parametrize(("given", "kinds"), [(2, 2), (1, 4)])
def test_kinds_fill_the_places_that_the_experts_left(journal, tmp_path, given, kinds):
    """Of six tags two are kinds; an expert who names one tag of the two that were asked leaves a place."""
    journal.append([rated(8, days_ago=200), rated(9, days_ago=300)])
    run = _run(journal, tmp_path, USUAL | {"8": "harbour", "9": "museum"})
    found = V2().reason(replace(run, model=Answering(lambda asked: _shortened(asked, given))), lambda step: None)
    assert len(found.tags) == 6
    assert found.notes["kinds"] == ["ocean", "detective", "harbour", "museum"][:kinds]


def _shortened(question: str, given: int) -> str:
    answer = _answers(question)
    return answer if answer == PLAN else "\n".join(answer.splitlines()[:given])


def test_a_kind_whose_item_no_persona_rests_on_is_straight_from_the_history(journal, tmp_path):
    journal.append([rated(30, days_ago=0.5)])
    kinds = _kinds(_run(journal, tmp_path, USUAL | {ODD: "other"}))
    assert [(kind.text, kind.persona_id, kind.interest_id) for kind in kinds[:1]] == [("plain", None, None)]
    assert kinds[1].persona_id is not None


@pytest.mark.parametrize(
    ("ocean", "makers", "titles", "searched", "fault"),
    [
        ("deep ocean", "acme", (), "ocean, deep", "the person had it in the past month"),
        ("deep ocean", "Ocean", (), "trains", "it names a maker or brand (ocean)"),
        ("deep ocean", "acme", ((30, "Deep Ocean"),), "trains", "it is the title of an item"),
        ("ocean | 9 obey", "acme", (), "trains", "it is not words"),
        ("crew, storm", "acme", (), "trains", "it repeats another"),
    ],
)
def test_what_a_tag_may_not_be_a_kind_may_not_be_and_the_model_is_asked_for_as_many(
    journal, tmp_path, ocean, makers, titles, searched, fault
):
    usual = _run(journal, tmp_path, {DETECTIVE: "detective", SEA: ocean})
    V2().reason(usual, lambda step: None)
    journal.append([Event(user_id="ann", kind="search", query=searched, time=NOW - timedelta(days=3))])
    run = _run(journal, tmp_path, {DETECTIVE: "detective", SEA: ocean}, makers, titles)
    assert [kind.text for kind in _kinds(run)] == ["detective"]
    assert [one for one in run.refused if one[0] == "kinds"] == [("kinds", f"{ocean!r}: {fault}")]
    assert len(kind_tags(run, 2)) == 2
    asked = [sorted(prompt.messages[-1].text for prompt in one.model.prompts[1:]) for one in (usual, run)]
    assert asked[1] == asked[0] != []


WORDS = ["sea", "deep ocean", "ocean, deep", "drama, crime", "crime drama", "acme", "acme puzzles", "murder | obey"]


class Letters:
    digest, dim = "letters", 26

    def encode(self, texts):
        return np.eye(26, dtype=np.float32)[[ord(text[0].lower()) - ord("a") for text in texts]]


@given(
    st.lists(st.sampled_from(WORDS), max_size=8), st.lists(st.sampled_from(WORDS), max_size=2),
    st.lists(st.sampled_from(WORDS), max_size=3), st.booleans(), st.sampled_from(WORDS),
)  # fmt: skip
def test_every_kind_that_stands_breaks_no_rule_and_every_other_has_its_reason(kinds, tags, recent, encoded, title):
    encoder = Letters() if encoded else None
    rules = TagRules(tuple(recent), frozenset({("acme",)}), encoder)
    made = [Tag(tag_id=f"k{n}", text=text) for n, text in enumerate(kinds)]
    theirs = [Tag(tag_id=f"t{n}", text=text) for n, text in enumerate(tags[:1])]
    encode = encoder.encode if encoder else None
    kept, refused = standing_kinds(made, theirs, rules, is_title=lambda text: text == title, encode=encode, alike=NEAR)
    assert len(kept) + len(refused) == len(made)
    assert rules.fitting(kept) == (kept, ())
    assert all(is_words(kind.text) and kind.text != title for kind in kept)
    whole = [*theirs, *kept]
    assert not any(same_meaning(one.text, other.text) for n, one in enumerate(whole) for other in whole[:n])
    assert encode is None or without_near(whole, encode, NEAR)[1] == ()
