"""Every set's declaration can be read, names a facet that its catalogue has, and its files are read as they come."""

from datetime import datetime

import polars as pl
import pytest

from intently.catalog.schema import load_spec
from intently.config import load_config
from intently.errors import BadRequest, DataError, NotFound
from intently.evaluate.pack import pack_folder
from intently.evaluate.retrieval import source
from intently.evaluate.retrieval.sets import open_set
from intently.evaluate.retrieval.source import set_names, set_source


@pytest.mark.parametrize("name", set_names())
def test_the_category_of_every_set_is_a_term_facet_of_its_catalogue_or_of_the_words_it_borrows(name):
    declared = set_source(name)
    file = pack_folder(declared.demo) / "catalog.toml" if declared.demo else declared.catalog_file(name)
    facets = dict(load_spec(file).facets)
    if declared.words_of:
        facets |= load_spec(pack_folder(declared.words_of) / "catalog.toml").facets
    assert facets[declared.category].kind == "term"


def test_an_unknown_set_and_a_broken_declaration_are_refused(tmp_path, monkeypatch):
    with pytest.raises(NotFound, match="amazon-beauty2023.*retail-uci-online"):
        set_source("movies-ml20m")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "set.toml").write_text('categroy = "genre"\n', "utf-8")
    monkeypatch.setattr(source, "SETS", tmp_path)
    with pytest.raises(DataError, match="categroy"):
        set_source("mine")


def test_two_sets_of_one_folder_are_read_from_their_own_files_in_each_persons_order(tmp_path):
    folder = tmp_path / "amazon-office-industrial2018"
    folder.mkdir()
    for kind in ("office", "industrial"):
        items = [{"item_id": n, "title": f"{kind} {n}", "brand": "B", "description": ""} for n in range(3)]
        pl.DataFrame(items).write_parquet(folder / f"{kind}_items.parquet")
        events = [(1, 1, 2), (1, 0, 0), (1, 2, 1)]
        pl.DataFrame(events, schema=["user_id", "position", "item_id"], orient="row").write_parquet(
            folder / f"{kind}_sequences.parquet"
        )
    opened = open_set("amazon-industrial2018", tmp_path, load_config(home=tmp_path), encode=False)
    assert opened.pack.snapshot.titles[0] == "industrial 0"
    assert opened.pack.log.rows.tolist() == [0, 2, 1]
    assert (opened.timed, opened.category) == (False, "brand")


def test_the_gift_shop_reads_the_demo_shops_words_in_its_names_and_an_invoice_is_one_group(tmp_path):
    folder = tmp_path / "retail-uci-online"
    folder.mkdir()
    items = [{"stock_code": "a1", "description": "BLUE MUG", "median_unit_price": 2.5},
             {"stock_code": "b2", "description": "GLASS JUG", "median_unit_price": 4.0}]  # fmt: skip
    pl.DataFrame(items).write_parquet(folder / "items.parquet")
    when = datetime(2011, 3, 1, 9, 30)
    lines = [(7, 500, code, 1, 2.5, when) for code in ("a1", "b2")]
    columns = ["customer_id", "invoice_id", "stock_code", "quantity", "unit_price", "timestamp"]
    pl.DataFrame(lines, schema=columns, orient="row").write_parquet(folder / "transactions.parquet")
    opened = open_set("retail-uci-online", tmp_path, load_config(home=tmp_path), encode=False)
    assert opened.pack.snapshot.terms["product"].values_of(0) == ("mug",)
    assert opened.pack.snapshot.terms["colour"].values_of(0) == ("blue",)
    assert opened.pack.groups[0] == opened.pack.groups[1]
    assert opened.refit_days == 28


def test_groceries_are_product_types_made_of_the_lines_once(tmp_path):
    folder = tmp_path / "data" / "retail-completejourney"
    folder.mkdir(parents=True)
    products = [
        (1, "GROCERY", "SOFT DRINKS", "COLA"),
        (2, "GROCERY", "SOFT DRINKS", "COLA"),
        (3, "FUEL", "FUEL", "GAS"),
    ]
    pl.DataFrame(
        products, schema=["product_id", "department", "product_category", "product_type"], orient="row"
    ).write_parquet(folder / "products.parquet")
    when = datetime(2017, 1, 2, 10, 0, 5)
    lines = [(9, 70, product, when) for product in (1, 2, 3)]
    columns = ["household_id", "basket_id", "product_id", "transaction_timestamp"]
    pl.DataFrame(lines, schema=columns, orient="row").write_parquet(folder / "transactions.parquet")
    config = load_config(home=tmp_path / "home")
    opened = open_set("retail-completejourney", tmp_path / "data", config, encode=False)
    assert opened.pack.snapshot.titles == ("Cola",)
    assert len(opened.pack.log) == 1
    assert open_set("retail-completejourney", tmp_path / "data", config, encode=False).pack.digest == opened.pack.digest
    with pytest.raises(BadRequest, match="--data"):
        open_set("retail-completejourney", None, config)
