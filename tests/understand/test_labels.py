"""The six labels of an interest: by code where code can, by the model where it must."""

import pytest

from intently.nouns import Event, Interest
from intently.understand.labels import Labeller, label_interests
from tests.understand.worlds import ByWord, rated, snapshot


def labeller(*events: Event, needed: frozenset[str] = frozenset(), encode=ByWord().encode) -> Labeller:
    return Labeller({event.event_id: event for event in events}, snapshot(), needed.__contains__, encode)


def interest(text: str, *events: Event) -> Interest:
    return Interest(interest_id="i", text=text, evidence=tuple(event.event_id for event in events))


SEA = [rated(4, days_ago=9), rated(5, days_ago=3)]
MIXED = [rated(4, days_ago=9), rated(20, days_ago=3)]


@pytest.mark.parametrize(
    ("text", "evidence", "label"),
    [
        ("trade at sea", SEA, "strong"),
        ("murder mysteries", SEA, "none"),
        ("trade at sea", SEA[:1], "weak"),
        ("trade at sea", [*SEA, rated(6, days_ago=1, user="bob")], "hallucination"),
    ],
)
def test_what_code_can_tell_it_tells(text, evidence, label):
    (found,) = label_interests([interest(text, *evidence)], labeller(*SEA))
    assert found.interest.verdicts == {"spontaneous": "code", label: "code"}
    assert bool(found.fault) == (label != "strong")


def test_an_hour_of_passing_looks_is_one_action_and_ratings_of_one_evening_are_not():
    looks = [event.model_copy(update={"kind": "detail", "value": None, "event_id": event.event_id}) for event in SEA]
    at_once = [look.model_copy(update={"time": looks[0].time}) for look in looks]
    evening = [event.model_copy(update={"time": SEA[0].time}) for event in SEA]
    assert "weak" in label_interests([interest("sea", *at_once)], labeller(*at_once))[0].interest.verdicts
    assert "strong" in label_interests([interest("sea", *evening)], labeller(*evening))[0].interest.verdicts
    assert "strong" in label_interests([interest("sea", *looks)], labeller(*looks))[0].interest.verdicts


def test_what_the_household_needs_is_no_interest():
    needed = labeller(*SEA, needed=frozenset({"4", "5"}))
    assert label_interests([interest("trade at sea", *SEA)], needed)[0].fault == "necessity (by code)"
    half = labeller(*SEA, needed=frozenset({"4"}))
    assert label_interests([interest("trade at sea", *SEA)], half)[0].fault == ""


def test_the_model_is_asked_about_what_code_cannot_weigh_and_about_nothing_else():
    asked: list[list[str]] = []

    def ask(doubtful):
        asked.append([one.text for one in doubtful])
        return [False] * len(doubtful)

    events = [*SEA, rated(20, days_ago=3)]
    some = [interest("trade at sea", *SEA), interest("sea", rated(5, days_ago=3), rated(20, days_ago=3))]
    unread = labeller(*events, encode=None)
    verdicts = [one.interest.verdicts for one in label_interests(some, unread, ask)]
    assert asked == [["trade at sea", "sea"]]
    assert all(one["weak"] == "model" for one in verdicts)
    assert label_interests(some, unread)[0].interest.verdicts["strong"] == "nobody"
    assert label_interests([], unread, ask) == ()
    assert len(asked) == 1
