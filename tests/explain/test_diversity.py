"""Likeness of lines, and the memory that prefers rare words."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.explain.choice import choose
from intently.explain.diversity import MEMORY, Recent, diversity, rouge_l
from tests.explain.world import checker, evidence

WORDS = st.lists(st.sampled_from("abcdefg"), max_size=8).map(" ".join)


def test_rouge_l_counts_the_longest_common_subsequence() -> None:
    assert rouge_l("police killed the gunman", "police kill the gunman") == pytest.approx(
        2 * 3 / 8
    )  # police the gunman
    assert rouge_l("the gunman killed police", "police kill the gunman") == pytest.approx(2 * 2 / 8)  # the gunman


@given(WORDS, WORDS)
def test_rouge_l_is_symmetric_and_1_only_for_the_same_words_in_order(line: str, other: str) -> None:
    assert rouge_l(line, other) == rouge_l(other, line)
    assert 0 <= rouge_l(line, other) <= 1
    assert (rouge_l(line, other) == 1) == (line == other != "")


def test_diversity_is_one_minus_the_mean_likeness_of_pairs() -> None:
    assert diversity(["a b", "a b", "c d"]) == pytest.approx(1 - (1 + 0 + 0) / 3)
    assert diversity(["a b", "a b"]) == 0


def test_the_bonus_is_the_mean_rarity_of_the_words() -> None:
    recent = Recent(["quiet thief", "quiet harbour", "old harbour"])
    assert recent.bonus("quiet ship") == pytest.approx((log(3 / 3) + log(3 / 1)) / 2)
    assert Recent().bonus("anything") == 0


def test_the_memory_forgets_the_oldest_line() -> None:
    recent = Recent(["first of all"])
    for n in range(MEMORY):
        recent.add(f"line {n}")
    assert len(recent) == MEMORY
    assert recent.bonus("first") == pytest.approx(log(MEMORY / 1))
    assert set(recent._held) == {"line", *map(str, range(MEMORY))}, "nor are its words kept"


@given(st.lists(WORDS, max_size=12), WORDS)
def test_the_bonus_depends_on_the_last_lines_alone(lines: list[str], line: str) -> None:
    again = Recent()
    for one in [*(["z z"] * MEMORY), *lines]:
        again.add(one)
    padded = Recent([*(["z z"] * (MEMORY - len(lines))), *lines])
    assert again.bonus(line) == pytest.approx(padded.bonus(line))


def test_of_the_lines_that_stand_the_one_of_the_rarest_words_is_chosen_and_remembered() -> None:
    recent = Recent(["A quiet thief plans a robbery"] * 5)
    lines = ["A quiet thief in Marseille", "The captain chases him through the harbour", "A brave dragon"]
    chosen = choose(lines, evidence(), checker(), recent)
    assert chosen.line is not None
    assert chosen.line.text == lines[1]
    assert [line for line, _ in chosen.refused] == ["A brave dragon"]
    assert len(recent) == 6


def test_a_whole_line_goes_before_one_that_lost_a_clause() -> None:
    lines = ["The captain chases him, wonderfully", "A quiet thief in Marseille"]
    chosen = choose(lines, evidence(), checker(), Recent())
    assert chosen.line is not None
    assert chosen.line.text == lines[1]


@pytest.mark.parametrize("said", [["A quiet thief in Marseille"], ["A quiet thief in the old Marseille"]])
def test_a_near_copy_of_what_the_item_has_already_is_refused(said: list[str]) -> None:
    chosen = choose(["A quiet thief in Marseille"], evidence(), checker(), Recent(), said)
    assert chosen.line is None
    assert "again" in chosen.refused[0][1]
