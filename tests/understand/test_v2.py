"""Planner, experts, arbiter: personas differ and rest on evidence, tags are chosen jointly, nothing is read twice."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.config import load_config
from intently.journal import Journal
from intently.language import Message, ScriptedModel
from intently.nouns import Cue, Persona, Profile, Tag
from intently.understand.arbiter import NEAR, choose, doubtful
from intently.understand.context import context_of
from intently.understand.pipelines import ABLATIONS, make_pipeline
from intently.understand.planner import plan_of
from intently.understand.run import Run, prepare
from intently.understand.strands import terms_of
from intently.understand.tag_rules import without_near
from intently.understand.v2 import V2
from intently.understand.wording import TAG_LINE
from tests.understand.scripted import Answering
from tests.understand.worlds import NOW, ByWord, rated, snapshot, spec

CUES = (
    Cue(cue_id="c-winter", kind="season", text="winter begins", time=NOW, source="calendar"),
    Cue(cue_id="c-sea", kind="trend", text="many play sea games", time=NOW, source="journal", detail="9.1% of"),
)
PLAN = "b 2: trader at sea\na: solver of cases"  # threads: a detective games, b sea games
SEA = "polar sea voyage\npirate island race\nlighthouse crew"
CASES = "country house murder\nmuseum jewel theft\npoisoned banquet inquiry"


@pytest.fixture(autouse=True)
def _our_own_server(monkeypatch) -> None:
    """One call after the other, in the order of the script, as with the embedded server."""
    monkeypatch.setattr(ScriptedModel, "embedded", property(lambda self: True))


def _run(journal: Journal, tmp_path: Path, model: ScriptedModel, encoder=None, cues=CUES, **settings) -> Run:
    settings = {"personas": 2, "tags": 4, "spare": 1.5, "kinds": 0, **settings}
    config = load_config(env={}, home=tmp_path, understand=settings)
    world = {"journal": journal, "spec": spec(), "snapshot": snapshot(), "config": config, "as_of": NOW}
    return prepare("ann", model=model, encoder=encoder, cues=cues, **world)


def _reason(journal, tmp_path, model, pipeline=None, **more):
    run = _run(journal, tmp_path, model, **more)
    return run, (pipeline or V2()).reason(run, lambda step: None)


def test_personas_rest_on_the_events_and_cues_that_their_line_names(journal, tmp_path):
    run, found = _reason(journal, tmp_path, ScriptedModel([PLAN, SEA, CASES, "lighthouse crew\nmuseum jewel theft"]))
    detective, sea = (sum((item.event_ids for item in thread.items), ()) for thread in context_of(run).threads)
    assert [(persona.role, persona.cues) for persona in found.personas] == [
        ("trader at sea", ("c-sea",)),
        ("solver of cases", ()),
    ]
    assert [persona.evidence for persona in found.personas] == [sea, detective]
    assert found.personas[0].why == "Game 5, Game 4"


def test_the_moment_is_told_before_the_person_and_without_its_details(journal, tmp_path):
    model = ScriptedModel([PLAN, SEA, CASES, "lighthouse crew\nmuseum jewel theft"])
    _reason(journal, tmp_path, model)
    asked = model.prompts[0].messages[-1].text
    assert asked.startswith('Now: 1 "winter begins"; 2 "many play sea games"')
    assert asked.index("many play sea games") < asked.index('a "')
    assert "9.1%" not in asked


def test_tags_take_turns_among_the_personas_without_what_the_arbiter_left_out(journal, tmp_path):
    model = ScriptedModel([PLAN, SEA, CASES, "lighthouse crew\nmuseum jewel theft"])
    _, found = _reason(journal, tmp_path, model)
    texts = [tag.text for tag in found.tags]
    assert texts == ["polar sea voyage", "country house murder", "pirate island race", "poisoned banquet inquiry"]
    assert [tag.persona_id for tag in found.tags[:2]] == [persona.persona_id for persona in found.personas]
    assert found.notes["left_out"] == [
        ["lighthouse crew", "the arbiter left it out"],
        ["museum jewel theft", "the arbiter left it out"],
    ]


class AtSea(ByWord):
    """All texts find the games of the sea, and none of them another text, but for the theft, which finds nothing."""

    def encode(self, texts):
        return np.array([[0, 0.1 if "theft" in text else 0.85, 0] for text in texts], np.float32)


def test_of_what_the_arbiter_left_out_what_finds_nothing_is_kept_as_a_want(journal, tmp_path):
    model = ScriptedModel([PLAN, SEA, CASES, "lighthouse crew\nmuseum jewel theft"])
    _, found = _reason(journal, tmp_path, model, encoder=AtSea())
    assert [text for text, _ in found.notes["left_out"]] == ["lighthouse crew", "museum jewel theft"]
    assert [(tag["text"], tag["found"]) for tag in found.notes["unmet"]] == [("museum jewel theft", 0)]


def test_kinds_of_what_was_liked_stand_between_the_experts_tags_and_leave_them_fewer(journal, tmp_path):
    model = ScriptedModel([PLAN, "polar sea voyage\nlighthouse crew", "country house murder\njewel theft case"])
    run, found = _reason(journal, tmp_path, model, tags=6, kinds=0.34, spare=1)
    asked = [re.search(r"Name (\d+) tags", prompt.messages[-1].text)[1] for prompt in model.prompts[1:]]
    assert asked == ["2", "2"]  # of six tags two are kinds
    by_code = [tag for tag in found.tags if tag.rationale.startswith("what ")]
    newest = next(item for item in run.behaviour.items if item.liked)
    terms = [value for _, value in terms_of(newest.item_id, run.spec, run.snapshot)][:3]
    assert [place for place, tag in enumerate(found.tags) if tag in by_code] == [1, 3]
    assert by_code[0].text == ", ".join(terms)
    assert by_code[0].rationale == f"what {newest.title} is"


@pytest.mark.parametrize(("text", "known"), [("game 4", True), ("GAME: 4!", True), ("game 4 again", False)])
def test_a_title_is_known_however_it_is_written(journal, tmp_path, text, known):
    assert _run(journal, tmp_path, ScriptedModel()).is_title(text) is known


class Apart(ByWord):
    """Texts mean the same where both speak of the sea, and nothing alike elsewhere."""

    def encode(self, texts):
        sea = np.array([["sea" in text.lower().split()] for text in texts])
        places = [sum(map(ord, text)) % 997 + 1 for text in texts]
        return np.where(sea, np.eye(998, dtype=np.float32)[0], np.eye(998, dtype=np.float32)[places])


def test_a_kind_that_an_expert_named_already_is_left_out(journal, tmp_path):
    script = [PLAN, "polar sea voyage\nlighthouse crew", "country house murder\njewel theft case"]
    _, without = _reason(journal, tmp_path, ScriptedModel(script), tags=6, kinds=0.34, spare=1)
    assert "sea" in [tag.text for tag in without.tags]
    _, found = _reason(journal, tmp_path, ScriptedModel(script), tags=6, kinds=0.34, spare=1, encoder=Apart())
    assert "sea" not in [tag.text for tag in found.tags]
    assert len(found.tags) == 5


def _answers(question: str) -> str:
    if "personas" in question:
        return PLAN
    if "Leave out" in question:
        return "lighthouse crew\nmuseum jewel theft"
    return SEA if "trader" in question else CASES


def test_experts_and_arbiter_read_the_planners_conversation_and_one_turn_of_their_own(journal, tmp_path):
    model = Answering(_answers)
    run, _ = _reason(journal, tmp_path, model)
    planner, *later = (prompt.messages for prompt in model.prompts)
    assert len(later) == 3
    planned = (*planner, Message("assistant", PLAN))
    assert all(messages[:-1] == planned for messages in later)
    assert len(run.calls) == 4


def test_experts_asked_at_once_find_what_those_asked_one_by_one_find(journal, tmp_path, monkeypatch):
    one_by_one = _reason(journal, tmp_path, Answering(_answers))[1]
    monkeypatch.setattr(ScriptedModel, "embedded", property(lambda self: False))
    monkeypatch.setattr(Journal, "stage_output", lambda *key: None)  # nothing is kept from the first time
    model = Answering(_answers)
    run, at_once = _reason(journal, tmp_path, model)
    assert at_once == one_by_one
    assert len(model.prompts) == len(run.calls) == 4


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("f: trader at sea", "evidence does not exist"),
        ("c: plain player", "rests on 1 liked item"),
        ("b 3: trader at sea", "cue does not exist"),
        ("b: game 4 lovers", "names an item"),
        ("b: games of quality", "too vague"),
        ("b: solvers of cases", "repeats"),
        ("a: old seaman", "same items"),
        ("b: murder fan", "means the same as"),
    ],
)
def test_a_persona_whose_claim_is_wrong_is_dropped_with_the_reason(journal, tmp_path, line, fault):
    journal.append([rated(30, days_ago=12)])
    context = context_of(_run(journal, tmp_path, ScriptedModel()))
    first = "a: solver of cases"

    class Alike(ByWord):
        def encode(self, texts):
            found = super().encode([text.replace("solver", "murder") for text in texts])
            return found / (found**2).sum(axis=1, keepdims=True) ** 0.5

    plan = plan_of([first, line, "b: old seaman"], context, nouns="games", encode=Alike().encode)
    assert [persona.role for persona in plan.personas] == ["solver of cases", "old seaman"]
    assert [(left, fault in why) for left, why in plan.left_out] == [(line, True)]


def test_with_fewer_than_two_personas_the_model_is_asked_again_and_then_strands_make_the_missing(journal, tmp_path):
    bad = "b: trader at sea\nb: trader at sea"
    model = ScriptedModel([bad, bad, SEA, CASES, "lighthouse crew\nmuseum jewel theft"])
    run, found = _reason(journal, tmp_path, model)
    assert "repeats 'trader at sea'" in model.prompts[1].messages[-1].text
    assert [persona.role for persona in found.personas] == ["trader at sea", "detective lover"]
    assert found.notes["personas_by_code"] == ["detective lover"]
    assert run.refused == [("planner", "'b: trader at sea': it repeats 'trader at sea'")]
    assert model.prompts[2].messages[-2].text == f"{bad}\na: detective lover"  # what the server has read stays as it is
    assert [re.search(r"tags for (\d)", prompt.messages[-1].text)[1] for prompt in model.prompts[2:4]] == ["1", "3"]


def test_the_grammar_offers_only_liked_items_and_cues_that_are_there(journal, tmp_path):
    model = Answering(_answers)
    _reason(journal, tmp_path, model)
    line = model.requests[0].shape.schema["properties"]["lines"]["items"]["pattern"]
    assert re.match(line, "a b 2: trader at sea")
    assert not re.match(line, "c: trader at sea")
    assert not re.match(line, "b,3: trader at sea")


def test_what_code_refuses_never_reaches_the_arbiter(journal, tmp_path):
    model = ScriptedModel([PLAN, SEA, "jewel theft case\nvery good games\npirate islands race"])
    run, found = _reason(journal, tmp_path, model)
    assert [tag.text for tag in found.tags] == [
        "polar sea voyage", "jewel theft case", "pirate island race", "lighthouse crew",
    ]  # fmt: skip
    assert [stage for stage, _ in run.refused] == ["tags", "tags"]
    assert len(model.prompts) == 3  # four are left and four are wanted: nothing to leave out


def test_the_model_chooses_among_the_tags_that_are_farthest_from_the_catalogue():
    far = [0.9, 0.1, 0.5, 0.2, 0.8]
    pool = [Tag(tag_id=f"t{n}", text=f"tag {n}", best_similarity=cosine) for n, cosine in enumerate(far)]
    assert [tag.text for tag in doubtful(pool, 1)] == ["tag 1", "tag 3"]
    assert [tag.text for tag in doubtful([tag.model_copy(update={"best_similarity": 0}) for tag in pool], 1)] == [
        "tag 3", "tag 4",
    ]  # fmt: skip


def test_tags_that_mean_the_same_are_one():
    tags = [Tag(tag_id=f"t{n}", text=text) for n, text in enumerate(["murder one", "sea trip", "murder two"])]

    def encode(texts):
        found = ByWord().encode(texts)
        return found / (found**2).sum(axis=1, keepdims=True) ** 0.5

    kept, faults = without_near(tags, encode, NEAR)
    assert [tag.text for tag in kept] == ["murder one", "sea trip"]
    assert faults == ("'murder two': it means the same as 'murder one'",)


PERSONAS = [Persona(persona_id=f"p{n}", role=f"role {n}") for n in range(3)]


@given(st.lists(st.integers(0, 2), max_size=40), st.data(), st.integers(1, 30))
def test_a_choice_keeps_n_where_there_are_n_covers_every_persona_and_loses_nothing(owners, data, n):
    pool = [Tag(tag_id=f"t{k}", text=f"tag {k}", persona_id=f"p{owner}") for k, owner in enumerate(owners)]
    worst = data.draw(st.lists(st.sampled_from([tag.text for tag in pool]), max_size=20)) if pool else []
    choice = choose(pool, worst, PERSONAS, n)
    assert len(choice.tags) == min(n, len(pool))
    assert sorted([tag.text for tag in choice.tags] + [text for text, _ in choice.left_out]) == sorted(
        tag.text for tag in pool
    )
    for persona in PERSONAS:
        theirs = sum(tag.persona_id == persona.persona_id for tag in pool)
        kept = sum(tag.persona_id == persona.persona_id for tag in choice.tags)
        assert kept >= min(theirs, n // 6)  # half of an even share


def test_declared_attributes_are_shown_only_where_the_catalogue_allows_it(journal, tmp_path):
    journal.put_profile(Profile(user_id="ann", attributes={"age": "30-39", "street": "Elm Street"}))
    run = _run(journal, tmp_path, ScriptedModel())
    assert context_of(run).profile == ()
    object.__setattr__(run.spec, "prompt_profile", ("age", "place"))
    assert context_of(run).profile == (("age", "30-39"),)


@pytest.mark.parametrize(
    ("pipeline", "script", "calls"),
    [
        ("v2-no-arbiter", [PLAN, SEA, CASES], 3),
        ("v2-no-planner", [SEA + "\n" + CASES, "lighthouse crew\nmuseum jewel theft"], 2),
        ("v2-no-environment", [PLAN.replace(" 2:", ":"), SEA, CASES, "lighthouse crew\nmuseum jewel theft"], 4),
        ("v2-no-compression", [PLAN, SEA, CASES, "lighthouse crew\nmuseum jewel theft"], 4),
    ],
)
def test_each_switch_takes_one_part_out_and_leaves_as_many_tags(journal, tmp_path, pipeline, script, calls):
    made = make_pipeline(pipeline)
    assert made.name == pipeline
    model = ScriptedModel(script)
    _, found = _reason(journal, tmp_path, model, made)
    assert len(found.tags) == 4
    assert len(model.prompts) == calls
    context = model.prompts[0].messages[-1].text
    assert ("winter begins" in context) is (pipeline != "v2-no-environment")
    by_time, by_strand = '"2026-11-16 liked | Game 5"' in context, 'a "detective | Game 1; Game 0"' in context
    assert (by_time, by_strand) == ((True, False) if pipeline == "v2-no-compression" else (False, True))


def test_every_ablation_has_the_name_under_which_it_is_found():
    assert [make_pipeline(name).name for name in ABLATIONS] == list(ABLATIONS)


def test_the_estimate_is_never_below_what_is_asked(journal, tmp_path):
    model = ScriptedModel([PLAN, SEA, CASES, "lighthouse crew\nmuseum jewel theft"])
    run = _run(journal, tmp_path, model)
    estimate = V2().estimate(run)
    V2().reason(run, lambda step: None)
    rows = journal.calls("ann") or model._calls.rows
    assert estimate.calls == len(rows) == 4
    assert estimate.tokens_in >= sum(row.tokens_new + row.tokens_reused for row in rows)
    assert estimate.tokens_out >= sum(row.tokens_out for row in rows)


def test_a_run_that_was_broken_off_asks_only_what_is_missing(journal, tmp_path):
    with pytest.raises(AssertionError, match="unscripted"):
        _reason(journal, tmp_path, ScriptedModel([PLAN, SEA]))
    model = ScriptedModel([CASES, "lighthouse crew\nmuseum jewel theft"])
    assert len(_reason(journal, tmp_path, model)[1].tags) == 4
    assert model.wire.script == []


def test_answers_as_json_serve_as_well(journal, tmp_path):
    script = [
        json.dumps({"lines": text.splitlines()}) for text in (PLAN, SEA, CASES, "lighthouse crew\nmuseum jewel theft")
    ]
    assert len(_reason(journal, tmp_path, ScriptedModel(script))[1].tags) == 4


@pytest.mark.parametrize(
    "tag", ["country house murder", "sci-fi thriller", "mother-in-law comedy", "father's day", "café romance"]
)
def test_a_tag_is_words_of_small_letters(tag):
    assert re.fullmatch(TAG_LINE, tag)


@pytest.mark.parametrize(
    "tag", ["- `", "- the village", "《the locked study", "1990s romance", "Paper Alibi", "murder", "a, b"]
)
def test_bullets_quotes_numbers_and_titles_are_no_tags(tag):
    assert not re.fullmatch(TAG_LINE, tag)
