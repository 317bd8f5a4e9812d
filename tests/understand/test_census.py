"""How far people are understood: counted of each person's understanding, and printed."""

from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from intently.cli import app
from intently.engine import Engine
from intently.journal import UnderstandingRow
from intently.nouns import Interest, Persona, Tag
from intently.understand.census import Spread, census_of
from tests.understand.population_world import NAME, make_store
from tests.understand.worlds import NOW


def _row(user_id: str, days_ago: float, interests=(), tags=(), personas=(), pipeline="v1") -> UnderstandingRow:
    """interests: of each whether it is listed; tags: of each how many items it found and the nearest one's cosine."""
    return UnderstandingRow(
        user_id, "h",
        interests=tuple(Interest(interest_id=f"i{n}", text=f"i {n}", evidence=(), listed=one)
                        for n, one in enumerate(interests)),
        tags=tuple(Tag(tag_id=f"t{n}", text=f"t {n}", found=found, best_similarity=best)
                   for n, (found, best) in enumerate(tags)),
        personas=tuple(Persona(persona_id=f"p{n}", role=role) for n, role in enumerate(personas)),
        time=NOW - timedelta(days=days_ago), pipeline=pipeline,
    )  # fmt: skip


def test_interests_personas_and_tags_are_counted_by_person_and_who_is_old_is_due():
    rows = [
        _row("ann", 1, interests=[True, False, False], tags=[(3, 0.6), (0, 0.3), (0, 0.0)]),
        _row("ben", 14, interests=[False], tags=[(1, 0.5)], personas=["sailor", "cook"], pipeline="v2"),
        _row("cat", 20),
    ]
    census = census_of(rows, NOW, refresh_days=14)
    assert (census.people, census.due, census.pipelines) == (3, 2, {"v1": 2, "v2": 1})
    assert census.interests == Spread(round(4 / 3, 2), 0, 1.0, 3)
    assert census.personas == Spread(round(2 / 3, 2), 0, 0.0, 2)
    assert census.tags == Spread(round(4 / 3, 2), 0, 1.0, 3)
    assert census.listed == pytest.approx(1 / 4)
    assert census.found == pytest.approx(2 / 3)  # the one that was not looked up says nothing


def test_of_nobody_there_is_nothing_to_count():
    census = census_of([], NOW, refresh_days=14)
    assert (census.people, census.interests, census.listed, census.found) == (0, Spread(), None, None)


def test_the_report_counts_the_newest_understanding_without_what_was_disowned(tmp_path: Path, monkeypatch):
    config = make_store(tmp_path / "home", 2)
    with Engine(NAME, config=config, model=False) as engine:
        journal = engine.store.journal
        journal.put_understanding(_row("p000", 40, interests=[False] * 4))
        journal.put_understanding(_row("p000", 30, interests=[False, True], tags=[(2, 0.7)]))
        engine.disown("p000", "interest", "i0")
    monkeypatch.setenv("INTENTLY_HOME", str(config.home))
    told = CliRunner().invoke(app, ["report", "understood", "--store", NAME]).stdout
    assert "1 people are understood: 1 by v1" in told
    assert "1 of them 14 days ago or more" in told
    assert "interests  1.0 a person, 1 to 1, median 1; 100% of them shared by others" in told
    assert "tags       1.0 a person, 1 to 1, median 1; 100% of them find an item" in told
