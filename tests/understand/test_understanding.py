"""Interests and tags of one person: evidence is real, vague ones go, what was paid for is not paid again."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from intently.config import load_config
from intently.errors import BudgetSpent, ModelUnavailable, NotFound
from intently.journal import Journal
from intently.language import Budget, ScriptedModel
from intently.nouns import Cue, Interest
from intently.understand import behaviour_of, estimate_user, understand_user, understand_users
from intently.understand.person import _input_hash
from intently.understand.pipelines import make_pipeline
from intently.understand.pool import Pool
from intently.understand.run import prepare
from intently.understand.strands import strands_of
from intently.understand.tags import TagAnswer, TagsAnswer, ground_tags, tags_of
from intently.understand.wording import is_vague, same_meaning
from tests.understand.worlds import NOW, ByWord, snapshot, spec

INTERESTS = json.dumps(
    {"interests": [{"items": [3, 4], "interest": "locked-room murder"}, {"items": [1, 2], "interest": "trade at sea"}]}
)
TAGS = json.dumps(
    {
        "tags": [
            {"interest": 1, "tags": ["country house murder", "museum jewel theft"]},
            {"interest": 2, "tags": ["polar sea voyage", "pirate island race"]},
        ]
    }
)
ONE_INTEREST = json.dumps({"tags": [{"interest": 1, "tags": ["polar voyage", "pirate race", "lost harbour"]}]})


@pytest.fixture
def world(journal: Journal, tmp_path: Path):
    config = load_config(env={}, home=tmp_path, understand={"pipeline": "v1", "interests": 2, "tags": 4})
    return {"journal": journal, "spec": spec(), "snapshot": snapshot(), "config": config, "as_of": NOW}


def _understand(world, model, **more):
    return understand_user("ann", model=model, encoder=ByWord(), **world, **more)


def test_interests_rest_on_the_events_that_their_numbers_name(world):
    behaviour = behaviour_of("ann", **world)
    row = _understand(world, ScriptedModel([INTERESTS, TAGS]))
    events = {item.number: item.event_ids for item in behaviour.items}
    assert [interest.text for interest in row.interests] == ["locked-room murder", "trade at sea"]
    known = {event.event_id for event in world["journal"].events_of("ann")}
    assert all(set(interest.evidence) <= known for interest in row.interests)
    liked = [n for n in (3, 4) if next(item for item in behaviour.items if item.number == n).liked]
    assert set(row.interests[0].evidence) == {event_id for n in liked for event_id in events[n]}


def test_evidence_that_does_not_exist_is_asked_for_again_and_then_dropped_and_recorded(world):
    wrong = json.dumps({"interests": [{"items": [1, 77], "interest": "space"}, {"items": [1, 2], "interest": "sea"}]})
    tags = json.dumps({"tags": [{"interest": 1, "tags": ["polar voyage", "pirate race", "lost harbour"]}]})
    model = ScriptedModel([wrong, wrong, tags])
    row = _understand(world, model)
    assert "no items with the numbers 77" in model.prompts[1].messages[-1].text
    assert [interest.text for interest in row.interests] == ["sea"]
    assert row.notes["refused"] == [["interests", "'space': its evidence does not exist"]]


@pytest.mark.parametrize(
    ("items", "text", "fault"),
    [
        ([1], "spy games", "rests on 1 liked"),
        ([1, 4], "good interesting games of quality", "too vague"),
        ([2, 3], "trades at the sea", "repeats another"),
    ],
)
def test_thin_vague_and_repeated_interests_are_refused(world, items, text, fault):
    first = {"items": [2, 3], "interest": "trade at sea"}
    answer = json.dumps({"interests": [first, {"items": items, "interest": text}]})
    row = _understand(world, ScriptedModel([answer, ONE_INTEREST]))
    assert [interest.text for interest in row.interests] == ["trade at sea"]
    assert fault in row.notes["refused"][0][1]


def test_what_was_disliked_is_no_evidence(world):
    disliked = next(item.number for item in behaviour_of("ann", **world).items if not item.liked)
    answer = json.dumps({"interests": [{"items": [disliked, 2], "interest": "plain things"}]})
    row = _understand(world, ScriptedModel([answer]))
    assert row.interests == ()
    assert row.tags == ()


def test_a_tag_says_what_it_finds_and_is_kept_when_it_finds_nothing(world):
    tags = {tag.text: tag for tag in _understand(world, ScriptedModel([INTERESTS, TAGS])).tags}
    assert tags["country house murder"].found == 4
    assert tags["country house murder"].best_similarity == pytest.approx(1, abs=0.01)
    assert tags["museum jewel theft"].found == 0
    assert tags["museum jewel theft"].best_similarity == pytest.approx(0.1)


def test_an_interest_that_its_items_do_not_show_is_refused_and_one_that_they_do_carries_its_labels(world):
    mixed = {
        "interests": [{"items": [1, 2], "interest": "locked-room murder"}, {"items": [3, 4], "interest": "murder"}]
    }
    row = _understand(world, ScriptedModel([json.dumps(mixed), ONE_INTEREST]))
    assert [(one.text, one.verdicts) for one in row.interests] == [
        ("murder", {"spontaneous": "code", "strong": "code"})
    ]
    assert row.notes["refused"] == [["interests", "'locked-room murder': none (by code)"]]


def test_what_the_pool_holds_is_listed_and_what_it_does_not_is_an_extended_interest(world):
    pool = Pool(("trade at sea", "slow farming"), np.array([[0, 1, 0], [0, 0, 1]], np.float32))
    model = ScriptedModel([INTERESTS, TAGS])
    row = _understand(world, model, pool=pool)
    assert [interest.listed for interest in row.interests] == [False, True]
    assert 'others share: "trade at sea".' in model.prompts[0].messages[-1].text


def test_too_few_tags_are_made_up_by_one_more_question_that_names_what_was_refused(world):
    few = json.dumps({"tags": [{"interest": 1, "tags": ["good games", "country house murder"]},
                               {"interest": 2, "tags": ["polar sea voyage", "game 7"]}]})  # fmt: skip
    more = json.dumps({"tags": [{"interest": 1, "tags": ["museum theft"]}, {"interest": 2, "tags": ["lost harbour"]}]})
    model = ScriptedModel([INTERESTS, few, more])
    row = _understand(world, model)
    assert [tag.text for tag in row.tags] == [
        "country house murder", "polar sea voyage", "museum theft", "lost harbour",
    ]  # fmt: skip
    assert '"good games", "game 7"' in model.prompts[2].messages[-1].text
    assert model.prompts[2].messages[: len(model.prompts[1].messages)] == model.prompts[1].messages


def test_nothing_that_has_not_changed_is_asked_again(world):
    model = ScriptedModel([INTERESTS, TAGS])
    first = _understand(world, model)
    assert _understand(world, model) == first
    assert estimate_user("ann", model=model, **world).calls == 0


@pytest.mark.parametrize(
    ("pipeline", "setting"),
    [("v1", {"judge": True}), ("v1", {"tags": 5}), ("v2", {"digest_tokens": 90}), ("v2", {"interests": 3}),
     ("v2", {"kinds": 0.1}), ("routes", {"tags": 5}), ("one-prompt", {"tags": 5})],
)  # fmt: skip
def test_who_is_understood_by_other_settings_is_understood_anew(world, pipeline, setting):
    def known(**settings):
        config = load_config(env={}, home=world["config"].home, understand={"pipeline": pipeline, **settings})
        run = prepare("ann", model=ScriptedModel([]), **world | {"config": config})
        return _input_hash(run, make_pipeline(pipeline))

    assert known() == known()
    assert known() != known(**setting)


def test_a_run_that_was_broken_off_goes_on_behind_the_last_stage_it_finished(world):
    with pytest.raises(ModelUnavailable):
        _understand(world, ScriptedModel([INTERESTS, ModelUnavailable("killed")]))
    second = ScriptedModel([TAGS])
    assert len(_understand(world, second).tags) == 4
    assert [prompt.messages[-1].text.count("tags for each") for prompt in second.prompts] == [1]


def test_what_a_run_left_out_is_kept_once_however_often_it_was_broken_off(world):
    thin = json.dumps({"interests": [{"items": [1, 2], "interest": "sea"}, {"items": [1], "interest": "spy games"}]})
    with pytest.raises(ModelUnavailable):
        _understand(world, ScriptedModel([thin, ModelUnavailable("killed")]))
    row = _understand(world, ScriptedModel([ONE_INTEREST]))
    fault = "'spy games': it rests on 1 liked item(s), and 2 are needed"
    assert row.notes["refused"] == [["interests", fault]]
    assert [(one.stage, one.error_type) for one in world["journal"].failures()] == [("understand", "ModelUnavailable")]


def test_progress_brings_interests_before_tags(world):
    seen = []
    _understand(
        world,
        ScriptedModel([INTERESTS, TAGS]),
        progress=lambda p: seen.append((p.stage, len(p.interests), len(p.tags))),
    )
    assert seen == [("behaviour", 0, 0), ("interests", 2, 0), ("tags", 2, 4), ("done", 2, 4)]


def test_a_person_with_too_little_history_is_refused_with_the_reason(world):
    with pytest.raises(NotFound, match="'bob' has 0 liked games .* 3 are needed"):
        understand_user("bob", model=ScriptedModel([]), encoder=None, **world)


def test_one_persons_failure_is_counted_and_a_spent_budget_ends_the_batch(world):
    def understand(user_id: str) -> None:
        if user_id == "bad":
            raise ModelUnavailable("down")
        if user_id == "dear":
            Budget(tokens=0).check(1)

    report = understand_users(["one", "bad", "two", "dear", "never"], understand)
    assert (report.done, report.failed) == (("one", "two"), ("bad",))
    assert "used up" in report.stopped
    assert report.failed_share == pytest.approx(1 / 3)


def test_a_budget_stops_before_the_first_call(world):
    with pytest.raises(BudgetSpent):
        _understand(world, ScriptedModel([]), budget=Budget(tokens=10))


def test_the_estimate_is_never_below_what_is_asked_where_few_tags_stand_and_the_model_judges(world, tmp_path):
    settings = {"pipeline": "v1", "interests": 2, "tags": 4, "judge": True}
    asked = {**world, "config": load_config(env={}, home=tmp_path, understand=settings)}
    titles = [{"interest": n, "tags": ["game 1", "game 2"]} for n in (1, 2)]
    model = ScriptedModel([INTERESTS, '{"unshown": []}', json.dumps({"tags": titles}), TAGS])
    estimate = estimate_user("ann", model=model, **asked)
    understand_user("ann", model=model, encoder=None, **asked)
    rows = model._calls.rows
    assert estimate.calls == len(rows) == 4
    assert estimate.tokens_in >= sum(row.tokens_new + row.tokens_reused for row in rows)
    assert estimate.tokens_out >= sum(row.tokens_out for row in rows)


def test_without_a_judge_the_estimate_is_of_interests_tags_and_other_tags(world):
    assert estimate_user("ann", model=ScriptedModel([]), **world).calls == 3


def test_history_goes_to_the_model_as_quoted_lines(world):
    model = ScriptedModel([INTERESTS, TAGS])
    _understand(world, model)
    assert '"2026-11-1' in model.prompts[0].messages[-1].text
    shared = len("".join(m.text for m in model.prompts[0].messages[:-1]))
    assert shared > 500
    assert model.prompts[0].messages[:-1] == model.prompts[1].messages[:-1]


def test_tags_are_asked_for_this_date_and_season_and_interests_for_no_moment(world):
    model = ScriptedModel([INTERESTS, TAGS])
    cues = [
        Cue(cue_id="c-winter", kind="season", text="late autumn", time=NOW, source="calendar"),
        Cue(cue_id="c-sea", kind="trend", text="many play sea games", time=NOW, source="journal"),
    ]
    _understand(world, model, cues=cues)
    interests, tags = (prompt.messages[-1].text for prompt in model.prompts[:2])
    assert 'Now: "20 November 2026"; "late autumn"\nName 2 tags for each' in tags
    assert "Now:" not in interests


def test_tags_in_json_have_the_form_of_tags_in_lines(world):
    model = ScriptedModel([INTERESTS, TAGS])
    _understand(world, model)
    first = model.requests[1].shape.schema["properties"]["tags"]["prefixItems"][0]
    pattern = first["properties"]["tags"]["items"]["pattern"]
    assert all(re.search(pattern, tag) for tag in ("polar sea voyage", "café owner's cat"))
    assert not any(re.search(pattern, tag) for tag in ("{polar} voyage", "Polar: voyage", "voyage", "a b c d e f"))


def test_strands_are_terms_that_liked_items_share_above_chance():
    found = strands_of(["0", "1", "4", "5", "20"], spec(), snapshot(), 5)
    assert [(strand.label, strand.item_ids) for strand in found] == [
        ("detective", ("0", "1")),
        ("sea", ("4", "5")),
    ]


def test_tags_that_are_vague_titles_too_long_or_alike_are_refused_with_the_reason():
    interest = Interest(interest_id="i", text="trade at sea", evidence=("e",), reason="Game 4")
    raw = (
        "sea voyage tales",
        "voyage sea tale",
        "good games",
        "game 7",
        "voyage",
        "one two three four five six seven eight",
    )
    tags, refused = tags_of(
        TagsAnswer(tags=(TagAnswer(interest=1, tags=raw),)), [interest], lambda text: text == "game 7", nouns="games"
    )
    assert [tag.text for tag in tags] == ["sea voyage tales"]
    assert tags[0].rationale == "trade at sea: Game 4"
    reasons = ["repeats another", "too vague", "title of an item", "has 1 word", "has 8 word"]
    assert all(reason in fault for reason, fault in zip(reasons, refused, strict=True))


def test_tags_stay_without_what_they_find_where_nothing_is_encoded_yet():
    interest = Interest(interest_id="i", text="trade at sea", evidence=("e",))
    tags, _ = tags_of(
        TagsAnswer(tags=(TagAnswer(interest=1, tags=("sea voyage",)),)), [interest], lambda _: False, nouns="games"
    )
    world = snapshot()
    assert ground_tags(tags, ByWord().encode, world.vectors, world.encoded & False) == tags


def test_words_that_fit_anything_say_nothing():
    assert is_vague("Various interesting films", "films")
    assert not is_vague("slow-burn crime", "films")
    assert same_meaning("dark crime dramas", "dark crime drama films")
    assert same_meaning("murder at sea", "murders on the sea")
    assert not same_meaning("dark crime dramas", "dark war dramas")


def test_a_long_title_is_shortened_by_the_model_once_and_the_history_is_read_with_what_it_chose(world, tmp_path):
    long = "Game of the Sunken Abbey, Collector's Edition, with Six Miniatures and a Cloth Map"
    held = replace(world["snapshot"], titles=(long, *world["snapshot"].titles[1:]))
    settings = {"pipeline": "v1", "interests": 2, "tags": 4, "long_titles": "model"}
    asked = {**world, "snapshot": held, "config": load_config(env={}, home=tmp_path, understand=settings)}
    model = ScriptedModel(["Game Sunken Abbey", INTERESTS, TAGS])
    assert estimate_user("ann", model=model, **asked).calls == estimate_user("ann", model=model, **world).calls + 1
    _understand(asked, model)
    assert long in model.prompts[0].text
    assert all("Game Sunken Abbey" in prompt.text and "Cloth" not in prompt.text for prompt in model.prompts[1:])
    assert [item.title for item in behaviour_of("ann", **world).items][0] != "Game Sunken Abbey"
    assert "Game Sunken Abbey" in [item.title for item in behaviour_of("ann", **asked).items]
    assert _understand(asked, ScriptedModel()).interests == _understand(asked, ScriptedModel()).interests
