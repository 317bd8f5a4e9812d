"""A sentence typed into the feed -> changes of the memory. The exact grammar first, then the model (DESIGN 4)."""

from intently.feed.parser.context import ParseContext, Parsed, ShownItem
from intently.feed.parser.exact import read_exact
from intently.feed.parser.model import interpret, read_with_model, wishes_of

__all__ = ["ParseContext", "Parsed", "ShownItem", "interpret", "read_exact", "read_with_model", "wishes_of"]
