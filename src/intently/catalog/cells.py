"""What a cell of a file means: an id, words, terms, a number, a date, a yes or no, a vector, a moment.

Each function takes the raw cell (None = missing) and returns the value, or raises ValueError that says what would be
right; the caller adds file, line and field. Text of strangers stays text: nothing of it is interpreted, control
characters go.
"""

import ast
import json
import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from intently.nouns import check_id

__all__ = ["clock", "read_bool", "read_date", "read_id", "read_line", "read_number", "read_terms", "read_text",
           "read_url", "read_vector"]  # fmt: skip

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_CONTROL_BUT_LINES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_CURRENCY = "£$€¥"
_YEAR = re.compile(r"([+-]?\d{1,4})(?:-\d{2}){0,2}(?:[T ].*)?")
_YES = {"true", "yes", "y", "t", "1", "in stock", "available"}
_NO = {"false", "no", "n", "f", "0", "out of stock", "unavailable", "sold out"}
MAX_TERM = 200  # characters of one value
LAST_SECOND = 253402300799  # the end of the year 9999


def read_id(cell: Any) -> str:
    if cell is None or isinstance(cell, bool):
        raise ValueError("not an id: give every row one, text or a whole number")
    if isinstance(cell, float):
        if not cell.is_integer():
            raise ValueError("not an id: a number as id must be whole")
        cell = int(cell)
    return check_id(str(cell).strip(" "))


def read_line(cell: Any) -> str:
    """One line of text: control characters and line breaks become spaces."""
    return " ".join(_CONTROL.sub(" ", _text(cell)).split())


def read_text(cell: Any) -> str:
    """Text with its line breaks; other control characters become spaces."""
    return _CONTROL_BUT_LINES.sub(" ", _text(cell).replace("\r\n", "\n")).strip()


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, list | tuple):
        return ", ".join(_text(part) for part in cell)
    if isinstance(cell, dict):
        raise ValueError("not text but an object; name a field of it in the source")
    return str(cell)


def read_terms(cell: Any, many: bool, separator: str | None) -> tuple[str, ...] | None:
    """The values of a term facet, each once, in order; None when there is none."""
    if isinstance(cell, dict):
        raise ValueError("not a value or a list of values but an object")
    parts = cell if isinstance(cell, list | tuple) else _split(cell, many, separator)
    values = tuple(dict.fromkeys(value for value in map(read_line, parts) if value))
    if any(len(value) > MAX_TERM for value in values):
        raise ValueError(f"not a list of terms: one has more than {MAX_TERM} characters; is `separator` right?")
    if len(values) > 1 and not many:
        raise ValueError("several values, but the facet does not declare `many = true`")
    return values or None


def _split(cell: Any, many: bool, separator: str | None) -> list[Any]:
    if isinstance(cell, str) and many and separator is None and cell.startswith("[") and cell.endswith("]"):
        return _literal_list(cell)
    if isinstance(cell, str) and separator is not None:
        return cell.split(separator)
    return [cell]


def _literal_list(cell: str) -> list[Any]:
    """A list written into a cell, as JSON or as Python prints it."""
    for parse in (json.loads, ast.literal_eval):
        try:
            parsed = parse(cell)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(parsed, list):
            return parsed
    raise ValueError("not a list: it opens with [ but cannot be read as one")


def read_number(cell: Any) -> float | None:
    """A finite number; text may hold a currency sign and thousands as 1,234.50."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        raise ValueError("not a number")
    number = _number(cell.strip()) if isinstance(cell, str) else float(cell)
    if not math.isfinite(number):
        raise ValueError("not a finite number; leave the cell empty where nothing is known")
    return number


def _number(text: str) -> float:
    bare = text.strip(_CURRENCY).strip()
    if _PLAIN.fullmatch(bare):
        return float(bare)
    if _THOUSANDS.fullmatch(bare):
        return float(bare.replace(",", ""))
    raise ValueError("not a number (write 1234.5 or 1,234.5; a currency sign before or after it is read over)")


def read_date(cell: Any, unit: str) -> float | None:
    """A date as a number of the unit: "year" the year, "day" days since 1970-01-01."""
    if cell is None or cell == "":
        return None
    if unit == "day":
        moment = _day(cell)
        return float((moment - date(1970, 1, 1)).days) if isinstance(moment, date) else moment
    if isinstance(cell, date):
        return float(cell.year)
    found = _YEAR.fullmatch(cell.strip()) if isinstance(cell, str) else None
    year = float(found.group(1)) if found else read_number(cell)
    if year is None or not year.is_integer() or abs(year) > 9999:
        raise ValueError("not a year or a date such as 1999 or 1999-12-31")
    return year


def _day(cell: Any) -> date | float:
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, str):
        try:
            return date.fromisoformat(cell.strip()[:10])
        except ValueError:
            raise ValueError("not a date such as 1999-12-31") from None
    number = None if isinstance(cell, date) else read_number(cell)
    return cell if number is None else number


def read_bool(cell: Any) -> bool | None:
    """Yes or no; a number is a stock: more than nothing is yes."""
    if cell is None or cell == "":
        return None
    if isinstance(cell, bool):
        return cell
    word = str(cell).strip().casefold()
    if word in _YES or word in _NO:
        return word in _YES
    try:
        return (read_number(cell) or 0) > 0
    except (ValueError, TypeError):
        raise ValueError("not yes or no (true, false, yes, no, 1, 0, or a number in stock)") from None


def read_url(cell: Any) -> str | None:
    """A web address or a path; other schemes would run in the page."""
    url = read_line(cell)
    if url and not url.startswith(("http://", "https://", "/")):
        raise ValueError("not an address that opens with https://, http:// or /")
    return url or None


def read_vector(cell: Any) -> tuple[float, ...] | None:
    if cell is None or cell == "":
        return None
    parts = _literal_list(cell) if isinstance(cell, str) else cell
    try:
        vector = tuple(float(part) for part in parts)
    except (TypeError, ValueError):
        raise ValueError("not a list of numbers") from None
    if not all(map(math.isfinite, vector)):
        raise ValueError("not a list of finite numbers")
    return vector


def clock(time_format: str) -> Callable[[Any], datetime]:
    """A reader of moments: "seconds" or "milliseconds" since 1970, "iso", or a strptime pattern; UTC where unsaid."""
    if time_format in ("seconds", "milliseconds"):
        unit = 1.0 if time_format == "seconds" else 1000.0
        return lambda cell: _since_1970(cell, unit, time_format)
    if time_format == "iso":
        return _iso
    return lambda cell: _in_utc(datetime.strptime(str(cell).strip(), time_format))


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _since_1970(cell: Any, unit: float, name: str) -> datetime:
    if isinstance(cell, datetime):
        return _in_utc(cell)
    number = read_number(cell)
    if number is None or abs(number / unit) > LAST_SECOND:
        raise ValueError(f"not {name} since 1970 (is `time_format` right?)")
    return _EPOCH + timedelta(seconds=number / unit)


def _iso(cell: Any) -> datetime:
    if isinstance(cell, datetime):
        return _in_utc(cell)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day, tzinfo=UTC)
    try:
        return _in_utc(datetime.fromisoformat(str(cell).strip()))
    except ValueError:
        raise ValueError("not a time such as 2013-11-06T09:30:00Z (is `time_format` right?)") from None


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
