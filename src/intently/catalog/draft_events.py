"""The [events] of a drafted TOML: who, what, when, which kind, and what counts as history."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from intently.catalog.cells import read_id
from intently.catalog.profile import Column
from intently.catalog.schema import DELIBERATE
from intently.errors import DataError
from intently.nouns import EventKind

__all__ = ["draft_events"]

USERS = ("user_id", "userid", "user", "customer_id", "customerid", "customer", "visitor_id", "visitorid", "person_id",
         "client_id", "account_id", "household_id", "reviewer_id", "member_id", "session_id")  # fmt: skip
ITEMS = ("item_id", "itemid", "item", "product_id", "productid", "movie_id", "movieid", "asin", "sku", "stock_code",
         "stockcode", "article_id", "isbn")  # fmt: skip
TIMES = ("timestamp", "time", "event_time", "created_at", "datetime", "date", "invoice_date", "invoicedate",
         "order_date", "ts")  # fmt: skip
KINDS = ("event", "event_type", "eventtype", "kind", "action", "behaviour", "behavior", "type")
VALUES = ("rating", "stars", "score", "value", "overall")
QUANTITIES = ("quantity", "qty", "count", "units")
PRICES = ("unit_price", "unitprice", "price", "unit_price_gbp", "unit_price_usd", "unit_price_eur", "amount")
ORDERS = ("order_id", "orderid", "invoice_id", "invoice_no", "invoiceno", "invoice", "basket_id", "transaction_id",
          "transactionid")  # fmt: skip
WORDS: dict[EventKind, tuple[str, ...]] = {
    "purchase": ("purchase", "buy", "bought", "order", "transaction", "sale"),
    "cart": ("cart", "addtocart", "add_to_cart", "basket"),
    "favourite": ("favourite", "favorite", "fav", "like", "wishlist", "save"),
    "rating": ("rating", "rate", "rated"),
    "review": ("review",),
    "detail": ("detail", "product_view", "detail_view"),
    "view": ("view", "pv", "pageview", "watch", "play"),
    "click": ("click",),
    "impression": ("impression", "shown", "exposure"),
    "search": ("search", "query"),
    "dislike": ("dislike", "thumbs_down"),
    "hide": ("hide",),
}
NOT_HISTORY = {"impression", "search", "hide", "dislike"}
PATTERNS = ("%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y",
            "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d", "%Y%m%d")  # fmt: skip
REPEATED = 0.02  # share of lines whose person had the item before, above which items come back


def draft_events(
    columns: Mapping[str, Column], item_column: str, item_ids: Column, file: str
) -> tuple[list[str], list[str]]:
    """Lines for the top of the TOML (history, repeats) and its [events] section.

    Raises DataError when no column can be the person, the item or the time.
    """
    user = _need(columns, USERS, file, "person", lambda column: True)
    item = item_column if item_column in columns else _need(columns, ITEMS, file, "item", lambda column: True)
    time = _need(columns, TIMES, file, "time", lambda column: _time_format(column) is not None)
    lines = [
        "",
        "[events]",
        f"file = {json.dumps(file)}",
        f"user = {json.dumps(user)}",
        f"item = {json.dumps(item)}{_unknown_items(columns[item], item_ids)}",
        f"time = {json.dumps(time)}",
        f"time_format = {json.dumps(_time_format(columns[time]))}{_time_doubt(columns[time])}",
    ]
    optional = {key: _find(columns, names, {user, item, time}) for key, names in _OPTIONAL.items()}
    lines += [f"{key} = {json.dumps(name)}" for key, name in optional.items() if name is not None]
    kind_lines, kinds = _kind(columns, optional)
    value = columns[optional["value"]] if optional["value"] is not None else None
    return _top(kinds, value, columns[user], columns[item]), [*lines, *kind_lines]


_OPTIONAL = {
    "value": VALUES,
    "quantity": QUANTITIES,
    "price": PRICES,
    "order": ORDERS,
    "query": ("query", "search_term"),
}


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()).strip("_")


def _find(columns: Mapping[str, Column], names: Iterable[str], taken: set[str]) -> str | None:
    by_name = {_slug(name): name for name in columns if name not in taken}
    return next((by_name[name] for name in names if name in by_name), None)


def _need(columns: Mapping[str, Column], names: tuple[str, ...], file: str, what: str, fits: Any) -> str:
    by_name = {_slug(name): name for name in columns}
    found = next((by_name[name] for name in names if name in by_name and fits(columns[by_name[name]])), None)
    if found is None:
        raise DataError(f"{file}: no column seems to be the {what}. Rename it to `{names[0]}` and draft again.")
    return found


def _unknown_items(events: Column, items: Column) -> str:
    known = {_as_id(cell) for cell in items.cells}
    strange = sum(_as_id(cell) not in known for cell in events.cells)
    share = strange / max(len(events.cells), 1)
    return f"  # DOUBT: {share:.1%} of the lines looked at name no item of the items file" if strange else ""


def _as_id(cell: Any) -> str:
    try:
        return read_id(cell)
    except ValueError:
        return ""


def _time_format(column: Column) -> str | None:
    if not column.cells:
        return None
    if column.is_number and not column.is_moment:
        middle = sorted(column.numbers)[len(column.numbers) // 2]
        return "seconds" if 1e8 < middle < 1e11 else "milliseconds" if 1e11 <= middle < 1e14 else _pattern(column)
    return "iso" if column.is_moment else _pattern(column)


def _pattern(column: Column) -> str | None:
    texts = [str(cell).strip() for cell in column.cells[:2000]]
    return next((pattern for pattern in PATTERNS if all(_parses(text, pattern) for text in texts)), None)


def _parses(text: str, pattern: str) -> bool:
    try:
        datetime.strptime(text, pattern)
    except ValueError:
        return False
    return True


def _time_doubt(column: Column) -> str:
    pattern = _time_format(column) or ""
    if pattern.startswith(("%d/%m", "%m/%d")):
        return "  # DOUBT: day before month, or month before day?"
    texts = [cell for cell in column.cells[:100] if isinstance(cell, str | date)]
    unzoned = any(not re.search(r"(?:Z|[+-]\d{2}:?\d{2})$", str(cell)) for cell in texts)
    return "  # DOUBT: the times name no zone and are read as UTC" if unzoned and pattern == "iso" else ""


def _kind(columns: Mapping[str, Column], optional: Mapping[str, str | None]) -> tuple[list[str], list[str]]:
    """The lines of `kind` or `kind_is`, and the kinds that occur."""
    name = _find(columns, KINDS, set())
    if name is not None and 1 < columns[name].distinct <= 30 and not columns[name].is_number:
        words = sorted({str(cell).strip() for cell in columns[name].cells})
        kinds = {word: _kind_of(word) for word in words}
        lines = [f"kind = {json.dumps(name)}", "[events.kinds]"]
        for word, kind in kinds.items():
            doubt = "" if kind is not None else "  # DOUBT: not a word we know"
            lines.append(f"{json.dumps(word, ensure_ascii=False)} = {json.dumps(kind or 'view')}{doubt}")
        return lines, sorted({kind or "view" for kind in kinds.values()})
    if optional["value"] is not None:
        return ['kind_is = "rating"'], ["rating"]
    if any(optional[key] is not None for key in ("quantity", "price", "order")):
        return ['kind_is = "purchase"'], ["purchase"]
    return ['kind_is = "click"  # DOUBT: what did people do here?'], ["click"]


def _reliable(history: list[str], kinds: list[str]) -> str:
    meant = [kind for kind in DELIBERATE if kind in history or (kind == "search" and kind in kinds)]
    if set(meant) - {"favourite"}:
        return f"reliable_kinds = {json.dumps(meant)}  # meant enough to infer a taste from; clicks and views are not"
    return f"reliable_kinds = {json.dumps(history)}  # DOUBT: ordinary clicks are noise, but there is nothing better"


def _kind_of(word: str) -> EventKind | None:
    slug = _slug(word)
    return next((kind for kind, words in WORDS.items() if slug in words), None)


def _top(kinds: list[str], value: Column | None, users: Column, items: Column) -> list[str]:
    history = [kind for kind in kinds if kind not in NOT_HISTORY] or kinds
    likes = [] if "favourite" in history else ["favourite"]  # a like on the page is one
    lines = [f"history_kinds = {json.dumps([*history, *likes])}", _reliable([*history, *likes], kinds)]
    if value is not None and "rating" in kinds and value.numbers:
        top = max(value.numbers)
        liked = 4 if top <= 5 else 7 if top <= 10 else sorted(value.numbers)[len(value.numbers) // 2]
        lines.append(f"liked_from = {liked:g}  # of at most {top:g}. DOUBT: from which rating on did they like it?")
    pairs = Counter(zip(map(str, users.cells), map(str, items.cells), strict=False))
    again = 1 - len(pairs) / max(sum(pairs.values()), 1)
    repeat = "always" if again > REPEATED else "never"
    return [
        *lines,
        f"repeat = {json.dumps(repeat)}  # {again:.1%} of the lines are of an item that the person had before",
    ]
