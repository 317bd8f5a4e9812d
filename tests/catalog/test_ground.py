import time
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intently.catalog.ground import Grounder, Grounding
from intently.catalog.schema import parse_spec
from intently.catalog.snapshot import build_snapshot
from intently.nouns import Item

SPEC = parse_spec(
    """
format = "intently.catalog"
version = 1
name = "tiny"
noun = "film"
nouns = "films"
[items]
file = "items.csv"
id = "id"
title = "title"
[facets.genre]
kind = "term"
column = "genres"
many = true
aliases = { funny = ["Comedy"], "sad and funny" = ["style:tragicomedy"], scifi = ["Sci-Fi"], "恐怖" = ["Horror"] }
narrower = { Horror = ["style:slasher", "style:zombie"] }
[facets.style]
kind = "term"
column = "styles"
many = true
narrower = { zombie = ["zombie comedy"], "zombie comedy" = ["zombie"] }
[facets.person]
kind = "term"
column = "people"
many = true
[facets.country]
kind = "term"
column = "countries"
aliases = { french = ["France"] }
[facets.language]
kind = "term"
column = "languages"
nouns = ["language"]
[facets.dessert]
kind = "term"
words_in = ["title"]
values = ["cream", "Ice Lolly"]
ignored = ["cream of the crop"]
[facets.year]
kind = "date"
column = "year"
""",
    "tiny.toml",
)


def film(item_id: str, title: str, year: float, **facets: tuple[str, ...]) -> Item:
    return Item(item_id=item_id, title=title, facets={"year": year, **facets})


ITEMS = [
    film("heat", "Heat", 1995, genre=("Crime",), person=("Michael Mann", "Robert De Niro", "Al Pacino")),
    film("heat86", "Heat", 1986, genre=("Action",), country=("France",), language=("French",)),
    film("the-heat", "The Heat", 2013, genre=("Comedy",), person=("Melissa McCarthy", "Jim Stone", "Ann Wood")),
    film("matrix", "The Matrix", 1999, genre=("Sci-Fi",), style=("cyberpunk",), person=("Keanu Reeves", "Jim Stone")),
    film("psycho", "Psycho", 1960, genre=("Horror",), style=("slasher",), person=("Alfred Hitchcock", "Anna Scott")),
    film("birds", "Birds, The", 1963, genre=("Horror",), person=("Alfred Hitchcock", "Tony Scott")),
    film("shaun", "Shaun of the Dead", 2004, genre=("Comedy",), style=("zombie comedy", "zombie"), person=("Tony Scott",)),  # noqa: E501
    film("fellowship", "Lord of the Rings: The Fellowship", 2001, genre=("Fantasy",), person=("Samuel L. Jackson",)),
    film("towers", "Lord of the Rings: The Two Towers", 2002, genre=("Fantasy",), person=("Ridley Scott",)),
    film("amelie", "Amélie", 2001, genre=("Comedy", "Romance"), country=("France",), language=("Hungarian language",)),
    film("up", "Up", 2009, genre=("Animation",), style=("musical",), person=("Al Pacino", "Robert De Niro")),
    film("musical", "Musicals", 2010, genre=("Music",), style=("film", "tragicomedy", "Comedy Romance")),
    film("scott", "A Few", 2011, person=("George Scott", "Zoe Cyberpunk", "Sofia Coppola", "Roman Coppola")),  # noqa: E501
]  # fmt: skip


@cache
def tiny_grounder() -> Grounder:
    return Grounder(SPEC, build_snapshot(SPEC, ITEMS, None, "1"))


@pytest.fixture
def grounder() -> Grounder:
    return tiny_grounder()


def best(found: Grounding | None) -> str | None:
    return None if found is None else f"{found.facet}:{found.matches[0].value} {found.matches[0].how}"


@pytest.mark.parametrize(
    ("phrase", "meaning"),
    [
        ("Comedy", "genre:Comedy exact"),
        ("COMEDY!", "genre:Comedy exact"),
        ("comedies", "genre:Comedy inflection"),
        ("a comedy", "genre:Comedy exact"),
        ("comedy films", "genre:Comedy exact"),
        ("funny", "genre:Comedy alias"),
        ("sci fi", "genre:Sci-Fi exact"),
        ("scifi", "genre:Sci-Fi alias"),
        ("science", None),
        ("cyber punk", "style:cyberpunk inflection"),
        ("cyber-punk", "style:cyberpunk inflection"),
        ("ice-lollies", "dessert:Ice Lolly inflection"),
        ("horor", "genre:Horror spelling"),
        ("cyberpnuks", "style:cyberpunk spelling"),
        ("hungarian", "language:Hungarian language inflection"),
        ("恐怖", "genre:Horror alias"),
        ("", None),
        ("!?", None),
        ("film", None),
        ("something", None),
    ],
)
def test_a_phrase_means_a_value_by_name_alias_form_or_slip(
    grounder: Grounder, phrase: str, meaning: str | None
) -> None:
    assert best(grounder.ground(phrase)) == meaning


