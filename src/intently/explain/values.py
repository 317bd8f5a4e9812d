"""What an item has of a preference, in words: "Comedy", "1994", "94 minutes", "£4.95". Empty when it has nothing."""

from collections.abc import Mapping

from intently.catalog.schema import CatalogSpec, FacetSpec
from intently.nouns import FacetValue, Preference

__all__ = ["amount_text", "bound_text", "value_text"]


def value_text(spec: CatalogSpec, facets: Mapping[str, FacetValue], preference: Preference) -> str:
    """The first value of the item that the preference names; for a bound, the item's amount if it is inside."""
    if preference.relation == "is":
        values = preference.value if isinstance(preference.value, list) else []
        pairs = preference.matches or tuple((preference.facet or "", value) for value in values)
        for facet, value in pairs:
            held = facets.get(facet)
            if isinstance(held, tuple) and value in held:
                return value
            if isinstance(held, float | int) and _same(held, value):
                return value
        return ""
    held = facets.get(preference.facet or "")
    if not isinstance(held, float | int) or preference.relation == "like" or not _inside(preference, held):
        return ""
    return amount_text(spec.facets[preference.facet or ""], held)


def amount_text(facet: FacetSpec, amount: float) -> str:
    """An amount with its unit: "94 minutes", "£4.95", "1994"."""
    if facet.kind == "date":
        return f"{amount:.0f}" if amount == int(amount) else f"{amount:g}"
    number = f"{amount:,.2f}" if facet.step < 1 and amount != int(amount) else f"{amount:,.0f}"
    if amount != int(amount) and facet.step >= 1:
        number = f"{amount:,.10g}"
    return f"{facet.unit}{number}" if facet.unit_before else f"{number} {facet.unit}".rstrip()


def bound_text(spec: CatalogSpec, preference: Preference) -> str:
    """What a preference demands, in words: "at most 100 minutes", "1990 to 1999", "Comedy or Thriller"."""
    if preference.relation == "is" and isinstance(preference.value, list):
        return " or ".join(preference.value)
    facet = spec.facets.get(preference.facet or "")
    if facet is None or preference.relation == "like":
        return preference.quote
    if isinstance(preference.value, dict):
        low, high = (amount_text(facet, float(preference.value[side])) for side in ("low", "high"))
        return f"{low} to {high}"
    amount = amount_text(facet, float(preference.value)) if isinstance(preference.value, float | int) else ""
    return f"at most {amount}" if preference.relation == "at_most" else f"at least {amount}"


def _inside(preference: Preference, amount: float) -> bool:
    value = preference.value
    if isinstance(value, dict):
        return float(value["low"]) <= amount <= float(value["high"])
    if not isinstance(value, float | int):
        return False
    return amount <= value if preference.relation == "at_most" else amount >= value


def _same(amount: float, value: str) -> bool:
    try:
        return float(value) == amount
    except ValueError:
        return False
