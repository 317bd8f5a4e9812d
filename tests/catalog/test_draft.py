"""`intently init`: the draft loads, imports what it was drafted from, and says what it doubts."""

import csv
import json
from pathlib import Path

import pytest

from intently import data
from intently.catalog.draft import draft_spec
from intently.catalog.load import LoadReport, read_events, read_items
from intently.catalog.schema import CatalogSpec, parse_spec
from intently.errors import DataError

DEMO = Path(str(data.__path__[0]))
PRIVATE = Path(__file__).parents[3] / "shared" / "data"


def write(path: Path, rows: list[dict[str, object]]) -> Path:
    if path.suffix == ".csv":
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    else:
        path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    return path


def films(n: int = 40) -> list[dict[str, object]]:
    return [
        {
            "movieId": n,
            "Title": f"Film {n}",
            "Genres": ["Comedy|Drama", "Horror", "Drama|Horror", "Comedy"][n % 4],
            "release_year": 1980 + n % 30,
            "runtime": 80 + n % 50 if n % 5 else "",
            "plot": f"A long story about the number {n} and its many friends, told without any haste at all, twice.",
            "poster": f"https://example.org/{n}.jpg",
            "in_stock": "yes" if n % 3 else "no",
            "n_ratings": n * 3,
            "imdb_id": f"tt{n:07}",
            "source": "test",
            "empty": "",
        }
        for n in range(1, n + 1)
    ]


def ratings(n: int = 60) -> list[dict[str, object]]:
    return [
        {"userId": n % 7, "movieId": 1 + n % 40, "rating": 1 + n % 5, "timestamp": 1_380_000_000 + n} for n in range(n)
    ]


def drafted(text: str) -> CatalogSpec:
    return parse_spec(text, "the draft")


def test_films_and_ratings_are_understood_by_their_names_and_values(tmp_path: Path):
    items, events = write(tmp_path / "movies.csv", films()), write(tmp_path / "ratings.csv", ratings())
    text = draft_spec(items, events)
    spec = drafted(text)
    assert (spec.items.id, spec.items.title, spec.items.text) == ("movieId", "Title", ("plot",))
    assert (spec.items.image_url, spec.items.available, spec.noun) == ("poster", "in_stock", "film")
    assert {name: facet.kind for name, facet in spec.facets.items()} == {
        "genre": "term",
        "year": "date",
        "minutes": "number",
    }
    assert (spec.facets["genre"].many, spec.facets["genre"].separator) == (True, "|")
    assert spec.facets["minutes"].units["hour"] == 60
    assert spec.events is not None
    assert (spec.events.user, spec.events.time_format, spec.events.kind_is) == ("userId", "seconds", "rating")
    assert (spec.liked_from, spec.repeat, spec.history_kinds) == (4, "never", ("rating", "favourite"))
    assert "[facets.minutes]  # 80% of items" in text
    assert "# Left out: `imdb_id`: 40 different texts" in text
    assert "# Left out: `n_ratings`: a count" in text
    assert "# Left out: `source`: always 'test'" in text
    assert "# Left out: `empty`: empty" in text


def test_a_draft_imports_what_it_was_drafted_from(tmp_path: Path):
    items, events = write(tmp_path / "movies.csv", films()), write(tmp_path / "ratings.csv", ratings())
    spec = drafted(draft_spec(items, events))
    first = next(iter(read_items(spec, tmp_path)))
    assert first.facets == {"genre": ("Horror",), "year": 1981.0, "minutes": 81.0}
    assert first.available
    assert sum(1 for _ in read_events(spec, tmp_path)) == 60


def test_names_of_files_are_relative_to_where_the_draft_goes(tmp_path: Path):
    (tmp_path / "in").mkdir()
    items = write(tmp_path / "in" / "my-products.jsonl", films())
    spec = drafted(draft_spec(items, None, tmp_path))
    assert (spec.items.file, spec.name, spec.events) == ("in/my-products.jsonl", "My products", None)
    assert len(list(read_items(spec, tmp_path))) == 40


def test_where_titles_are_types_a_history_is_drafted_to_say_the_size_too(tmp_path: Path):
    rows = [
        {"product_id": n, "product_name": ["MILK", "BREAD"][n % 2], "package_size": f"{n % 3} OZ"} for n in range(60)
    ]
    spec = drafted(draft_spec(write(tmp_path / "items.csv", rows)))
    assert spec.items.core == "{title} {package_size}"
    assert drafted(draft_spec(write(tmp_path / "films.csv", films()))).items.core == ""