def test_what_is_narrower_belongs_to_the_meaning_to_any_depth_and_circles_end(grounder: Grounder) -> None:
    found = grounder.ground("horror")
    assert found is not None
    assert found.pairs == (("genre", "Horror"), ("style", "slasher"), ("style", "zombie"), ("style", "zombie comedy"))
    assert [match.how for match in found.matches] == ["exact", "narrower", "narrower", "narrower"]
    assert found.certain


def test_meanings_in_facets_that_speak_of_other_things_are_rivals(grounder: Grounder) -> None:
    found = grounder.ground("French")
    assert found is not None
    assert found.pairs == (("country", "France"),)
    assert [(rival.facet, rival.value) for rival in found.rivals] == [("language", "French")]


def test_an_alias_may_point_into_another_facet(grounder: Grounder) -> None:
    assert best(grounder.ground("sad and funny")) == "style:tragicomedy alias"


@pytest.mark.parametrize(
    ("phrase", "person"),
    [
        ("Alfred Hitchcock", "Alfred Hitchcock"),
        ("hitchcock", "Alfred Hitchcock"),
        ("Hitchcock's", "Alfred Hitchcock"),
        ("hitchcok", "Alfred Hitchcock"),
        ("de niro", "Robert De Niro"),
        ("niro", "Robert De Niro"),
        ("Robert DeNiro", "Robert De Niro"),
        ("samuel jackson", "Samuel L. Jackson"),
    ],
)
def test_people_are_known_by_full_name_and_by_a_surname_of_their_own(
    grounder: Grounder, phrase: str, person: str
) -> None:
    found = grounder.ground(phrase)
    assert found is not None
    assert found.pairs == (("person", person),)


def test_a_surname_of_many_names_nobody_and_of_a_small_family_all_of_it(grounder: Grounder) -> None:
    assert grounder.ground("Scott") is None
    family = grounder.ground("Coppola")
    assert family is not None
    assert {value for _, value in family.pairs} == {"Sofia Coppola", "Roman Coppola"}


def test_a_surname_that_is_a_common_word_needs_its_capital_and_a_known_person(grounder: Grounder) -> None:
    assert grounder.ground("mann") is not None
    assert grounder.ground("stone") is None
    assert grounder.scan(["with", "Stone"])[0].grounding.pairs == (("person", "Jim Stone"),)
    assert grounder.scan(["with", "Wood"]) == []  # Ann Wood is in one film
    assert grounder.scan(["WITH", "STONE", "PLEASE"]) == []
    assert grounder.scan(["Stone", "age"]) == []


def test_the_first_facet_of_the_toml_wins_over_a_person_of_the_same_name(grounder: Grounder) -> None:
    found = grounder.ground("Cyberpunk")
    assert found is not None
    assert found.facet == "style"
    assert [rival.value for rival in found.rivals] == ["Zoe Cyberpunk"]


@pytest.mark.parametrize("phrase", ["horrid", "comely", "heart", "cram", "humor", "rhythmical", "action!!x"])
def test_ordinary_words_are_never_slips(grounder: Grounder, phrase: str) -> None:
    found = grounder.ground(phrase)
    assert found is None or found.matches[0].how != "spelling"


def test_a_word_of_a_title_is_no_slip(grounder: Grounder) -> None:
    assert grounder.ground("shaun") is None


def test_two_equally_near_words_are_no_meaning() -> None:
    items = [film("1", "One", 2000, genre=("Abcdef", "Abcdeg"))]
    grounder = Grounder(SPEC, build_snapshot(SPEC, items, None, "1"))
    assert grounder.ground("abcdeh") is None
    assert best(grounder.ground("abcdeff")) == "genre:Abcdef spelling"


def spans(grounder: Grounder, text: str) -> list[tuple[str, str]]:
    words = text.split()
    return [(" ".join(words[span.start : span.end]), span.grounding.pairs[0][1]) for span in grounder.scan(words)]


def test_scan_finds_the_longest_phrases_in_order(grounder: Grounder) -> None:
    text = "no sci-fi or horrors, a zombie comedy, something sad and funny with Robert De Niro"
    assert spans(grounder, text) == [
        ("sci-fi", "Sci-Fi"),
        ("horrors,", "Horror"),
        ("zombie comedy,", "zombie comedy"),
        ("sad and funny", "tragicomedy"),
        ("Robert De Niro", "Robert De Niro"),
    ]


