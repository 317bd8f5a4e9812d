"""Items and events of the sets that come in another form: written as files that the catalogue's TOML reads."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from intently.evaluate.understanding.source import SetSource

__all__ = ["MAKERS", "make_files"]

Frames = tuple[pl.DataFrame, pl.DataFrame]  # items, events
NO_TASTE = ("MISCELLANEOUS", "COUPON", "FUEL", "POSTAL CENTER", "GM MERCH EXP")  # departments: nobody's liking
WORDS: Mapping[str, str] = {"frzn": "frozen", "veg": "vegetables", "rfgt": "refrigerated", "bkfst": "breakfast"}


def make_files(source: SetSource, folder: Path, toml: str, home: Path) -> Path:
    """The folder with catalog.toml, items.parquet and events.parquet; made under another name, renamed when whole."""
    if (home / "catalog.toml").is_file():
        return home
    items, events = MAKERS[source.make](*(pl.read_parquet(folder / file) for file in source.files))
    partial = home.with_name(home.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    items.write_parquet(partial / "items.parquet")
    events.write_parquet(partial / "events.parquet")
    (partial / "catalog.toml").write_text(toml, "utf-8")
    shutil.rmtree(home, ignore_errors=True)
    partial.rename(home)
    return home


def _amazon(items: pl.DataFrame, reviews: pl.DataFrame) -> Frames:
    """A leaf is named by its path below the root: "Games" alone would be one category for every console."""
    path = pl.col("categories").list.slice(1)
    made = items.select(
        "item_id",
        "title",
        text=pl.col("description_llm_summary"),
        leaf=path.list.last(),
        shelf=path.list.first(),
        path=pl.when(path.list.len() > 0).then(path.list.join(" > ")),
    )
    events = reviews.select(
        pl.col("user_id").cast(pl.String), "item_id", time=pl.col("timestamp_ms") / 1000, rating=pl.col("rating")
    )
    return made.filter(pl.col("title").str.len_chars() > 0), events.filter(pl.col("item_id").is_in(made["item_id"]))


def _grocery(products: pl.DataFrame, lines: pl.DataFrame) -> Frames:
    """One item a product type, one event a type and basket. Fuel, coupons and counters are nobody's liking."""
    typed = products.filter(
        pl.col("product_type").is_not_null()
        & ~pl.col("department").is_in(NO_TASTE)
        & ~pl.col("product_type").str.contains("GASOLINE|COUPON|MISC SALES TRANS|NO SUBCOMM")
    )
    most = [pl.col(name).drop_nulls().mode().sort().first() for name in ("product_category", "department")]
    items = typed.group_by("product_type").agg(*most).sort("product_type")
    made = items.select(
        item_id=pl.col("product_type"),
        title=pl.col("product_type").map_elements(_readable, return_dtype=pl.String),
        shelf=pl.col("product_category").map_elements(_readable, return_dtype=pl.String),
        department=pl.col("department").map_elements(_readable, return_dtype=pl.String),
    )
    bought = lines.join(typed.select("product_id", "product_type"), on="product_id", maintain_order="left")
    events = bought.select(
        user_id=pl.col("household_id").cast(pl.String),
        item_id=pl.col("product_type"),
        time=pl.col("transaction_timestamp").dt.epoch("s"),
        basket=pl.col("basket_id").cast(pl.String),
    ).unique(["user_id", "basket", "item_id"], keep="first", maintain_order=True)
    return made, events


def _readable(capitals: str) -> str:
    """`FRZN PASTRY&COOKIES` as a person would write it: "Frozen pastry & cookies"."""
    spaced = capitals.replace("&", " & ").replace("/", " / ").replace(":", ": ").lower()
    words = [WORDS.get(word, word) for word in spaced.split()]
    return " ".join(words).capitalize()


MAKERS: Mapping[str, Callable[[pl.DataFrame, pl.DataFrame], Frames]] = {"amazon": _amazon, "grocery": _grocery}
