from hypothesis import given, settings
from hypothesis import strategies as st

from intently.journal import Journal
from intently.nouns import Item
from tests.journal.world import film

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ids = st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=128)
facets = st.dictionaries(
    texts,
    st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False), st.lists(texts).map(tuple)),
    max_size=3,
)


def test_an_item_comes_back_as_it_was_put(journal: Journal) -> None:
    item = film("a/b 50% ☃", vector=(0.25, -1.0), image_url="https://example.org/x.png", available=False)
    journal.put_items([item])
    assert journal.item("a/b 50% ☃") == item
    assert journal.item("another") is None


@settings(max_examples=60, deadline=None)
@given(ids, texts, texts, facets)
def test_any_text_and_facets_survive_the_round_trip(
    shared_journal: Journal, item_id: str, title: str, text: str, values: dict[str, float | tuple[str, ...] | None]
) -> None:
    item = Item(item_id=item_id, title=title, text=text, facets=values)
    shared_journal.put_items([item])
    assert shared_journal.item(item_id) == item


def test_items_come_in_order_of_first_arrival(journal: Journal) -> None:
    journal.put_items([film("9"), film("10")])
    journal.put_items([film("1"), film("9", title="changed")])
    assert [item.item_id for item in journal.items()] == ["9", "10", "1"]


def test_more_items_than_a_page_all_come(journal: Journal) -> None:
    journal.put_items(film(str(n)) for n in range(4500))
    assert [item.item_id for item in journal.items()] == [str(n) for n in range(4500)]
    assert journal.item_count() == 4500


def test_the_revision_rises_with_every_change_and_only_then(journal: Journal) -> None:
    assert journal.item_revision() == 0
    first = journal.put_items([film("1"), film("2")])
    assert (first, journal.item_revision()) == (1, 1)
    assert journal.put_items([film("1"), film("2")]) == 1  # nothing differs
    assert journal.put_items([film("1"), film("2", title="other")]) == 2
    assert journal.delete_item("1") == 3
    assert journal.delete_item("1") == 3  # it was gone already
    assert journal.item_revision() == 3


def test_deleted_items_are_gone_and_may_come_back(journal: Journal) -> None:
    journal.put_items([film("1"), film("2")])
    journal.delete_item("1")
    assert journal.item("1") is None
    journal.put_items([film("1")])
    assert [item.item_id for item in journal.items()] == ["2", "1"]


def test_of_an_item_put_twice_at_once_the_last_one_holds(journal: Journal) -> None:
    journal.put_items([film("1", title="first"), film("1", title="second")])
    assert [item.title for item in journal.items()] == ["second"]


def test_items_may_change_while_they_are_read(journal: Journal) -> None:
    journal.put_items(film(str(n)) for n in range(3000))
    before = journal.item_revision()
    seen = 0
    for item in journal.items():
        if item.item_id == "0":
            journal.put_items([film("0", title="changed meanwhile")])
        seen += 1
    assert seen == 3000
    assert journal.item_revision() > before