def test_kinds_of_events_are_mapped_and_unknown_ones_doubted(tmp_path: Path):
    kinds = ["view", "addtocart", "transaction", "teleport"]
    rows = [
        {"visitorid": n, "itemid": 1 + n % 40, "event": kinds[n % 4], "timestamp": 1_380_000_000_000 + n}
        for n in range(40)
    ]
    items = write(tmp_path / "items.csv", [{"itemid": n, "name": f"Thing {n}"} for n in range(1, 41)])
    text = draft_spec(items, write(tmp_path / "events.csv", rows))
    spec = drafted(text)
    assert spec.events is not None
    assert spec.events.time_format == "milliseconds"
    assert dict(spec.events.kinds) == {
        "addtocart": "cart",
        "teleport": "view",
        "transaction": "purchase",
        "view": "view",
    }
    assert '"teleport" = "view"  # DOUBT: not a word we know' in text
    assert set(spec.history_kinds) == {"cart", "purchase", "view", "favourite"}
    assert spec.reliable_kinds == ("purchase", "cart", "favourite")


@pytest.mark.parametrize(
    ("time", "time_format", "doubt"),
    [
        ("25/12/2010 08:26", "%d/%m/%Y %H:%M", "DOUBT: day before month"),
        ("2010-12-25T08:26:00Z", "iso", ""),
        ("2010-12-25 08:26", "iso", "DOUBT: the times name no zone"),
        ("1293265560", "seconds", ""),
    ],
)
def test_times_are_recognised(tmp_path: Path, time: str, time_format: str, doubt: str):
    items = write(tmp_path / "items.csv", [{"sku": f"s{n}", "name": f"Thing {n}"} for n in range(5)])
    rows = [{"customer": n, "sku": f"s{n % 5}", "InvoiceDate": time, "quantity": 1} for n in range(5)]
    text = draft_spec(items, write(tmp_path / "sales.csv", rows))
    spec = drafted(text)
    assert spec.events is not None
    assert (spec.events.time_format, spec.events.kind_is) == (time_format, "purchase")
    assert doubt in text
    assert len(list(read_events(spec, tmp_path))) == 5


def test_what_cannot_be_drafted_says_why(tmp_path: Path):
    no_id = write(tmp_path / "items.csv", [{"name": "same"}, {"name": "same"}])
    with pytest.raises(DataError, match="no column has a value of its own in every row"):
        draft_spec(no_id)
    items = write(tmp_path / "good.csv", [{"id": 1, "name": "a"}])
    with pytest.raises(DataError, match="no column seems to be the person. Rename it to `user_id`"):
        draft_spec(items, write(tmp_path / "events.csv", [{"id": 1, "time": 1_380_000_000}]))


def test_signs_in_names_and_values_cannot_break_the_draft(tmp_path: Path):
    rows = [
        {
            "id": n,
            "name": f'"Quoted" \\ {n}',
            'we"ird\nname': ["a\x07b", 'c"d', "e\nf"][n % 3],
            "1st type": ["x", "y"][n % 2],
        }
        for n in range(12)
    ]
    spec = drafted(draft_spec(write(tmp_path / "items.jsonl", rows)))
    assert set(spec.facets) == {"we_ird_name", "f_1st_type"}
    assert len(list(read_items(spec, tmp_path))) == 12


@pytest.mark.parametrize(
    ("pack", "items", "facets"),
    [
        ("films", "items.jsonl.gz", {"genre", "tag", "director", "cast", "country", "language", "year", "minutes"}),
        ("shop", "items.csv.gz", {"price", "colour", "material", "occasion"}),
    ],
)
def test_the_demo_data_drafts_to_something_useful(pack: str, items: str, facets: set[str]):
    spec = drafted(draft_spec(DEMO / pack / items))
    assert facets <= set(spec.facets)
    assert sum(1 for _ in read_items(spec, DEMO / pack)) > 3000


@pytest.mark.parametrize(
    ("folder", "items", "events", "facets", "dropped"),
    [
        ("catalog-wikimovies", "items.parquet", None, {"genre", "tag", "minutes", "box_office"}, 0),
        ("retail-uci-online", "items.parquet", "transactions.parquet", {"price", "colour"}, 0),
        ("movies-ml100k", "items.parquet", "ratings.parquet", {"genre", "director", "imdb_rating"}, 3),
    ],
)
def test_other_catalogues_draft_and_import(folder: str, items: str, events: str | None, facets: set[str], dropped: int):
    if not (PRIVATE / folder).is_dir():
        pytest.skip(f"the private data {folder} is not here")
    spec = drafted(draft_spec(PRIVATE / folder / items, PRIVATE / folder / events if events else None))
    assert facets <= set(spec.facets)
    report = LoadReport()
    assert sum(1 for _ in read_items(spec, PRIVATE / folder, drop_bad_rows=True, report=report)) > 1600
    assert report.dropped == dropped
    assert (spec.events is None) == (events is None)
