"""The line under an item: true, short, varied, and resting on what it names."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from intently.explain import Facts, Met, PastItem, write_reason
from intently.nouns import Preference

TEXTS = st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs", "P")), min_size=1, max_size=80)


def wish(preference_id, value=("Comedy",), quote="funny", **fields):
    parts = {"polarity": "want", "strength": "prefer", "facet": "genre", "relation": "is", "command_id": "c1", **fields}
    return Preference(id=preference_id, value=list(value), quote=quote, **parts)


@st.composite
def facts(draw):
    metts = draw(st.lists(TEXTS, max_size=3))
    return Facts(
        item_id=draw(st.text("abc123", min_size=1, max_size=6)),
        met=tuple(Met(wish(f"p{n}"), text, newest=bool(n % 2)) for n, text in enumerate(metts)),
        meanings=tuple(wish(f"m{n}", quote=text) for n, text in enumerate(draw(st.lists(TEXTS, max_size=2)))),
        examples=tuple((f"i{n}", text) for n, text in enumerate(draw(st.lists(TEXTS, max_size=2)))),
        tags=tuple((f"t{n}", text) for n, text in enumerate(draw(st.lists(TEXTS, max_size=2)))),
        past=tuple(
            PastItem(f"e{n}", text, draw(st.booleans()), draw(st.sampled_from(["rating", "purchase", ""])))
            for n, text in enumerate(draw(st.lists(TEXTS, max_size=3)))
        ),
        popular=draw(st.booleans()),
    )


def without(told, kind, key):
    """The same facts but for one piece of evidence."""
    if kind == "preference":
        met = tuple(m for m in told.met if m.preference.id != key)
        return replace(told, met=met, meanings=tuple(p for p in told.meanings if p.id != key))
    if kind == "item":
        return replace(told, examples=tuple(e for e in told.examples if e[0] != key))
    if kind == "tag":
        return replace(told, tags=tuple(t for t in told.tags if t[0] != key))
    if kind == "event":
        return replace(told, past=tuple(p for p in told.past if p.event_id != key))
    return replace(told, popular=False)


@given(facts())
def test_without_its_evidence_a_clause_is_gone_or_rests_on_something_else(told):
    reason = write_reason(told)
    for kind, key in reason.evidence:
        changed = write_reason(without(told, kind, key))
        assert (kind, key) not in changed.evidence
        assert changed.evidence != reason.evidence


@given(facts())
def test_a_line_is_short_and_there_is_one_exactly_when_there_is_evidence(told):
    reason = write_reason(told)
    assert len(reason.text) < 90
    assert bool(reason.text) == bool(reason.evidence)
    assert "\n" not in reason.text


@given(facts())
def test_the_same_facts_say_the_same(told):
    assert write_reason(told) == write_reason(told)


def test_what_was_asked_comes_first_and_the_newest_command_before_older_ones():
    told = Facts("x", met=(Met(wish("p1"), "Drama"), Met(wish("p2"), "Comedy", newest=True)))
    assert "Comedy · Drama" in write_reason(told).text
    assert write_reason(told).evidence == (("preference", "p2"), ("preference", "p1"))


def test_liked_is_said_only_of_what_was_liked():
    liked = Facts("x", past=(PastItem("e1", "Heat", True, "rating"),))
    rated = Facts("x", past=(PastItem("e1", "Heat", False, "rating"),))
    bought = Facts("x", past=(PastItem("e1", "Mug", True, "purchase"),))
    assert "you liked “Heat”" in write_reason(liked).text or "which you liked" in write_reason(liked).text
    assert "rated" in write_reason(rated).text
    assert "liked" not in write_reason(rated).text
    assert "bought" in write_reason(bought).text
    mixed = Facts("x", past=(PastItem("e1", "Mug", True, ""),))  # of a catalogue that counts several kinds
    assert "chose" in write_reason(mixed).text


def test_a_liked_item_is_named_before_one_that_was_only_rated():
    told = Facts("x", past=(PastItem("e1", "Dull", False, "rating"), PastItem("e2", "Heat", True, "rating")))
    assert write_reason(told).evidence == (("event", "e2"),)


def test_an_item_that_comes_back_says_so():
    told = Facts("x", past=(PastItem("e1", "Mug", True, "purchase", itself=True),))
    assert "bought it" in write_reason(told).text


def test_without_any_evidence_nothing_is_said():
    assert write_reason(Facts("x")).text == ""


def test_ten_items_do_not_all_use_the_same_words():
    lines = {write_reason(Facts(f"item-{n}", tags=(("t1", "heist thrillers"),))).text for n in range(10)}
    assert len(lines) >= 3