def test_scan_reads_over_phrases_that_the_catalogue_ignores(grounder: Grounder) -> None:
    assert spans(grounder, "the cream of the crop with cream") == [("cream", "cream")]


def test_scan_finds_words_in_text_without_spaces(grounder: Grounder) -> None:
    assert spans(grounder, "不要恐怖片") == [("不要恐怖片", "Horror")]


def test_scan_marks_slips(grounder: Grounder) -> None:
    span = grounder.scan(["more", "horor"])[0]
    assert span.grounding.matches[0].how == "spelling"
    assert [match.how for match in span.grounding.matches[1:]] == ["narrower"] * 3


WORDS = st.lists(
    st.sampled_from(
        ["no", "sci-fi", "zombie", "comedy", "Robert", "De", "Niro", "the", "heat", "恐怖片", "horor", "", "?"]
    ),
    max_size=12,
)


@given(WORDS)
def test_spans_are_in_order_do_not_overlap_and_lie_in_the_words(words: list[str]) -> None:
    grounder = tiny_grounder()
    for found in ([(s.start, s.end) for s in grounder.scan(words)], [s[:2] for s in grounder.scan_titles(words)]):
        ends = [0, *(end for _, end in found)]
        assert all(
            floor <= start < end <= len(words) or (start == floor - 1 and "恐怖片" in words)
            for floor, (start, end) in zip(ends, found, strict=False)
        )


@given(st.text(max_size=60))
def test_any_text_is_grounded_or_not_but_never_an_error(text: str) -> None:
    grounder = tiny_grounder()
    found = grounder.ground(text)
    assert found is None or found.matches
    grounder.titles(text)
    grounder.scan(text.split(" "))
    grounder.scan_titles(text.split(" "))


@pytest.mark.parametrize(
    ("phrase", "ids"),
    [
        ("The Matrix", ("matrix",)),
        ("Matrix, The", ("matrix",)),
        ("matrix", ("matrix",)),
        ("the birds", ("birds",)),
        ("amelie", ("amelie",)),
        ("Heat", ("heat", "heat86")),
        ("The Heat", ("the-heat",)),
        ("Heat (1995)", ("heat",)),
        ("heat from 1986", ("heat86",)),
        ("Heat 2013", ("the-heat",)),
        ("Heat (1970)", ()),
        ("lord of the rings", ("fellowship", "towers")),
        ("The Two Towers", ("towers",)),
        ("Matrx", ("matrix",)),
        ("Up", ("up",)),
        ("nothing", ()),
        ("", ()),
    ],
)
def test_titles_are_found_as_people_write_them(grounder: Grounder, phrase: str, ids: tuple[str, ...]) -> None:
    assert grounder.titles(phrase) == ids


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("more like the matrix please", [(2, 4, ("matrix",))]),
        ("like Heat from 1995 but newer", [(1, 4, ("heat",))]),
        ("like Heat from 1970", [(1, 2, ("heat", "heat86"))]),
        ("like the heat", [(1, 3, ("the-heat",))]),
        ("up", [(0, 1, ("up",))]),
        ("Shaun of the Dead and Psycho", [(0, 4, ("shaun",)), (5, 6, ("psycho",))]),
    ],
)
def test_scan_titles_takes_articles_and_years_along(grounder: Grounder, text: str, found: list[object]) -> None:
    assert grounder.scan_titles(text.split()) == found


@pytest.mark.parametrize(
    "words",
    [
        ["x" * 10_000],
        ["horror" * 1_666],
        ["恐怖" * 5_000],
        ["a"] * 5_000,
        [f"qx{n % 26:c}zj".replace("\x00", "k") for n in range(2_000)],
        ["the", "lord", "of", "the", "rings"] * 400,
    ],
    ids=["one word", "one plural word", "no spaces", "letters", "unknown words", "titles"],
)
def test_a_command_of_10000_characters_takes_less_than_a_second(grounder: Grounder, words: list[str]) -> None:
    start = time.process_time()
    grounder.scan(words)
    grounder.scan_titles(words)
    grounder.ground(" ".join(words))
    grounder.titles(" ".join(words))
    assert time.process_time() - start < 1.0


def test_an_empty_catalogue_grounds_what_its_toml_declares_and_nothing_else() -> None:
    grounder = Grounder(SPEC, build_snapshot(SPEC, [], None, "1"))
    assert best(grounder.ground("funny")) == "genre:Comedy alias"
    assert grounder.ground("horror") is None
    assert grounder.titles("Heat") == ()
    assert grounder.scan("no horror please".split()) == []
    assert grounder.nearest("scary") is None
    grounder.warm()
