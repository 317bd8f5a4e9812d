"""The sets' files as they are made: what their catalogues name is there."""

from datetime import UTC, datetime
from importlib.resources import files

import polars as pl

from intently.catalog.schema import parse_spec
from intently.evaluate.understanding.making import MAKERS

# Of the log, in its own writing.
SHELVES = """
ANALGESICS; ANTACIDS; ADULT INCONTINENCE; BATH TISSUES; BATTERIES; BLEACH; BROOMS AND MOPS; CAT LITTER; COLD AND FLU;
DEODORANTS; DIAPERS & DISPOSABLES; DISHWASH DETERGENTS; FACIAL TISS/DNR NAPKIN; FD WRAPS/BAGS/TRSH BG; FEMININE HYGIENE;
FIRST AID PRODUCTS; HOUSEHOLD CLEANG NEEDS; INFANT FORMULA; INSECTICIDES; IRONING AND CHEMICALS; LAUNDRY ADDITIVES;
LAUNDRY DETERGENTS; LAXATIVES; ORAL HYGIENE PRODUCTS; PAPER HOUSEWARES; PAPER TOWELS; SINUS AND ALLERGY;
SOAP - LIQUID & BAR
"""


def test_the_necessities_of_the_groceries_are_shelves_as_the_set_writes_them():
    needs = [shelf.strip() for shelf in SHELVES.split(";")]
    shelves = [*needs, "CHEESE"]
    products = pl.DataFrame({
        "product_id": range(len(shelves)), "product_type": [f"TYPE {n}" for n in range(len(shelves))],
        "product_category": shelves, "department": "GROCERY",
    })  # fmt: skip
    line = {
        "household_id": 1,
        "product_id": 0,
        "basket_id": 1,
        "transaction_timestamp": datetime(2017, 1, 1, tzinfo=UTC),
    }
    items, _ = MAKERS["grocery"](products, pl.DataFrame([line]))
    file = files("intently.evaluate.understanding") / "sets" / "retail-completejourney" / "catalog.toml"
    needed = parse_spec(file.read_text("utf-8"), "catalog.toml").necessities["shelf"]
    assert {*items["shelf"]} - {*needed} == {"Cheese"}
    assert len(needed) == len(needs)
