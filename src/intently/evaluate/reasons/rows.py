"""The rows: the template, V1's one step, V2's two steps; and both writers not held to the words of the evidence."""

from collections.abc import Mapping

from intently.errors import BadRequest

__all__ = ["NAMES", "NEED_MODEL", "choose_rows"]

NAMES: Mapping[str, str] = {
    "template": "template",
    "v1": "V1, one step",
    "v2": "V2, style then line",
    "v1-free": "V1, words not held",
    "v2-free": "V2, words not held",
}
NEED_MODEL = frozenset({"v1", "v2", "v1-free", "v2-free"})
HEADLINE = ("template", "v1", "v2")


def choose_rows(names: tuple[str, ...]) -> tuple[str, ...]:
    """The rows of these names, by default the first three. Raises BadRequest that lists those there are."""
    unknown = [name for name in names if name not in NAMES]
    if unknown:
        raise BadRequest(f"there is no row {unknown[0]!r}; there are {', '.join(NAMES)}")
    return tuple(dict.fromkeys(names)) or HEADLINE
