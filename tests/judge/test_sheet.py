"""The sheet for people: blind, shuffled, read back; and every mistake that filling it can make."""

import csv
from pathlib import Path

import pytest

from intently.errors import DataError
from intently.judge.fulfilment import Pair
from intently.judge.sheet import COLUMNS, Label, read_labels, write_sheet

PAIRS = [Pair("s", "a film about chess", f"i{at}", f"Film {at}", "A text.", "about chess") for at in range(20)]


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def fill(path: Path, answers: dict[str, tuple[str, str]], delimiter: str = ",") -> Path:
    rows = rows_of(path)
    for row in rows:
        row["fulfilled"], row["labelled_by"] = answers.get(row["pair"], ("", ""))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "sheet.csv"
    write_sheet(path, PAIRS)
    return path


def test_a_sheet_has_every_pair_once_shuffled_and_nothing_of_the_models_opinion(sheet: Path):
    rows = rows_of(sheet)
    assert {row["pair"] for row in rows} == {pair.key for pair in PAIRS}
    assert [row["title"] for row in rows] != [pair.title for pair in PAIRS]
    assert tuple(rows[0]) == COLUMNS
    assert {row["fulfilled"] for row in rows} == {""}


def test_labels_come_back_by_pair_and_empty_rows_are_left_out(sheet: Path):
    first, second, third = (pair.key for pair in PAIRS[:3])
    fill(sheet, {first: ("yes", "Ann"), second: (" NO ", "Ann"), third: ("unsure", "model: Qwen")})
    labels = read_labels(sheet)
    assert labels == {first: Label(True, "Ann"), second: Label(False, "Ann"), third: Label(None, "model: Qwen")}
    assert [label.by_model for label in labels.values()].count(True) == 1


def test_a_sheet_that_a_spreadsheet_saved_with_semicolons_is_read(sheet: Path):
    fill(sheet, {PAIRS[0].key: ("yes", "Ann")}, delimiter=";")
    assert read_labels(sheet) == {PAIRS[0].key: Label(True, "Ann")}


def test_an_avoided_condition_is_written_with_its_not(tmp_path: Path):
    write_sheet(tmp_path / "s.csv", [Pair("s", "no chess", "i", "T", "t", "about chess", avoid=True)])
    assert rows_of(tmp_path / "s.csv")[0]["condition"] == "not about chess"


@pytest.mark.parametrize("cell", ["=1+1", "+49", "-x", "@SUM(A1)"])
def test_no_cell_is_run_by_a_spreadsheet(tmp_path: Path, cell: str):
    write_sheet(tmp_path / "s.csv", [Pair("s", cell, "i", cell, cell, cell)])
    (row,) = rows_of(tmp_path / "s.csv")
    assert all(row[name] == f"'{cell}" for name in ("command", "title", "text", "condition"))


def test_a_sheet_is_never_written_over(sheet: Path):
    before = sheet.read_bytes()
    with pytest.raises(DataError, match="is there already"):
        write_sheet(sheet, PAIRS)
    assert sheet.read_bytes() == before


@pytest.mark.parametrize(
    ("answer", "complaint"),
    [
        (("maybe", "Ann"), "`fulfilled` is 'maybe'. Write yes, no or unsure"),
        (("yes", ""), "`labelled_by` is empty. Write who"),
    ],
)
def test_a_wrong_cell_is_named_with_its_line_and_its_mend(sheet: Path, answer: tuple[str, str], complaint: str):
    fill(sheet, {pair.key: answer for pair in PAIRS})
    with pytest.raises(DataError, match=complaint) as caught:
        read_labels(sheet)
    assert f"{sheet}:2:" in str(caught.value)


def test_a_file_that_is_no_sheet_is_refused(tmp_path: Path):
    file = tmp_path / "x.csv"
    file.write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="no column `sheet`"):
        read_labels(file)
    with pytest.raises(DataError, match="cannot be read"):
        read_labels(tmp_path / "absent.csv")


def test_two_labels_of_one_pair_that_differ_are_refused(sheet: Path):
    head = "sheet,pair,fulfilled,labelled_by\n"
    sheet.write_text(head + "fulfilment 1,k,yes,Ann\nfulfilment 1,k,no,Ben\n")
    with pytest.raises(DataError, match="labelled otherwise before"):
        read_labels(sheet)
