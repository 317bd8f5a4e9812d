"""Merging as SEMANTICS 3 says it, as properties and as small cases."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intently.feed.memory import MAX_PREFERENCES, MemoryState, Merged, merge, view
from intently.feed.slots import interval_of
from intently.nouns import Change, Scope
from tests.feed.commands import NOW, context

SPEC = context().spec
VALUES = ("Horror", "Comedy", "War", "Drama")


def term(polarity: str, value: str, strength: str = "prefer", scope: str = "session", op: str = "add") -> Change:
    return Change.model_validate(
        {
            "op": op, "polarity": polarity, "strength": strength, "facet": "genre", "matches": [("genre", value)],
            "relation": "is", "value": [value], "scope": Scope(kind=scope), "quote": f"{polarity} {value}",
        }
    )  # fmt: skip


def bound(relation: str, value: float, scope: str = "session") -> Change:
    return Change.model_validate(
        {
            "op": "add", "polarity": "want", "strength": "must", "facet": "minutes", "relation": relation,
            "value": value, "scope": Scope(kind=scope), "quote": f"{relation} {value}",
        }
    )  # fmt: skip


def wish(text: str, polarity: str = "want") -> Change:
    return Change.model_validate(
        {"op": "add", "polarity": polarity, "strength": "prefer", "relation": "like", "value": {"text": text},
         "scope": Scope(), "quote": text}
    )  # fmt: skip


SCOPES = st.sampled_from(["next", "session", "always"])
TERMS = st.builds(
    term,
    st.sampled_from(["want", "avoid"]),
    st.sampled_from(VALUES),
    st.sampled_from(["must", "prefer"]),
    SCOPES,
    st.sampled_from(["add", "replace"]),
).map(lambda change: change.model_copy(update={"op": "add"}) if change.polarity == "avoid" else change)
BOUNDS = st.builds(bound, st.sampled_from(["at_most", "at_least"]), st.sampled_from([80.0, 100.0, 120.0]), SCOPES)
WISHES = st.builds(wish, st.sampled_from(["sad", "cosy"]), st.sampled_from(["want", "avoid"]))
CHANGES = TERMS | BOUNDS | WISHES
COMMANDS = st.lists(st.lists(CHANGES, min_size=1, max_size=3), max_size=6)
few = settings(max_examples=40, deadline=None)


def said(commands: list[list[Change]], client: str = "web", state: MemoryState | None = None) -> MemoryState:
    state = state or MemoryState()
    for number, changes in enumerate(commands):
        state = put(state, changes, f"{client}{number}", client).state
    return state


def put(state: MemoryState, changes: list[Change], command_id: str, client: str = "web") -> Merged:
    return merge(state, changes, client=client, command_id=command_id, now=NOW, spec=SPEC)


def quotes(state: MemoryState, client: str = "web") -> list[str]:
    return [preference.quote for preference in view(state, client, NOW)]


# ------------------------------------------------------------------------------------------------------- properties
@few
@given(COMMANDS, CHANGES)
def test_what_was_said_last_is_in_force(commands: list[list[Change]], change: Change) -> None:
    held = view(put(said(commands), [change], "last").state, "web", NOW)
    assert any((p.polarity, p.facet, p.relation) == (change.polarity, change.facet, change.relation) for p in held)
    assert any(p.command_id == "last" for p in held)


@few
@given(COMMANDS, st.lists(CHANGES, min_size=1, max_size=3))
def test_saying_the_same_again_changes_nothing(commands: list[list[Change]], changes: list[Change]) -> None:
    once = put(said(commands), changes, "x").state
    twice = put(once, changes, "y").state

    def meaning(state: MemoryState) -> set[tuple[object, ...]]:
        return {(p.polarity, p.facet, p.relation, str(p.value), p.strength) for p in view(state, "web", NOW)}

    if len({(c.polarity, str(c.value), c.facet) for c in changes}) == len(changes) == 1:
        assert meaning(twice) == meaning(once)


@few
@given(COMMANDS)
def test_no_value_is_wanted_and_avoided_at_once(commands: list[list[Change]]) -> None:
    held = view(said(commands), "web", NOW)
    wanted = {str(p.value) for p in held if p.polarity == "want"}
    assert not wanted & {str(p.value) for p in held if p.polarity == "avoid"}


@few
@given(COMMANDS)
def test_the_bounds_in_force_never_contradict_each_other(commands: list[list[Change]]) -> None:
    bounds = [interval_of(p) for p in view(said(commands), "web", NOW) if p.facet == "minutes"]
    if bounds:
        assert max(low for low, _ in bounds) <= min(high for _, high in bounds)


@few
@given(COMMANDS, COMMANDS)
def test_what_one_client_says_for_a_session_changes_nothing_for_another(
    before: list[list[Change]], after: list[list[Change]]
) -> None:
    state = said(before, "phone")
    seen = view(state, "phone", NOW)
    passing = [[c.model_copy(update={"scope": Scope(kind="session")}) for c in changes] for changes in after]
    assert view(said(passing, "web", state), "phone", NOW) == seen


@few
@given(COMMANDS, st.sampled_from(VALUES), st.data())
def test_a_retraction_removes_exactly_what_it_names(
    commands: list[list[Change]], value: str, data: st.DataObject
) -> None:
    state = said(commands)
    retraction = Change(op="retract", facet="genre", matches=(("genre", value),), value=[value], quote=value)
    before = view(state, "web", NOW)
    after = view(put(state, [retraction], "r").state, "web", NOW)
    assert not any(p.value == [value] for p in after)
    lasting = {p.id for p in before if p.value != [value]}
    assert lasting <= {p.id for p in after}


@few
@given(COMMANDS)
def test_a_memory_survives_its_json(commands: list[list[Change]]) -> None:
    state = said(commands)
    assert MemoryState.from_json(state.to_json()) == state


@settings(max_examples=20, deadline=None)
@given(st.integers(33, 60))
def test_at_most_32_preferences_are_kept_and_the_oldest_wish_goes(count: int) -> None:
    state = put(MemoryState(), [term("avoid", "Horror", "must")], "first").state
    merged = put(state, [wish(f"wish {n}") for n in range(count)], "many")
    held = quotes(merged.state)
    assert len(held) == MAX_PREFERENCES
    assert held[0] == "avoid Horror"
    assert held[-1] == f"wish {count - 1}"
    assert any("was let go" in notice for notice in merged.notices)


# ------------------------------------------------------------------------------------------------------ single cases
def test_wanting_horror_ends_no_horror_and_says_so() -> None:
    merged = put(said([[term("avoid", "Horror", "must")]]), [term("want", "Horror")], "c")
    assert quotes(merged.state) == ["want Horror"]
    assert merged.notices == ("“want Horror” is wanted now, so “avoid Horror” no longer holds",)


def test_of_two_contradictory_bounds_in_one_command_the_last_counts() -> None:
    merged = put(MemoryState(), [bound("at_most", 90.0), bound("at_least", 120.0)], "c")
    assert quotes(merged.state) == ["at_least 120.0"]
    assert len(merged.notices) == 1


def test_two_bounds_that_agree_both_hold() -> None:
    state = said([[bound("at_most", 120.0)], [bound("at_least", 80.0)]])
    assert quotes(state) == ["at_most 120.0", "at_least 80.0"]


def test_instead_replaces_the_wants_on_that_facet_and_nothing_else() -> None:
    state = said([[term("want", "Comedy"), term("avoid", "War", "must"), bound("at_most", 90.0)]])
    after = put(state, [term("want", "Drama", op="replace"), term("want", "Horror", op="replace")], "new")
    assert quotes(after.state) == ["avoid War", "at_most 90.0", "want Drama", "want Horror"]


def test_two_musts_on_a_single_valued_facet_become_either() -> None:
    spec = SPEC.model_copy(
        update={"facets": {**SPEC.facets, "genre": SPEC.facets["genre"].model_copy(update={"many": False})}}
    )
    changes = [term("want", "Comedy", "must"), term("want", "Drama", "must")]
    state = merge(MemoryState(), changes, client="web", command_id="c", now=NOW, spec=spec).state
    (only,) = view(state, "web", NOW, single_valued={"genre"})
    assert only.value == ["Comedy", "Drama"]
    assert only.matches == (("genre", "Comedy"), ("genre", "Drama"))


def test_a_wish_for_tonight_hides_what_always_holds_and_gives_it_back() -> None:
    state = said([[term("avoid", "Horror", "must", "always")]])
    tonight = term("want", "Horror").model_copy(update={"scope": Scope(kind="until", until=NOW + timedelta(hours=10))})
    state = put(state, [tonight], "t").state
    assert quotes(state) == ["want Horror"]
    assert [p.quote for p in view(state, "web", NOW + timedelta(hours=11))] == ["avoid Horror"]


def test_a_session_ends_after_six_idle_hours_and_not_before() -> None:
    state = said([[term("want", "Comedy")]])
    assert view(state, "web", NOW + timedelta(hours=5.9)) != ()
    assert view(state, "web", NOW + timedelta(hours=6.1)) == ()
    slates = [NOW + timedelta(hours=4), NOW + timedelta(hours=8)]
    assert view(state, "web", NOW + timedelta(hours=9), shown=slates) != ()
    late = [NOW + timedelta(hours=7)]
    assert view(state, "web", NOW + timedelta(hours=8), shown=late) == ()


def test_an_ended_session_is_not_revived_by_the_next_command() -> None:
    state = said([[term("want", "Comedy")]])
    later = NOW + timedelta(hours=10)
    state = merge(state, [term("want", "War")], client="web", command_id="n", now=later, spec=SPEC).state
    assert [p.quote for p in view(state, "web", later)] == ["want War"]


def test_next_holds_for_exactly_one_new_slate() -> None:
    state = said([[term("want", "Comedy", scope="next")]])
    assert len(view(state, "web", NOW + timedelta(minutes=1))) == 1
    shown = [NOW + timedelta(seconds=1)]
    assert view(state, "web", NOW + timedelta(minutes=1), shown=shown) == ()


def test_always_belongs_to_the_person_on_every_client() -> None:
    state = said([[term("avoid", "Horror", "must", "always"), term("want", "War")]], "phone")
    assert quotes(state, "web") == ["avoid Horror"]
    assert quotes(state, "phone") == ["avoid Horror", "want War"]


def test_reset_forgets_what_this_client_sees_and_leaves_the_others_sessions() -> None:
    state = said(
        [[term("want", "War")]], "phone", said([[term("want", "Drama"), term("avoid", "Horror", scope="always")]])
    )
    after = put(state, [Change(op="reset")], "r").state
    assert quotes(after, "web") == []
    assert quotes(after, "phone") == ["want War"]


def test_a_weaker_repetition_takes_nothing_back() -> None:
    state = said([[term("want", "Comedy", "must")], [term("want", "Comedy", "prefer")]])
    assert [p.strength for p in view(state, "web", NOW)] == ["must"]


@pytest.mark.parametrize("op", ["keep", "diversify"])
def test_praise_and_variety_leave_the_memory_as_it_is(op: str) -> None:
    state = said([[term("want", "Comedy")]])
    merged = put(state, [Change.model_validate({"op": op})], "k")
    assert quotes(merged.state) == ["want Comedy"]
    assert merged.diversify == (op == "diversify")
