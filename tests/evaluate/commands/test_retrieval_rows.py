"""BM25 and semantic search over the words of commands: they find what is known to be there."""

from collections.abc import Sequence

import numpy as np
import pytest

from intently.errors import DataError
from intently.evaluate.commands.baselines.lexical import LexicalIndex, document_of, stems_of
from intently.evaluate.commands.baselines.queries import Query, asks_for_others, query_of
from intently.evaluate.commands.baselines.retrieval import RETRIEVALS, Retrieval, RetrievalConfig
from intently.evaluate.commands.case import Case, Ground
from tests.evaluate.commands.conftest import NOTHING

DOCUMENTS = ("Harbour Lights a fisherman mends lamps", "Red Kite a falconer in the hills", "Moss a gardener and lamps")


def _order(query: str) -> list[int]:
    return np.argsort(-LexicalIndex(DOCUMENTS).scores(query), kind="stable").tolist()


def test_a_word_that_stands_in_one_document_finds_it_first():
    assert _order("falconers please")[0] == 1
    assert _order("something about a gardener")[0] == 2


def test_two_words_find_the_document_that_has_both():
    assert _order("lamps and a fisherman")[0] == 0


@pytest.mark.parametrize("query", ["", "quantum", "show me something like that"])
def test_a_query_without_a_known_word_scores_nothing(query: str):
    assert LexicalIndex(DOCUMENTS).scores(query).tolist() == [0.0, 0.0, 0.0]


def test_a_document_holds_title_text_and_raw_columns_but_no_averages_and_no_ids():
    row = {
        "item_id": "tt77",
        "title": "Moss",
        "year": 1994,
        "genres": ["Drama", "War"],
        "avg_rating": 8.67,
        "cut": None,
    }
    document = document_of("Moss\nA gardener.", row)
    assert document.splitlines() == ["Moss", "Moss", "A gardener.", "1994", "Drama", "War", "1990s 90s"]


def test_words_are_stemmed_and_small_words_stopped():
    assert stems_of("Show me the funniest comedies") == stems_of("funniest comedy")


@pytest.mark.parametrize(
    ("texts", "wanted", "unwanted"),
    [
        (["no horror, something funny"], "something funny", "horror"),
        (["a comedy without any war but with dogs"], "a comedy with dogs", "any war"),
        (["I don't want musicals.", "French"], "i french", "want musicals"),
        (["I don’t want musicals"], "i", "want musicals"),
        (["enough westerns"], "", "westerns"),
        (["thrillers instead of comedies"], "thrillers", "comedies"),
        (["a knotty plot about nobody"], "a knotty plot about nobody", ""),
    ],
)
def test_negation_reaches_to_the_end_of_its_clause(texts: Sequence[str], wanted: str, unwanted: str):
    assert query_of(texts) == Query(wanted, unwanted)


@pytest.mark.parametrize("text", ["show me something else", "Show me others", "give me some different ones, please"])
def test_something_else_is_heard(text: str):
    assert asks_for_others(text)


@pytest.mark.parametrize("text", ["a film about others", "something funny", "the other day I saw Heat"])
def test_other_words_are_not_something_else(text: str):
    assert not asks_for_others(text)


def _row(name: str, ground: Ground, case: Case, *commands: str) -> tuple[str, ...]:
    conversation = Retrieval(*RETRIEVALS[name]).start(ground, case)
    shown = conversation.open()
    for command in commands:
        shown = conversation.say(command, NOTHING)
    return shown.item_ids


def test_bm25_finds_the_film_whose_text_has_the_words(film_ground: Ground, film_case: Case):
    shown = _row("bm25-all", film_ground, film_case, "Limehouse Nights abusive prizefighting father")
    assert shown[0] == "1"  # Broken Blossoms: by the words of its first paragraph


def test_bm25_of_all_commands_remembers_the_first_and_of_the_last_does_not(film_ground: Ground, film_case: Case):
    commands = ("Limehouse prizefighting father", "silent")
    assert _row("bm25-all", film_ground, film_case, *commands)[0] == "1"
    last = _row("bm25-last", film_ground, film_case, *commands)
    assert last == _row("bm25-last", film_ground, film_case, "silent")


def test_a_negated_word_counts_against_what_has_it(film_ground: Ground, film_case: Case):
    shown = _row("bm25-all", film_ground, film_case, "a vampire film, no horror")
    genres = [film_ground.rows[item_id]["genres"] for item_id in shown]
    plain = [film_ground.rows[item_id]["genres"] for item_id in _row("bm25-all", film_ground, film_case,
                                                                     "a vampire film")]  # fmt: skip
    assert sum("Horror" in each for each in genres) < sum("Horror" in each for each in plain)


def test_something_else_hides_what_is_shown_and_keeps_the_query(film_ground: Ground, film_case: Case):
    before = _row("bm25-all", film_ground, film_case, "vampires")
    after = _row("bm25-all", film_ground, film_case, "vampires", "show me something else")
    assert not set(before) & set(after)
    assert any("vampire" in film_ground.words[item_id].casefold() for item_id in after)


def test_an_empty_query_shows_what_is_popular(film_ground: Ground, film_case: Case):
    assert _row("bm25-all", film_ground, film_case) == _row("bm25-all", film_ground, film_case, "hm")


def test_semantic_search_without_an_encoder_says_how_to_get_it(film_ground: Ground, film_case: Case):
    conversation = Retrieval("semantic", RetrievalConfig(semantic=1.0)).start(film_ground, film_case)
    with pytest.raises(DataError, match="intently model get"):
        conversation.say("sad", NOTHING)
