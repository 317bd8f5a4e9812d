"""Why this item: one line from its evidence, no model asked."""

from intently.explain.line import Facts, Met, PastItem, write_reason
from intently.explain.values import amount_text, bound_text, value_text

__all__ = ["Facts", "Met", "PastItem", "amount_text", "bound_text", "value_text", "write_reason"]
