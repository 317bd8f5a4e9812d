"""What a person says is not them goes with what it led to, under whichever name it returns, and can be taken back."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from intently.journal import UnderstandingRow
from intently.nouns import Event, Interest, Persona, Tag
from intently.understand.corrections import correct, disowned_of
from tests.understand.worlds import NOW

CRIME, SEA = "grim Nordic crime", "trade at sea"


def row(minutes: float = 0, *, crime: str = CRIME, tags: dict[str, str] | None = None) -> UnderstandingRow:
    """Two interests, of which the second is a persona's too, and tags by text with what they serve."""
    serves = tags or {"snowbound murder": "crime", "detective's last case": "crime", "polar voyage": "sea"}
    return UnderstandingRow(
        "ann", "h",
        interests=tuple(Interest(interest_id=n, text=t, evidence=()) for n, t in (("crime", crime), ("sea", SEA))),
        tags=tuple(Tag(tag_id=f"t-{n}", text=text, interest_id=to) for n, (text, to) in enumerate(serves.items())),
        time=NOW + timedelta(minutes=minutes), personas=(Persona(persona_id="p", role=SEA),),
    )  # fmt: skip


def said(kind: str, text: str, minutes: float) -> Event:
    return Event.model_validate(
        {"user_id": "ann", "kind": kind, "query": text, "time": NOW + timedelta(minutes=minutes)}
    )


def left(understanding: UnderstandingRow) -> list[str]:
    return [
        *(one.text for one in understanding.interests), *(one.role for one in understanding.personas),
        *(one.text for one in understanding.tags),
    ]  # fmt: skip


def nothing(_: object) -> None:
    return None


def test_a_disowned_interest_goes_with_the_tags_that_serve_it_and_the_rest_stays():
    kept = correct(row(), disowned_of([said("disown", CRIME, 1)]), nothing)
    assert left(kept.row) == [SEA, SEA, "polar voyage"]
    assert kept.removed == ((CRIME, CRIME), ("snowbound murder", CRIME), ("detective's last case", CRIME))


def test_a_disowned_text_takes_interest_and_persona_alike():
    assert left(correct(row(), disowned_of([said("disown", SEA, 1)]), nothing).row) == [
        CRIME, "snowbound murder", "detective's last case",
    ]  # fmt: skip


def test_a_disowned_tag_goes_alone():
    kept = correct(row(), disowned_of([said("disown", "polar voyage", 1)]), nothing).row
    assert left(kept) == [CRIME, SEA, SEA, "snowbound murder", "detective's last case"]


def test_a_later_understanding_may_not_name_it_in_other_words():
    disowned = disowned_of([said("disown", CRIME, 1)])
    again = row(60, crime="Nordic crimes, grim", tags={"frozen corpse mystery": "crime", "polar voyage": "sea"})
    assert left(correct(again, disowned, lambda _: row()).row) == [SEA, SEA, "polar voyage"]


def test_the_tags_of_a_disowned_interest_do_not_come_back_for_another():
    disowned = disowned_of([said("disown", CRIME, 1)])
    again = row(60, crime="winter stories", tags={"a snowbound murder": "crime", "ice fishing idyll": "crime"})
    kept = correct(again, disowned, lambda time: row() if time == NOW + timedelta(minutes=1) else None)
    assert left(kept.row) == ["winter stories", SEA, SEA, "ice fishing idyll"]
    assert kept.removed == (("a snowbound murder", CRIME),)


def test_what_is_reclaimed_is_back_as_it_was_whatever_the_case_and_disowning_again_counts():
    told = [said("disown", CRIME, 1), said("reclaim", CRIME.upper(), 2)]
    assert correct(row(), disowned_of(told), nothing).row == row()
    assert [one.text for one in disowned_of([*told, said("disown", CRIME, 3)])] == [CRIME]


@given(
    st.lists(
        st.tuples(st.sampled_from(["disown", "reclaim"]), st.sampled_from([CRIME, SEA, "polar voyage"])), max_size=8
    )
)
def test_only_the_last_word_on_each_text_counts(steps):
    events = [said(kind, text, n) for n, (kind, text) in enumerate(steps)]
    last = dict((text, kind) for kind, text in steps)
    assert {one.text for one in disowned_of(events)} == {text for text, kind in last.items() if kind == "disown"}
    kept = left(correct(row(), disowned_of(events), nothing).row)
    assert not {text for text, kind in last.items() if kind == "disown"} & set(kept)


def test_a_correction_names_a_text_and_no_item():
    with pytest.raises(ValidationError, match="for an item use dislike"):
        Event.model_validate({"user_id": "ann", "kind": "disown", "item_id": "1", "time": NOW})
