"""What the grammar leaves over goes to the model; code grounds its quotes, and its failure is said."""

from pathlib import Path

import intently.language
from intently.errors import ModelTimeout
from intently.feed.memory import MemoryState, merge, view
from intently.feed.parser import interpret, read_exact, read_with_model, wishes_of
from intently.language import ScriptedModel
from intently.language.reading import reading_prompt
from tests.feed.commands import NOW, context, short

PROMPTS = Path(intently.language.__file__).parent / "prompts"


def test_a_command_that_the_grammar_consumed_asks_nothing() -> None:
    model = ScriptedModel([])
    parsed = read_with_model("no horror, under 2 hours please", context(), model)
    assert parsed.by == "grammar"
    assert model.prompts == []


def test_the_model_gives_the_sign_and_code_the_facet_and_the_strength() -> None:
    model = ScriptedModel(["- zombies\n+ funny"])
    parsed = read_with_model("my wife screams at zombies whenever we watch, funny though", context(), model)
    assert [short(change) for change in parsed.changes] == ["avoid must style is zombie", "want prefer genre is Comedy"]
    assert parsed.by == "model"


def test_numbers_that_the_grammar_read_stay_as_they_are() -> None:
    model = ScriptedModel(["+ under 90 minutes\n- clowns"])
    parsed = read_with_model("our small one cries when clowns come up, under 90 minutes", context(), model)
    assert sorted(short(change) for change in parsed.changes) == [
        "avoid prefer like text:clowns",
        "want must minutes at_most 90",
    ]
    assert parsed.by == "both"


def test_a_model_that_fails_leaves_the_provisional_reading_and_says_so() -> None:
    model = ScriptedModel([ModelTimeout("too slow")])
    parsed = read_with_model("the neighbours argued all evening, under 90 minutes", context(), model)
    assert [short(change) for change in parsed.changes] == ["want must minutes at_most 90"]
    assert any("did not answer" in notice for notice in parsed.notices)


def test_chatter_stays_a_keep() -> None:
    parsed = read_with_model("the neighbours argued all evening long again", context(), ScriptedModel(["="]))
    assert [short(change) for change in parsed.changes] == ["keep"]


def test_a_retraction_by_number_becomes_the_preferences_id() -> None:
    first = merge(
        MemoryState(),
        interpret("-", "horror", context())[0],
        client="web",
        command_id="a",
        now=NOW,
        spec=context().spec,
    )
    held = view(first.state, "web", NOW)
    parsed = read_with_model("frights stopped bothering my grandmother", context(memory=held), ScriptedModel(["x 1"]))
    assert [(change.op, change.target) for change in parsed.changes] == [("retract", held[0].id)]


def test_a_long_wish_that_the_model_quotes_is_one_wish() -> None:
    changes, notices = interpret("+", "rainy-day story about friendship", context())
    assert [short(change) for change in changes] == ["want prefer like text:rainy-day story about friendship"]
    assert "is a wish, not a filter" in notices[0]


def test_words_softened_by_the_person_stay_soft_under_the_models_sign() -> None:
    model = ScriptedModel(["- horror\n+ calm"])
    text = "aunt Mabel came over unexpectedly, ideally not horror, she would collapse"
    parsed = read_with_model(text, context(), model)
    assert "avoid prefer genre is Horror" in [short(change) for change in parsed.changes]


