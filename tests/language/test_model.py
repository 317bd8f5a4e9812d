"""One question to a model: shape, repair, cache, flight, budget, rows."""

import threading
import time

import pytest
from pydantic import BaseModel

from intently.errors import AnswerInvalid, BudgetSpent, ModelPutOff, ModelTimeout, ModelUnavailable
from intently.language import Budget, Line, MemoryCalls, Message, Prompt, ScriptedModel
from intently.language.answer import read_lines, schema_shape
from intently.language.lanes import Turn
from intently.language.wire import Completion, Request


class Mood(BaseModel):
    word: str
    strength: int


PROMPT = Prompt("moods", "v1", (Message("user", "How is it?"),))
GOOD = '{"word":"calm","strength":2}'


def test_a_good_answer_is_read_and_kept_as_a_row_before_it_is_used():
    calls = MemoryCalls()
    answer = ScriptedModel([GOOD], calls).ask(PROMPT, Mood, user_id="ann")
    assert answer.value == Mood(word="calm", strength=2)
    assert [(row.user_id, row.prompt, row.outcome, row.answer) for row in calls.rows] == [("ann", "moods", "ok", GOOD)]
    assert answer.call_hash == calls.rows[0].hash


def test_an_answer_that_breaks_its_schema_is_asked_for_once_more_with_the_fault():
    model = ScriptedModel(["Certainly!", GOOD])
    assert model.ask(PROMPT, Mood).value.word == "calm"
    assert len(model.prompts) == 2
    assert "does not fit Mood" in model.prompts[1].messages[-1].text


def test_an_answer_that_breaks_its_schema_twice_is_an_error():
    model = ScriptedModel(["Certainly!", '{"word":"calm","strength":"very"}'])
    with pytest.raises(AnswerInvalid, match="strength"):
        model.ask(PROMPT, Mood)
    assert len(model.prompts) == 2


def test_a_check_asks_once_more_and_then_takes_what_comes():
    model = ScriptedModel([GOOD, '{"word":"calm","strength":9}'])
    assert model.ask(PROMPT, Mood, check=lambda mood: "too calm").value.strength == 9
    assert "too calm" in model.prompts[1].messages[-1].text


def test_the_same_question_is_answered_from_the_cache_and_costs_nothing():
    model = ScriptedModel([GOOD])
    first, second = model.ask(PROMPT, Mood), model.ask(PROMPT, Mood)
    assert (first.cached, second.cached) == (False, True)
    assert second.value == first.value
    assert second.tokens_new + second.tokens_reused + second.tokens_out == 0
    assert len(model.prompts) == 1


def test_a_failed_call_is_a_row_and_is_asked_again():
    calls = MemoryCalls()
    model = ScriptedModel([ModelUnavailable("down"), GOOD], calls)
    with pytest.raises(ModelUnavailable):
        model.ask(PROMPT, Mood)
    assert model.ask(PROMPT, Mood).value.word == "calm"
    assert [row.outcome for row in calls.rows] == ["ModelUnavailable", "ok"]


def test_a_batch_call_that_gave_way_is_asked_again():
    calls = MemoryCalls()
    assert ScriptedModel([ModelPutOff("a person"), GOOD], calls).ask(PROMPT, Mood).value.word == "calm"
    assert [row.outcome for row in calls.rows] == ["ModelPutOff", "ok"]


def test_two_askers_of_the_same_question_at_once_ask_once():
    model = ScriptedModel([GOOD])
    model.wire.complete = _slowly(model.wire.complete, 0.2)  # type: ignore[method-assign]
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(model.ask(PROMPT, Mood).value.word)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == ["calm"] * 4
    assert len(model.prompts) == 1


def test_a_waiting_asker_does_not_wait_beyond_its_own_time():
    model = ScriptedModel([GOOD])
    model.wire.complete = _slowly(model.wire.complete, 1.0)  # type: ignore[method-assign]
    first = threading.Thread(target=lambda: model.ask(PROMPT, Mood))
    first.start()
    time.sleep(0.1)
    with pytest.raises(ModelTimeout):
        model.ask(PROMPT, Mood, timeout_seconds=0.2)
    first.join()


