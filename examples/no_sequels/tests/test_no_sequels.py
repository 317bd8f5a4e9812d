from no_sequels import SEQUEL, TOOL

from intently.testing import check_tool


def test_the_tool_keeps_the_contract():
    assert check_tool(TOOL) > 0


def test_numbers_and_roman_numbers_at_the_end_or_before_a_colon_make_a_sequel():
    for title in ("Rocky IV", "Toy Story 2", "Terminator 2: Judgment Day", "The Godfather Part II"):
        assert SEQUEL.search(title)
    for title in ("Seven", "12 Angry Men", "Apollo 13 and After", "Malcolm X and Me"):
        assert not SEQUEL.search(title)
