"""Where a feed is shown is kept with the slate and its trace, and changes no order."""

import pytest

from intently.engine import Engine
from intently.errors import BadRequest


def surface_of(engine: Engine, feed_id: str) -> tuple[str, str]:
    row = engine.store.journal.slate(feed_id)
    assert row is not None
    return row.surface, engine.trace(feed_id)["request"]["surface"]


def test_feeds_and_commands_keep_the_surface_that_they_were_asked_for(films: Engine) -> None:
    feed = films.feed("ann", surface="mail")
    assert surface_of(films, feed.feed_id) == ("mail", "mail")
    assert surface_of(films, films.say("ann", "no horror", surface="mail").feed.feed_id) == ("mail", "mail")
    assert surface_of(films, films.say("ann", "no horror").feed.feed_id) == ("command", "command")
    assert surface_of(films, films.say_fast("ann", "no horror").feed.feed_id) == ("page", "page")


def test_a_surface_changes_no_order(films: Engine) -> None:
    one, other = films.feed("ann", surface="mail"), films.feed("ann", surface="home")
    assert [item.item_id for item in one.items] == [item.item_id for item in other.items]


@pytest.mark.parametrize("name", ["", "x" * 65, "a\nb"])
def test_a_surface_without_a_usable_name_is_refused_with_the_mend(films: Engine, name: str) -> None:
    with pytest.raises(BadRequest, match="1 to 64 printable characters"):
        films.feed("ann", surface=name)
    with pytest.raises(BadRequest, match="1 to 64 printable characters"):
        films.say("ann", "no horror", surface=name)