def test_the_prompt_of_a_reading_is_that_of_the_prefill_up_to_the_command(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    own = (PROMPTS / "reading.jinja").read_text("utf-8").replace("Leave no wish out", "Leave out no wish")
    (tmp_path / "prompts" / "reading.jinja").write_text(own, "utf-8")
    first = merge(
        MemoryState(),
        read_exact("no horror, under 2 hours", context()).changes,
        client="web",
        command_id="a",
        now=NOW,
        spec=context().spec,
    )
    held = context(memory=view(first.state, "web", NOW))
    model = ScriptedModel(["- clowns"])
    read_with_model("our small one cries when clowns come up", held, model, home=tmp_path)
    filled = reading_prompt(None, wishes_of(held.memory), [shown.title for shown in held.slate], home=tmp_path)
    asked = model.prompts[0]
    assert asked.version == filled.version
    assert asked.messages[:-1] == filled.messages[:-1]
    assert asked.messages[-1].text.startswith(filled.messages[-1].text)
    assert "Leave out no wish" in asked.messages[0].text
    assert 'avoid "horror"' in asked.messages[-1].text


def test_the_model_may_lower_but_not_forbid_what_the_grammar_knew_but_for_its_sign() -> None:
    model = ScriptedModel(["- horror\n- funny\n- under 100 minutes"])
    parsed = read_with_model("no horror funny under 100 minutes", context(), model)
    assert [short(change) for change in parsed.changes] == [
        "avoid must genre is Horror",
        "want must minutes at_most 100",
        "avoid prefer genre is Comedy",
    ]


def test_words_that_only_tell_something_are_no_wish_whatever_the_model_says() -> None:
    model = ScriptedModel(["+ sick\n- long day\n+ laugh"])
    parsed = read_with_model("i was sick after a long day and want something that i can laugh about", context(), model)
    assert [short(change) for change in parsed.changes] == ["want prefer genre is Comedy"]


def test_a_clause_that_the_model_quotes_is_one_wish_and_never_a_filter() -> None:
    changes, _ = interpret("+", "makes me believe in people", context())
    assert [short(change) for change in changes] == ["want prefer like text:makes me believe in people"]
    changes, _ = interpret("+", "my dad grew up with in the 60s", context())
    assert all(change.strength == "prefer" for change in changes)


def test_a_line_that_repeats_or_contradicts_what_the_grammar_read_is_dropped() -> None:
    model = ScriptedModel(["+ horror\n- horror\n+ under 90 minutes\n+ clowns"])
    parsed = read_with_model("no horror, under 90 minutes, our small one laughs at clowns a lot", context(), model)
    said = [short(change) for change in parsed.changes]
    assert said == ["avoid must genre is Horror", "want must minutes at_most 90", "want prefer like text:clowns"]


def test_the_model_does_not_forbid_words_that_the_grammar_wants() -> None:
    parsed = read_with_model(
        "honestly the usual blockbusters bore me, surprise me with a clever heist",
        context(),
        ScriptedModel(["- clever heist"]),
    )
    assert [change.polarity for change in parsed.changes if "heist" in (change.quote or "")] == ["want"]


def test_the_model_takes_back_no_wish_that_the_command_does_not_speak_of() -> None:
    state = merge(
        MemoryState(),
        read_exact("no horror, under 2 hours", context()).changes,
        client="web",
        command_id="a",
        now=NOW,
        spec=context().spec,
    ).state
    held = view(state, "web", NOW)
    said = "a comedy that leaves me floating above the rooftops all evening"
    parsed = read_with_model(
        said, context(memory=held), ScriptedModel(["x 1\n+ comedy\n+ floating above the rooftops"])
    )
    assert "retract" not in [change.op for change in parsed.changes]
    assert "want prefer genre is Comedy" in [short(change) for change in parsed.changes]


def test_what_is_only_talk_is_no_wish_whatever_the_model_says() -> None:
    said = "that was a scary film. our small one believes every word of the wolves and whispers"
    parsed = read_with_model(said, context(), ScriptedModel(["- scary film\n+ wolves"]))
    assert [short(change) for change in parsed.changes] == ["want prefer like text:wolves"]


def test_the_model_does_not_turn_what_was_asked_for_aloud() -> None:
    said = "show me people who keep bees on rooftops and mend old clocks together"
    parsed = read_with_model(said, context(), ScriptedModel(["- people who keep bees"]))
    assert {change.polarity for change in parsed.changes if change.op == "add"} <= {"want"}
