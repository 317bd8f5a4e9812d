"""What a person changes of a chip by hand: the rest stays, undo takes it back, nothing leaks."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from intently.errors import BadRequest, NotFound, Stale
from intently.feed.memory import MemoryState, merge, view
from intently.feed.revision import Revision, drop, revise
from intently.feed.slots import interval_of, says_the_same
from intently.feed.versions import Memory
from intently.journal import Journal, open_journal
from intently.nouns import Change, Preference, Scope
from tests.feed.commands import NOW, context
from tests.feed.test_memory_rules import COMMANDS, SPEC, bound, few, put, quotes, said, term, wish

LATER = NOW + timedelta(minutes=5)
KINDS = st.sampled_from(["session", "always"])


def changed(state: MemoryState, seen: Preference, client: str = "web", **what: object) -> MemoryState:
    return revise(state, seen, Revision.model_validate(what), client=client, now=NOW, spec=SPEC).state


def alike(held: tuple[Preference, ...], seen: Preference) -> list[Preference]:
    return [one for one in held if says_the_same(one, seen)]


# ------------------------------------------------------------------------------------------------------- properties
@few
@given(COMMANDS, st.data(), KINDS)
def test_a_revised_chip_holds_as_long_as_it_was_set_to_and_the_others_stay(
    commands: list[list[Change]], data: st.DataObject, kind: str
) -> None:
    state = said([[c for c in changes if not c.scope or c.scope.kind != "next"] for changes in commands])
    held = view(state, "web", NOW)
    assume(held)
    seen = data.draw(st.sampled_from(held))
    after = view(changed(state, seen, scope={"kind": kind}), "web", NOW)
    assert [one.scope.kind for one in alike(after, seen)] == [kind]
    others = {one.id for one in held} - {seen.id}
    assert others <= {one.id for one in after}


@few
@given(COMMANDS, st.data(), st.sampled_from(["must", "prefer"]))
def test_a_revised_strength_changes_that_chip_alone(
    commands: list[list[Change]], data: st.DataObject, strength: str
) -> None:
    state = said(commands)
    held = [one for one in view(state, "web", NOW)]
    assume([one for one in held if one.facet is not None])
    seen = data.draw(st.sampled_from([one for one in held if one.facet is not None]))
    after = view(changed(state, seen, strength=strength), "web", NOW)
    assert [one.strength for one in alike(after, seen)] == [strength]
    assert [one for one in after if one.id != seen.id] == [one for one in held if one.id != seen.id]


@few
@given(COMMANDS, st.sampled_from(["at_most", "at_least"]), st.floats(50, 200))
def test_a_moved_bound_is_in_force_and_contradicts_no_other(
    commands: list[list[Change]], relation: str, amount: float
) -> None:
    state = put(said(commands), [bound(relation, 100.0)], "last").state
    seen = next(one for one in view(state, "web", NOW) if one.command_id == "last")
    after = view(changed(state, seen, value=amount), "web", NOW)
    assert amount in [one.value for one in after if one.relation == relation]
    bounds = [interval_of(one) for one in after if one.facet == "minutes"]
    assert max(low for low, _ in bounds) <= min(high for _, high in bounds)


@few
@given(COMMANDS, COMMANDS, st.data())
def test_what_one_client_revises_for_its_session_changes_no_other_client(
    mine: list[list[Change]], theirs: list[list[Change]], data: st.DataObject
) -> None:
    state = said([[c.model_copy(update={"scope": Scope()}) for c in changes] for changes in mine], "web")
    state = said(theirs, "phone", state)
    held = [one for one in view(state, "web", NOW) if one.scope.kind == "session" and one.facet is not None]
    assume(held)
    before = view(state, "phone", NOW)
    after = changed(state, data.draw(st.sampled_from(held)), strength="must")
    assert view(after, "phone", NOW) == before


@few
@given(COMMANDS, st.data())
def test_a_dropped_chip_is_gone_and_nothing_that_was_not_hidden_by_it_comes(
    commands: list[list[Change]], data: st.DataObject
) -> None:
    state = said(commands)
    held = view(state, "web", NOW)
    assume(held)
    seen = data.draw(st.sampled_from(held))
    after = view(drop(state, seen, "web"), "web", NOW)
    assert alike(after, seen) == []
    assert {one.id for one in held} - {seen.id} <= {one.id for one in after}


# ------------------------------------------------------------------------------------------------------ single cases
def test_kept_always_it_belongs_to_the_person_and_only_tonight_it_ends() -> None:
    state = said([[term("avoid", "Horror", "must")]])
    (seen,) = view(state, "web", NOW)
    kept = changed(state, seen, scope={"kind": "always"})
    assert quotes(kept, "phone") == ["avoid Horror"]
    (seen,) = view(kept, "phone", NOW)
    tonight = changed(kept, seen, "phone", scope={"kind": "until", "until": NOW + timedelta(hours=6)})
    assert quotes(tonight, "web") == ["avoid Horror"]
    assert view(tonight, "web", NOW + timedelta(hours=7)) == ()


def test_what_a_chip_contradicts_is_over_once_the_chip_outlasts_it() -> None:
    state = said([[term("avoid", "Horror", "must", "always")], [term("want", "Horror")]])
    (seen,) = view(state, "web", NOW)
    assert quotes(drop(state, seen, "web")) == ["avoid Horror"]  # only hidden for this session
    kept = changed(state, seen, scope={"kind": "always"})
    assert quotes(kept) == ["want Horror"]
    assert quotes(drop(kept, seen, "web")) == []


def test_a_chip_said_twice_for_different_times_is_removed_whole() -> None:
    state = said([[term("want", "Comedy", scope="always")], [term("want", "Comedy", "must")]])
    (seen,) = view(state, "web", NOW)
    assert quotes(drop(state, seen, "web")) == []


def test_the_words_of_a_moved_bound_say_where_it_lies() -> None:
    state = said([[bound("at_most", 100.0)]])
    (seen,) = view(state, "web", NOW)
    (after,) = view(changed(state, seen, value=110), "web", NOW)
    assert (after.id, after.quote, after.value) == (seen.id, "at most 110 minutes", 110.0)


def test_about_two_hours_becomes_about_another_amount_with_the_same_tolerance() -> None:
    about = bound("about", 0.0).model_copy(update={"value": {"low": 102.0, "high": 138.0}})
    state = put(MemoryState(), [about], "c").state
    (seen,) = view(state, "web", NOW)
    (after,) = view(changed(state, seen, value=100), "web", NOW)
    assert (after.relation, after.value) == ("about", {"low": 85.0, "high": 115.0})
    (after,) = view(changed(state, seen, value={"low": 90, "high": 95}), "web", NOW)
    assert (after.relation, after.value, after.quote) == (
        "between",
        {"low": 90.0, "high": 95.0},
        "90 minutes to 95 minutes",
    )


@pytest.mark.parametrize(
    ("change", "what", "mend"),
    [
        (wish("cosy"), {"strength": "must"}, "cannot become a must"),
        (term("want", "Comedy"), {"value": 3}, "no bound to move"),
        (bound("at_most", 90.0), {"value": {"low": 1, "high": 2}}, "one number"),
        (bound("at_most", 90.0), {}, "`scope`, `strength` or `value`"),
        (bound("at_most", 90.0), {"scope": {"kind": "until"}}, "a time in `until`"),
        (bound("at_most", 90.0), {"scope": {"kind": "until", "until": "2020-01-01T00:00:00Z"}}, "is past"),
    ],
)
def test_a_revision_that_cannot_be_is_refused_with_the_mend(change: Change, what: dict[str, object], mend: str) -> None:
    state = said([[change]])
    (seen,) = view(state, "web", NOW)
    with pytest.raises(BadRequest, match=mend):
        changed(state, seen, **what)


# ---------------------------------------------------------------------------------------------------------- versions
@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = open_journal("", tmp_path)
    yield opened
    opened.close()


def test_every_revision_is_a_version_that_undo_takes_back_and_restoring_brings_again(journal: Journal) -> None:
    memory = Memory(journal, context().spec)
    made = memory.apply("ann", "web", [bound("at_most", 100.0)], command_id="c", now=NOW)
    (seen,) = made.preferences
    revised = memory.revise("ann", "web", seen.id, Revision(value=110), seen_version=1, now=LATER)
    assert [one.value for one in revised.preferences] == [110.0]
    assert [row.made_by for row in journal.memory_rows("ann")] == ["revise", "command"]
    assert memory.undo("ann", "web", now=LATER).preferences == (seen,)
    assert memory.restore("ann", "web", 2, seen_version=3, now=LATER).preferences == revised.preferences
    assert memory.at("ann", "web", 1).preferences == (seen,)
    assert memory.at("ann", "web", 2).preferences == revised.preferences
    assert memory.at("ann", "phone", 1).preferences == ()
    with pytest.raises(NotFound):
        memory.at("ann", "web", 99)


def test_a_stale_revision_undo_or_reset_is_refused(journal: Journal) -> None:
    memory = Memory(journal, context().spec)
    (seen,) = memory.apply("ann", "web", [bound("at_most", 100.0)], command_id="c", now=NOW).preferences
    memory.apply("ann", "web", [term("want", "War")], command_id="d", now=NOW)
    with pytest.raises(Stale, match="you saw version 1"):
        memory.revise("ann", "web", seen.id, Revision(value=1), seen_version=1, now=LATER)
    with pytest.raises(Stale):
        memory.reset("ann", "web", now=LATER, seen_version=1)
    with pytest.raises(Stale):
        memory.undo("ann", "web", now=LATER, seen_version=1)
    with pytest.raises(NotFound):
        memory.revise("ann", "web", "p0", Revision(value=1), seen_version=2, now=LATER)
    assert journal.memory_head("ann").version == 2  # type: ignore[union-attr]


def test_a_spent_next_does_not_come_back_when_another_chip_is_removed(journal: Journal) -> None:
    memory = Memory(journal, context().spec)
    made = memory.apply(
        "ann", "web", [term("want", "War", scope="next"), term("want", "Drama")], command_id="c", now=NOW
    )
    shown = [NOW + timedelta(seconds=1)]
    drama = made.preferences[1]
    after = memory.drop("ann", "web", drama.id, seen_version=1, now=LATER, shown=shown)
    assert after.preferences == ()


def test_merge_of_nothing_keeps_the_revised_memory(journal: Journal) -> None:
    state = said([[term("want", "Comedy", "must")]])
    (seen,) = view(state, "web", NOW)
    revised = changed(state, seen, scope={"kind": "always"}, strength="prefer")
    assert MemoryState.from_json(revised.to_json()) == revised
    kept = merge(revised, [], client="web", command_id="k", now=NOW, spec=SPEC).state
    assert [(one.strength, one.scope.kind) for one in view(kept, "web", NOW)] == [("prefer", "always")]
