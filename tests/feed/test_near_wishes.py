"""An unknown wish that is near in meaning to a word of the catalogue is read as it: a preference, never a must."""

from dataclasses import replace
from pathlib import Path

import pytest

import intently.data
from intently.catalog.encode import VectorCache
from intently.catalog.ground import Grounder
from intently.feed.memory import MemoryState, merge, view
from intently.feed.parser import ParseContext, read_exact
from intently.serve.pages.view import chip_of
from tests.catalog.encoders import real_encoder
from tests.feed.commands import NOW, catalogue, context, short

PACKS = Path(intently.data.__file__).parent
MOODS = Path(__file__).parents[1] / "data" / "grounding" / "moods.txt"
BAR = 0.02  # of false groundings (SEMANTICS 2)


def near(store: str, folder: Path) -> ParseContext:
    """The context of a store whose grounder has the encoder."""
    spec, snapshot, _ = catalogue(store)
    encoder = real_encoder()
    cache = VectorCache(folder, encoder.digest, encoder.dim, PACKS / store / "vectors.npz")
    return replace(context(store), grounder=Grounder(spec, snapshot, encoder, cache))


def test_an_unknown_phrase_near_to_a_word_of_the_catalogue_is_read_as_it(tmp_path: Path) -> None:
    films = near("films", tmp_path)
    parsed = read_exact("only something undead", films)
    assert [short(change) for change in parsed.changes] == ["want prefer style is zombie"]
    assert ("style", "zombie") in parsed.changes[0].matches
    assert any("“undead” is read as zombie" in notice for notice in parsed.notices)
    assert [short(change) for change in read_exact("only something undead", context()).changes] == [
        "want prefer like text:undead"
    ]


def test_the_chip_of_such_a_wish_says_what_it_is_read_as(tmp_path: Path) -> None:
    films = near("films", tmp_path)
    parsed = read_exact("something undead", films)
    state = merge(MemoryState(), parsed.changes, client="web", command_id="a", now=NOW, spec=films.spec).state
    chip = chip_of(films.spec, view(state, "web", NOW)[0], {}, "UTC")
    assert not chip.must
    assert any(note.startswith("read as") and "zombie" in note for note in chip.notes)


def test_two_things_that_share_a_word_are_not_one_another(tmp_path: Path) -> None:
    parsed = read_exact("ancient rome", near("films", tmp_path))
    assert [short(change) for change in parsed.changes] == ["want prefer like text:ancient rome"]


@pytest.mark.parametrize("store", ["films", "shop"])
def test_moods_in_a_command_are_read_as_facets_no_more_often_than_the_bar(store: str, tmp_path: Path) -> None:
    world = near(store, tmp_path)
    moods = [line for line in MOODS.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    plain = context(store)
    false = []
    for mood in moods:
        certain = [short(change) for change in read_exact(f"something {mood}", plain).changes]
        read = [short(change) for change in read_exact(f"something {mood}", world).changes]
        false += [(mood, said) for said in read if said not in certain]
    assert len(moods) >= 200
    assert len(false) <= BAR * len(moods), false