def test_a_budget_of_tokens_stops_before_the_call_that_would_not_fit():
    model = ScriptedModel([GOOD, GOOD])
    budget = Budget(tokens=60)
    model.ask(PROMPT, Mood, max_tokens=40, budget=budget)
    other = Prompt("moods", "v1", (Message("user", "And now?"),))
    with pytest.raises(BudgetSpent, match="60 tokens is used up.*run again with a larger budget"):
        model.ask(other, Mood, max_tokens=40, budget=budget)
    assert len(model.prompts) == 1


def test_a_budget_of_seconds_stops_too_and_a_cached_answer_needs_none():
    model = ScriptedModel([GOOD])
    model.ask(PROMPT, Mood)
    spent = Budget(seconds=0)
    assert model.ask(PROMPT, Mood, budget=spent).cached
    with pytest.raises(BudgetSpent, match="seconds"):
        model.ask(Prompt("moods", "v1", (Message("user", "And now?"),)), Mood, budget=spent)


def test_calls_at_once_do_not_spend_the_same_rest_of_a_budget():
    model = ScriptedModel([GOOD] * 4)
    model.wire.complete = _slowly(model.wire.complete, 0.2)  # type: ignore[method-assign]
    budget, refused = Budget(tokens=100), []

    def ask(number: int) -> None:
        try:
            model.ask(Prompt("moods", "v1", (Message("user", f"And {number}?"),)), Mood, max_tokens=40, budget=budget)
        except BudgetSpent:
            refused.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(model.prompts), len(refused)) == (2, 2)
    assert budget.spent.calls == 2
    assert 0 < budget.spent.tokens <= 100


def test_an_answer_cut_off_by_its_length_limit_is_read_up_to_its_last_whole_line():
    model = ScriptedModel(["- horror\n+ someth"])
    model.wire.complete = _cut(model.wire.complete)  # type: ignore[method-assign]
    assert model.ask_lines(PROMPT, "no horror, something").value == (Line(sign="-", text="horror"),)


def test_signed_lines_and_their_json_read_the_same():
    as_json = '{"lines":[{"sign":"-","text":"horror"},{"sign":"~","text":""}]}'
    assert read_lines("- horror\n~\n") == read_lines(as_json) == (Line(sign="-", text="horror"), Line(sign="~"))


@pytest.mark.parametrize("text", ["horror", "-", "+ ", "? what", "x"])
def test_a_line_without_sign_or_words_is_refused(text):
    with pytest.raises(AnswerInvalid, match="no sign or no words"):
        read_lines(text)


def test_an_estimate_counts_prompts_and_says_who_counted():
    estimate = ScriptedModel([]).estimate([PROMPT, PROMPT], max_tokens=10)
    assert (estimate.calls, estimate.tokens_in, estimate.tokens_out) == (2, 2 * (4 + 5), 20)
    assert "approximation" in str(estimate)


def test_the_schema_for_the_server_may_be_tighter_than_the_models_own():
    tight = {**Mood.model_json_schema(), "maxProperties": 2}
    assert schema_shape(Mood, tight).schema["maxProperties"] == 2
    assert '"maxProperties": 2' in schema_shape(Mood, tight).grammar


def _slowly(complete, seconds):
    def slow(request: Request, turn: Turn) -> Completion:
        time.sleep(seconds)
        return complete(request, turn)

    return slow


def _cut(complete):
    def cut(request: Request, turn: Turn) -> Completion:
        done = complete(request, turn)
        return Completion(done.text, done.tokens_in, 0, done.tokens_out, 0.0, cut=True)

    return cut


def test_a_store_of_calls_that_is_still_empty_is_the_one_that_is_used():
    class Counted(MemoryCalls):
        def __len__(self) -> int:
            return len(self.rows)

    calls = Counted()
    assert len(calls) == 0
    ScriptedModel(["+ funny"], calls).ask_lines(Prompt("p", "1", (Message("user", "hi"),)), "funny")
    assert len(calls) == 1
